/** The files of a source as they are found now: by its patterns, and by those of its guide, which says which are wanted and what is known of them. */
import type { Origin } from '../source.ts'
import type { Clock } from '../wake.ts'
import type { Guide } from './guide.ts'
import { type FoundFiles, Paths } from './paths.ts'

export interface FinderOptions {
  readonly patterns: readonly string[]
  readonly exclude: readonly string[]
  readonly fields?: (path: string) => Readonly<Record<string, string>>
  readonly guide?: Guide
  readonly once: boolean
  readonly clock: Clock
}

/** A guide's patterns may lead to others, such as a folder of links to the folders of what they lead to. */
const MOST_SCANS = 3

export class Finder {
  readonly #options: FinderOptions
  readonly #paths: Paths
  #changes = 0

  constructor(options: FinderOptions) {
    const { patterns, exclude, once, guide } = options
    this.#options = options
    this.#paths = new Paths(patterns, exclude, once, (path) => guide?.wants(path) ?? true)
  }

  /** Never throws. */
  async scan(): Promise<FoundFiles> {
    const { guide, clock } = this.#options
    this.#look()
    for (let scans = 1; ; scans++) {
      const found = await this.#paths.scan(clock.nowMs())
      if (guide === undefined) return found
      if (scans >= MOST_SCANS || !this.#paths.use(guide.patterns, guide.changes))
        return { ...found, problems: guide.problems(found.problems) }
    }
  }

  /** Which paths are given, and may be wanted, as of a look now. */
  names(): (path: string) => boolean {
    this.#look()
    return (path) => this.#paths.names(path) && (this.#options.guide?.mayWant(path) ?? true)
  }

  /** Whether what is wanted, or known, may be other than when this was asked last. */
  takeChanges(): boolean {
    const before = this.#changes
    this.#changes = this.#options.guide?.changes ?? 0
    return this.#changes !== before
  }

  wants(path: string): boolean {
    return this.#options.guide?.wants(path) ?? true
  }

  about(path: string): Pick<Origin, 'fields'> & Partial<Origin> {
    return { fields: this.#options.fields?.(path) ?? {}, ...this.#options.guide?.about(path) }
  }

  #look(): void {
    const { guide, clock } = this.#options
    guide?.look(clock.nowMs())
    if (guide !== undefined) this.#paths.use(guide.patterns, guide.changes)
  }
}
