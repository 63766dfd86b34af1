/** A bucket of tokens that refills by one at a fixed interval: how much may happen at once, and how often after that. */
export class TokenBucket {
  readonly #burst: number
  readonly #intervalMs: number
  #tokens: number
  #filledMs: number

  constructor(burst: number, intervalMs: number, nowMs: number) {
    this.#burst = burst
    this.#intervalMs = intervalMs
    this.#tokens = burst
    this.#filledMs = nowMs
  }

  take(nowMs: number): boolean {
    this.#fill(nowMs)
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  /** What was taken did not count after all. */
  giveBack(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + 1)
  }

  msUntilNext(nowMs: number): number {
    this.#fill(nowMs)
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) * this.#intervalMs
  }

  #fill(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#filledMs) / this.#intervalMs)
    this.#filledMs = nowMs
  }
}
