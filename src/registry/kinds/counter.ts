/** Counter: one number, to which each value is added. */
import type { Kind } from './kind.ts'

export const counter: Kind = {
  cellCount: () => 1,
  initialCell: 0,
  sumCell: () => 0,
  overflows: true,
  isBornAtZero: true,
  isSeenAtZero: true,
  exemplarCell: () => () => 0,
  recorder: (store) => (slot, value) => {
    store.cells[slot]! += value
    store.touch(slot)
  },
}
