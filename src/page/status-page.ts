/** The page as bytes to serve: gathered and rendered at most once a second, whatever many ask. */
import { documentHtml, liveHtml } from './document.ts'
import type { PageFacts } from './facts.ts'
import { Gatherer } from './gather.ts'
import { Html } from './html.ts'
import { mappingHtml } from './sections/mapping.ts'

const MIN_AGE_MS = 1000

export class StatusPage {
  readonly #facts: PageFacts
  readonly #gatherer: Gatherer
  readonly #mapping: Html
  #live = new Html('')
  #renderedMs = Number.NEGATIVE_INFINITY

  constructor(facts: PageFacts) {
    this.#facts = facts
    this.#gatherer = new Gatherer(facts)
    this.#mapping = mappingHtml(this.#gatherer.mappingFiles())
  }

  /** Once a second, by who has a timer. */
  tick(): void {
    this.#gatherer.tick()
  }

  document(): string {
    return documentHtml(this.#render(), this.#mapping, this.#facts).text
  }

  /** The part of the document that changes. */
  live(): string {
    return this.#render().text
  }

  #render(): Html {
    const nowMs = this.#facts.nowMs()
    if (nowMs - this.#renderedMs < MIN_AGE_MS) return this.#live
    this.#live = liveHtml(this.#gatherer.model())
    this.#renderedMs = nowMs
    return this.#live
  }
}
