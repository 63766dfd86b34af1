/**
 * What stands before the value in the lines of each series of a family: made once per series, since putting labels together costs
 * more than everything else in a scrape.
 */
import type { SeriesStore } from '../registry/series-store.ts'
import type { LabelPairs } from './sample-head.ts'

export class SeriesHeads<T> {
  readonly #store: SeriesStore
  readonly #labelNames: readonly string[]
  readonly #make: (labels: LabelPairs) => T
  readonly #heads: (T | undefined)[] = []
  /** By slot: the birth that the heads were made for. A slot may hold another series since. */
  readonly #births: number[] = []

  constructor(store: SeriesStore, labelNames: readonly string[], make: (labels: LabelPairs) => T) {
    this.#store = store
    this.#labelNames = labelNames
    this.#make = make
  }

  /** Heads of the series in `slot`, or undefined if there is none, or none to show. */
  of(slot: number): T | undefined {
    if (this.#store.isHidden(slot)) return undefined
    const birth = this.#store.birthOf(slot)
    if (birth === this.#births[slot]) return this.#heads[slot]
    const heads = birth === 0 ? undefined : this.#make(this.#labelNames.map((name, i) => [name, this.#store.text(slot, i)]))
    this.#heads[slot] = heads
    this.#births[slot] = birth
    return heads
  }
}
