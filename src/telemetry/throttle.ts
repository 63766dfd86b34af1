/** One message per key and period; the next one tells how many were hidden. Keys are bounded: past them all share one. */
export class Throttle {
  readonly #periodMs: number
  readonly #nowMs: () => number
  readonly #keys = new Map<string, { untilMs: number; hidden: number }>()

  constructor(periodMs: number, nowMs: () => number) {
    this.#periodMs = periodMs
    this.#nowMs = nowMs
  }

  /** How many messages of `key` were hidden since the last one that passed, or undefined: this one is to be hidden too. */
  pass(key: string): number | undefined {
    const now = this.#nowMs()
    this.#makeRoom(now)
    const known = this.#keys.get(this.#keys.size >= 1000 && !this.#keys.has(key) ? '' : key)
    if (known !== undefined && now < known.untilMs) {
      known.hidden++
      return undefined
    }
    const slot = this.#keys.size >= 1000 && !this.#keys.has(key) ? '' : key
    this.#keys.delete(slot) // Then it is the youngest again.
    this.#keys.set(slot, { untilMs: now + this.#periodMs, hidden: 0 })
    return known?.hidden ?? 0
  }

  /** When all places are taken: forgets the oldest whose period is over. Keys are in the order in which their periods end. */
  #makeRoom(nowMs: number): void {
    for (const [key, { untilMs }] of this.#keys) {
      if (this.#keys.size < 1000 || nowMs < untilMs) return
      this.#keys.delete(key)
    }
  }
}
