/** The page as bytes to serve: gathered and rendered at most once a second, whatever many ask. */
import { documentHtml, liveHtml } from './document.ts'
import type { PageFacts } from './facts.ts'
import { Gatherer } from './gather.ts'
import { Html } from './html.ts'
import { mappingHtml } from './sections/mapping.ts'
import { withoutLines } from './without-lines.ts'

const MIN_AGE_MS = 1000
const NOTHING = { html: new Html(''), atMs: Number.NEGATIVE_INFINITY }

export class StatusPage {
  readonly #facts: PageFacts
  readonly #gatherer: Gatherer
  readonly #mapping: Html
  readonly #rendered = { near: NOTHING, far: NOTHING }

  constructor(facts: PageFacts) {
    this.#facts = facts
    this.#gatherer = new Gatherer(facts)
    this.#mapping = mappingHtml(this.#gatherer.mappingFiles())
  }

  /** Once a second, by who has a timer. */
  tick(): void {
    this.#gatherer.tick()
  }

  /** `withLines`: for who may see lines of the log. */
  document(withLines: boolean): string {
    return documentHtml(this.#render(withLines), this.#mapping, this.#facts).text
  }

  /** The part of the document that changes. */
  live(withLines: boolean): string {
    return this.#render(withLines).text
  }

  #render(withLines: boolean): Html {
    const nowMs = this.#facts.nowMs()
    const kind = withLines ? 'near' : 'far'
    if (nowMs - this.#rendered[kind].atMs >= MIN_AGE_MS) {
      const model = this.#gatherer.model()
      this.#rendered[kind] = { html: liveHtml(withLines ? model : withoutLines(model)), atMs: nowMs }
    }
    return this.#rendered[kind].html
  }
}
