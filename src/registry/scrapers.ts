/** Who scrapes, and what each has seen of births. The last few are remembered; a forgotten one is treated as new. */

const MAX_REMEMBERED = 16
/** Whoever tells more about itself is known by the beginning. */
const MAX_NAME_LENGTH = 200

export class Scrapers {
  /** Grows whenever what is remembered changes. */
  changes = 0
  readonly #seen = new Map<string, number>()

  /** How many births the scraper has seen (undefined: it is new), and from now on at least `count` of them. */
  visit(scraper: string, count: number): number | undefined {
    const name = scraper.slice(0, MAX_NAME_LENGTH)
    const seen = this.#seen.get(name)
    const sees = Math.max(count, seen ?? 0)
    this.#seen.delete(name)
    this.#seen.set(name, sees)
    if (this.#seen.size > MAX_REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!)
    if (seen !== sees) this.changes++
    return seen
  }

  /** Those that are remembered, each with how many births it has seen. */
  all(): ReadonlyMap<string, number> {
    return this.#seen
  }

  /** So many births at least has each of them seen; Infinity if there is none. */
  get leastSeen(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#seen.values())
  }
}
