/** Summary: the sum and the number of all values; beside them a sketch per series, over all values since the start, or over those of a window. */
import { QuantileSketch } from '../quantile-sketch.ts'
import type { Kind } from './kind.ts'

export const summary: Kind = {
  cellCount: () => 2,
  initialCell: 0,
  sumCell: () => 0,
  overflows: true,
  isBornAtZero: false,
  isSeenAtZero: true,
  recorder: (store, spec) => {
    // Those of a window are kept elsewhere.
    const hasQuantiles = spec.quantiles.length > 0 && spec.window === undefined
    return (slot, value) => {
      store.cells[slot * 2]! += value
      store.cells[slot * 2 + 1]! += 1
      if (hasQuantiles) sketchOf(store.sketches, slot).add(value)
      store.touch(slot)
    }
  },
}

function sketchOf(sketches: (QuantileSketch | undefined)[], slot: number): QuantileSketch {
  const known = sketches[slot]
  if (known !== undefined) return known
  const sketch = new QuantileSketch()
  sketches[slot] = sketch
  return sketch
}
