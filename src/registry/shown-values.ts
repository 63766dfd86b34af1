/**
 * Values of a gauge that are not kept by updates but made anew whenever numbers are read: of what is open now. Series that had a value
 * once and have none now stand at 0.
 */
import type { Recorder } from './kinds/kind.ts'
import type { SeriesStore } from './series-store.ts'

/** What is made of several values of one series. */
export type ShownOp = 'count' | 'sum' | 'max'

export class ShownValues {
  readonly #store: SeriesStore
  /** By slot: what is being made, NaN where there is nothing. */
  #values = new Float64Array(0)
  /** Numbers are being read. */
  #isBeingMade = false

  constructor(store: SeriesStore) {
    this.#store = store
  }

  get isBeingMade(): boolean {
    return this.#isBeingMade
  }

  /** What is recorded from now on, up to `end`, is all there is. */
  begin(): void {
    this.#values.fill(Number.NaN)
    this.#isBeingMade = true
  }

  /** Outside of `begin` and `end` it only makes sure that the series is there. */
  recorder(op: ShownOp): Recorder {
    return (slot, value) => {
      if (!this.#isBeingMade) this.#bear(slot)
      else {
        this.#room(slot)
        const before = this.#values[slot]!
        if (Number.isNaN(before)) this.#values[slot] = value
        else if (op !== 'max') this.#values[slot] = before + value
        else if (value > before) this.#values[slot] = value
      }
    }
  }

  /** Only what has changed is touched. */
  end(): void {
    this.#isBeingMade = false
    const store = this.#store
    this.#room(store.slotLimit)
    for (let slot = 0; slot < store.slotLimit; slot++) {
      if (store.birthOf(slot) === 0) continue
      const made = this.#values[slot]!
      const value = Number.isNaN(made) ? 0 : made
      if (store.cells[slot] === value) continue
      store.cells[slot] = value
      store.touch(slot)
    }
  }

  #bear(slot: number): void {
    if (!Number.isNaN(this.#store.cells[slot]!)) return
    this.#store.cells[slot] = 0
    this.#store.touch(slot)
  }

  #room(slot: number): void {
    if (slot < this.#values.length) return
    const grown = new Float64Array(Math.max(slot + 1, this.#values.length * 2)).fill(Number.NaN)
    grown.set(this.#values)
    this.#values = grown
  }
}
