/** How long to wait before the next try: twice as long each time, up to half a minute, and no two of many at the same moment. */

const LEAST_MS = 250
const MOST_MS = 30_000

export class Backoff {
  readonly #random: () => number
  #nextMs = LEAST_MS

  /** `random`: in [0, 1). */
  constructor(random: () => number) {
    this.#random = random
  }

  /** Between half of the time and all of it. */
  takeMs(): number {
    const ms = this.#nextMs
    this.#nextMs = Math.min(MOST_MS, ms * 2)
    return ms * (0.5 + this.#random() / 2)
  }

  /** Something new came: not merely a connection, else one that breaks at once would be made for ever. */
  reset(): void {
    this.#nextMs = LEAST_MS
  }
}
