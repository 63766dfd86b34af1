/** Who scrapes, and what each has seen of births. The last few are remembered; a forgotten one is treated as new. */

const MAX_REMEMBERED = 16

export class Scrapers {
  readonly #seen = new Map<string, number>()

  /** Births from here on are unknown to some remembered scraper; undefined: nobody is remembered. */
  get leastSeen(): number | undefined {
    return this.#seen.size === 0 ? undefined : Math.min(...this.#seen.values())
  }

  /** How many births the scraper has seen (undefined: it is new), and from now on all `count` of them. */
  visit(scraper: string, count: number): number | undefined {
    const seen = this.#seen.get(scraper)
    this.#seen.delete(scraper)
    this.#seen.set(scraper, count)
    if (this.#seen.size > MAX_REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!)
    return seen
  }
}
