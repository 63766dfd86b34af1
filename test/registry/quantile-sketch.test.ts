import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BucketRun } from '../../src/registry/bucket-run.ts'
import { QuantileSketch } from '../../src/registry/quantile-sketch.ts'

const QUANTILES = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1]

function sketchOf(values: Iterable<number>): QuantileSketch {
  const sketch = new QuantileSketch()
  for (const value of values) sketch.add(value)
  return sketch
}

function quantilesOf(sketch: QuantileSketch): number[] {
  return QUANTILES.map((q) => sketch.quantile(q))
}

/** Positive values over 13 decades, negative ones over four, and zero. */
const value = fc.oneof(
  fc.double({ min: 1e-6, max: 1e7, noNaN: true }),
  fc.double({ min: -1e3, max: -0.1, noNaN: true }),
  fc.constant(0),
)

test('every quantile is within 1 % of the value that stands at its rank', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 400 }), (values) => {
      const sketch = sketchOf(values)
      const sorted = values.toSorted((a, b) => a - b)
      for (const q of QUANTILES) {
        const exact = sorted[Math.floor(q * (sorted.length - 1))]!
        expect(Math.abs(sketch.quantile(q) - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.010001)
      }
    }),
    { numRuns: 300 },
  )
})

const anyFinite = fc.double({ noNaN: true, noDefaultInfinity: true })

test('the order of values does not matter, and merged sketches equal one that saw all', () => {
  fc.assert(
    fc.property(fc.array(anyFinite, { maxLength: 200 }), fc.array(anyFinite, { maxLength: 200 }), (left, right) => {
      const whole = sketchOf([...left, ...right])
      const merged = sketchOf(left)
      merged.merge(sketchOf(right))
      const shuffled = sketchOf([...right.toReversed(), ...left])
      expect(quantilesOf(merged)).toEqual(quantilesOf(whole))
      expect(quantilesOf(shuffled)).toEqual(quantilesOf(whole))
      expect(merged.count).toBe(left.length + right.length)
    }),
    { numRuns: 300 },
  )
})

test('an empty sketch knows no quantile', () => {
  expect(new QuantileSketch().quantile(0.5)).toBeNaN()
})

test('one value is all its quantiles, exactly, whatever it is', () => {
  for (const only of [5, -3, 0, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 0.1])
    expect(quantilesOf(sketchOf([only])).every((q) => q === only)).toBe(true)
})

test('values over all magnitudes keep the far ends right: the smallest ones share a bucket', () => {
  const sketch = sketchOf(Array.from({ length: 600 }, (_, i) => 10 ** (i - 300)))
  expect(sketch.quantile(1)).toBe(1e299)
  expect(sketch.quantile(0.99) / 1e293).toBeCloseTo(1, 1)
  expect(sketch.quantile(0)).toBeGreaterThan(0)
})

describe('a run of buckets', () => {
  const bucket = fc.integer({ min: -70_000, max: 70_000 })

  /** What must be kept: the highest `max` buckets, lower ones counted in the lowest of them. */
  function folded(buckets: readonly number[], max: number): number[] {
    const lowest = Math.max(...buckets) - max + 1
    return buckets.map((b) => Math.max(b, lowest)).sort((a, b) => a - b)
  }

  test('keeps the highest buckets, whatever the order, and counts lower ones in the lowest it keeps', () => {
    const near = fc.integer({ min: 0, max: 150 })
    fc.assert(
      fc.property(
        fc.array(fc.oneof(near, near, bucket), { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 1, max: 100 }),
        (buckets, max) => {
          const run = new BucketRun(max)
          for (const b of buckets) run.add(b)
          expect(buckets.map((_, rank) => run.bucketAt(rank))).toEqual(folded(buckets, max))
        },
      ),
      { numRuns: 500 },
    )
  })
})
