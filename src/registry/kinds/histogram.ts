/**
 * Histogram: a count per bucket, one more for values above all bounds, then the sum of all values.
 * Each count is its own bucket's only: observing touches two numbers, and whoever reads sums up.
 */
import type { Kind } from './kind.ts'

/** From here on a binary search beats looking at one bound after the other. */
const MANY_BOUNDS = 24

export const histogram: Kind = {
  cellCount: (spec) => spec.buckets.length + 2,
  initialCell: 0,
  sumCell: (cellCount) => cellCount - 1,
  overflows: true,
  isBornAtZero: true,
  isSeenAtZero: true,
  exemplarCell: (spec) => {
    const bounds = Float64Array.from(spec.buckets)
    return (value) => searchAtLeast(bounds, value)
  },
  recorder: (store, spec) => {
    const bounds = Float64Array.from(spec.buckets)
    const width = store.cellCount
    const bucketOf = bounds.length < MANY_BOUNDS ? firstAtLeast : searchAtLeast
    return (slot, value) => {
      const row = slot * width
      store.cells[row + bucketOf(bounds, value)]! += 1
      store.cells[row + width - 1]! += value
      store.touch(slot)
    }
  },
}

/** Index of the first bound that is at least `value`, or their number: bounds are inclusive. */
function firstAtLeast(bounds: Float64Array, value: number): number {
  let i = 0
  while (i < bounds.length && value > bounds[i]!) i++
  return i
}

function searchAtLeast(bounds: Float64Array, value: number): number {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value > bounds[middle]!) low = middle + 1
    else high = middle
  }
  return low
}
