/** The windows of a gauge's series. A mean, a greatest and a least value of nothing is not shown; a count and a sum of nothing is 0. */
import type { ByteWriter } from '../../state/byte-writer.ts'
import type { WindowSpec } from '../family-spec.ts'
import { HIDDEN, type SeriesStore } from '../series-store.ts'
import { ValueWindow } from './value-window.ts'
import { type RecordedWindow, writeWindow } from './window-entries.ts'
import type { Windows } from './windows.ts'

interface Kept {
  readonly window: ValueWindow
  /** Something came or left since it was last shown. */
  isStale: boolean
  recordedEpoch: number
  recordedEnd: number
}

export class GaugeWindows implements Windows {
  readonly #spec: WindowSpec
  readonly #store: SeriesStore
  readonly #kept: (Kept | undefined)[] = []

  constructor(spec: WindowSpec, store: SeriesStore) {
    this.#spec = spec
    this.#store = store
  }

  add(slot: number, ns: bigint, value: number): void {
    const { overNs } = this.#spec
    const kept = this.#of(slot)
    // Now, so that what is dropped or put together does not depend on when somebody looks.
    if (overNs !== undefined) kept.window.leaveUpTo(ns - overNs)
    kept.window.add(ns, value)
    kept.isStale = true
    this.#store.touch(slot)
  }

  settle(slot: number, nowNs: bigint): void {
    const kept = this.#kept[slot]
    if (kept === undefined) return
    const { overNs, op = 'mean' } = this.#spec
    if (overNs !== undefined && kept.window.leaveUpTo(nowNs - overNs)) {
      kept.isStale = true
      this.#store.touch(slot)
    }
    if (!kept.isStale) return
    kept.isStale = false
    const result = kept.window.result(op)
    if (result === undefined) this.#store.hide(slot, HIDDEN.empty)
    else {
      this.#store.show(slot, HIDDEN.empty)
      this.#store.cells[slot] = result
    }
  }

  remove(slot: number): void {
    this.#kept[slot] = undefined
  }

  /** Gauges have no series in which others are folded. */
  fold(): void {}

  write(out: ByteWriter, slot: number, isWhole: boolean): void {
    const { window, recordedEpoch, recordedEnd } = this.#of(slot)
    writeWindow(out, window, isWhole || recordedEpoch !== window.epoch ? undefined : recordedEnd)
  }

  acknowledge(slot: number): void {
    const kept = this.#kept[slot]
    if (kept === undefined) return
    kept.recordedEpoch = kept.window.epoch
    kept.recordedEnd = kept.window.end
  }

  restore(slot: number, recorded: unknown): void {
    const { groups, epoch, start } = recorded as RecordedWindow
    const kept = this.#of(slot)
    kept.window.restore(groups, epoch, start)
    kept.isStale = true
  }

  #of(slot: number): Kept {
    const known = this.#kept[slot]
    if (known !== undefined) return known
    const kept = { window: new ValueWindow(this.#spec), isStale: true, recordedEpoch: -1, recordedEnd: 0 }
    this.#kept[slot] = kept
    return kept
  }
}
