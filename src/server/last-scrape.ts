/**
 * Whether everybody who scrapes has seen the last numbers: who said that it scrapes within the last minutes, and has not since the
 * numbers stopped changing, is still to come. If nobody said so, any one reader will do.
 */

/** Who was not seen for longer is gone. */
const RECENT_MS = 300_000
const MAX_KEPT = 16

export class LastScrape {
  readonly #nowMs: () => number
  readonly #seenMs = new Map<string, number>()
  /** While the last ones are awaited: those who are still to come. */
  #missing: Set<string> | undefined
  #done: () => void = () => {}

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /**
   * Numbers are rendered now for `scraper` (undefined: who did not say that it is one). Answers what to call when it has taken them;
   * `isWhole`: no series was shown at 0 to it that has a value.
   */
  began(scraper: string | undefined): (isWhole: boolean) => void {
    const missing = this.#missing
    if (scraper !== undefined) this.#see(scraper)
    return (isWhole) => {
      // What was rendered before the end is not the last.
      if (missing === undefined || !isWhole) return
      if (scraper !== undefined) missing.delete(scraper)
      if (missing.size === 0) this.#done()
    }
  }

  /** The numbers are the last ones now. Resolves with whether all have seen them, after `mostMs` at the latest. */
  async wait(mostMs: number): Promise<boolean> {
    const nowMs = this.#nowMs()
    this.#missing = new Set([...this.#seenMs].filter(([, seenMs]) => nowMs - seenMs < RECENT_MS).map(([scraper]) => scraper))
    return new Promise((resolve) => {
      const deadline = setTimeout(() => resolve(false), mostMs)
      this.#done = () => {
        clearTimeout(deadline)
        resolve(true)
      }
    })
  }

  #see(scraper: string): void {
    this.#seenMs.delete(scraper)
    this.#seenMs.set(scraper, this.#nowMs())
    if (this.#seenMs.size > MAX_KEPT) this.#seenMs.delete(this.#seenMs.keys().next().value!)
  }
}
