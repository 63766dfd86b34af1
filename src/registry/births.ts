/**
 * Series that a live line bore, in the order of their births: whoever rates a counter must have seen it at 0 before its first value. The
 * last ones are kept; for a scraper that has not asked for longer than that, a series simply begins with its value.
 */
import type { Exemplars } from './exemplars.ts'
import type { SeriesStore } from './series-store.ts'

/** A family, as far as births matter. */
export interface Bearer {
  readonly store: SeriesStore
  exemplars: Exemplars | undefined
}

export interface Birth {
  readonly family: Bearer
  readonly slot: number
  /** As the store numbers it: the slot may hold another series since. */
  readonly birth: number
}

const MAX_KEPT = 10_000

export class Births {
  /** Whether what is applied now was written after its log was first opened. Set before each line. */
  isLive = false
  /** How many there have ever been. */
  count = 0
  readonly #kept: (Birth | undefined)[] = []

  note(family: Bearer, slot: number): void {
    if (!this.isLive) return
    this.#kept[this.count % MAX_KEPT] = { family, slot, birth: family.store.birthOf(slot) }
    this.count++
  }

  /** Births after the first `count` of them whose series are still there. */
  after(count: number): Birth[] {
    const found: Birth[] = []
    for (let i = Math.max(count, this.count - MAX_KEPT); i < this.count; i++) {
      const one = this.#kept[i % MAX_KEPT]
      if (one !== undefined && one.family.store.birthOf(one.slot) === one.birth) found.push(one)
    }
    return found
  }

  /** The family is gone: nobody is shown its series any more. */
  forget(family: Bearer): void {
    for (let i = 0; i < this.#kept.length; i++) if (this.#kept[i]?.family === family) this.#kept[i] = undefined
  }
}
