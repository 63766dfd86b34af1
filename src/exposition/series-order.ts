/** Series sorted by their label texts: for output that people compare. /metrics shows them in order of slots, which costs nothing. */
import type { SeriesStore } from '../registry/series-store.ts'

export function slotsByLabels(store: SeriesStore): number[] {
  const slots: number[] = []
  for (let slot = 0; slot < store.slotLimit; slot++) if (store.birthOf(slot) > 0) slots.push(slot)
  return slots.sort((a, b) => compareTexts(store, a, b))
}

/** In code units, label after label. */
function compareTexts(store: SeriesStore, a: number, b: number): number {
  for (let i = 0; i < store.labelCount; i++) {
    const left = store.text(a, i)
    const right = store.text(b, i)
    if (left !== right) return left < right ? -1 : 1
  }
  return a - b
}
