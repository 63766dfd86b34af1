/**
 * Series that a live line bore, in the order of their births: whoever rates a counter must have seen it at 0 before its first value. The
 * last ones are kept; for a scraper that has not asked for longer than that, a series simply begins with its value.
 */
import type { Exemplars } from './exemplars.ts'
import { Scrapers } from './scrapers.ts'
import type { SeriesStore } from './series-store.ts'

/** A family, as far as births matter. */
export interface Bearer {
  readonly spec: { readonly name: string }
  readonly store: SeriesStore
  exemplars: Exemplars | undefined
}

export interface Birth {
  /** Which of all births it is, counted from 0. */
  readonly number: number
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
  readonly scrapers = new Scrapers()
  readonly #kept: (Birth | undefined)[] = []

  note(family: Bearer, slot: number): void {
    if (!this.isLive) return
    this.#keep({ number: this.count, family, slot, birth: family.store.birthOf(slot) })
    this.count++
  }

  /** Births from the `from`-th on, and before the `to`-th, whose series are still there. */
  after(from: number, to: number = this.count): Birth[] {
    const found: Birth[] = []
    for (let i = Math.max(from, this.count - MAX_KEPT); i < to; i++) {
      const one = this.#kept[i % MAX_KEPT]
      if (one?.number === i && one.family.store.birthOf(one.slot) === one.birth) found.push(one)
    }
    return found
  }

  /** What a process before this one knew: `count` births, of which these are still to be shown to someone. */
  restore(count: number, births: readonly Omit<Birth, 'birth'>[], scrapers: ReadonlyMap<string, number>): void {
    this.count = count
    for (const one of births) this.#keep({ ...one, birth: one.family.store.birthOf(one.slot) })
    for (const [scraper, seen] of scrapers) this.scrapers.visit(scraper, seen)
  }

  #keep(one: Birth): void {
    this.#kept[one.number % MAX_KEPT] = one
  }

  /** The family is gone: nobody is shown its series any more. */
  forget(family: Bearer): void {
    for (let i = 0; i < this.#kept.length; i++) if (this.#kept[i]?.family === family) this.#kept[i] = undefined
  }
}
