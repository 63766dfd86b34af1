/** Info: one number, always 1; the labels are the message. */
import type { Kind } from './kind.ts'

export const info: Kind = {
  cellCount: () => 1,
  initialCell: 1,
  overflows: false,
  isBornAtZero: false,
  isSeenAtZero: false,
  recorder: (store) => (slot) => {
    store.cells[slot] = 1
  },
}
