/** Gauge: one number; the rule's operation says what a value does to it. NaN until the first value. */
import type { SeriesStore } from '../series-store.ts'
import type { Kind, Recorder, RecordOp } from './kind.ts'

export const gauge: Kind = {
  cellCount: () => 1,
  initialCell: Number.NaN,
  overflows: false,
  isBornAtZero: false,
  isSeenAtZero: false,
  recorder: (store, _spec, op) => OPERATIONS[op](store),
}

const OPERATIONS: Readonly<Record<RecordOp, (store: SeriesStore) => Recorder>> = {
  set: (store) => (slot, value) => {
    store.cells[slot] = value
    store.touch(slot)
  },
  add: (store) => (slot, value) => {
    const before = store.cells[slot]!
    store.cells[slot] = Number.isNaN(before) ? value : before + value
    store.touch(slot)
  },
  // Negated comparisons, since NaN must give way to any value.
  max: (store) => (slot, value) => {
    if (!(store.cells[slot]! >= value)) store.cells[slot] = value
    store.touch(slot)
  },
  min: (store) => (slot, value) => {
    if (!(store.cells[slot]! <= value)) store.cells[slot] = value
    store.touch(slot)
  },
}
