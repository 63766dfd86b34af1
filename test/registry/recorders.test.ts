import { expect, test } from 'vitest'
import type { FamilySpec, FamilyType } from '../../src/registry/family-spec.ts'
import type { RecordOp } from '../../src/registry/kinds/kind.ts'
import { registryOf } from './registry-of.ts'

/** Numbers of one series after these values. */
function after(type: FamilyType, values: readonly number[], extra: Partial<FamilySpec> = {}, op?: RecordOp): number[] {
  const family = registryOf().family(type, [], extra)
  const record = family.recorder(op)
  const slot = family.site([]).series([])
  for (const value of values) record(slot, value)
  return [...family.store.cells.subarray(0, family.store.cellCount)]
}

test('a counter adds', () => {
  expect(after('counter', [1, 0, 2.5])).toEqual([3.5])
})

test('a gauge does what its operation says, from the first value on', () => {
  expect(after('gauge', [3, -1], {}, 'set')).toEqual([-1])
  expect(after('gauge', [3, -1], {}, 'add')).toEqual([2])
  expect(after('gauge', [-3, -1, -2], {}, 'max')).toEqual([-1])
  expect(after('gauge', [3, 1, 2], {}, 'min')).toEqual([1])
})

test('an info is 1', () => {
  expect(after('info', [7, 0])).toEqual([1])
})

test('a histogram counts a value in the first bucket whose bound it does not exceed', () => {
  // 0.1 and 1 are on a bound; 5 is above all.
  expect(after('histogram', [-1, 0.1, 0.1000001, 1, 5, 5], { buckets: [0.1, 1] })).toEqual([2, 2, 2, 10.2000001])
})

test('a histogram with many buckets finds the same bucket as one comparison after the other', () => {
  for (const bucketCount of [23, 24, 25, 60]) {
    const buckets = Array.from({ length: bucketCount }, (_, i) => i * 2)
    for (let value = -1; value <= bucketCount * 2; value++) {
      const expected = buckets.findIndex((bound) => value <= bound)
      const counts = after('histogram', [value], { buckets }).slice(0, -1)
      expect(counts.indexOf(1)).toBe(expected < 0 ? bucketCount : expected)
    }
  }
})

test('a summary keeps sum, count and quantiles', () => {
  const family = registryOf().family('summary', ['l'], { quantiles: [0.5] })
  const record = family.recorder()
  const site = family.site([undefined])
  for (let value = 1; value <= 100; value++) record(site.series(['a']), value)
  record(site.series(['b']), 7)
  expect([...family.store.cells.subarray(0, 4)]).toEqual([5050, 100, 7, 1])
  expect(family.store.sketches[0]!.quantile(0.5)).toBeCloseTo(50, 0)
  expect(family.store.sketches[1]!.quantile(0.5)).toBe(7)
})

test('numbers survive the growth of their lists', () => {
  const family = registryOf().family('histogram', ['l'], { buckets: [1, 2] })
  const site = family.site([undefined])
  const record = family.recorder()
  for (let i = 0; i < 1000; i++) record(site.series([`${i}`]), i)
  for (let slot = 0; slot < 1000; slot++) expect(family.store.cells[slot * 4 + 3]).toBe(slot)
})
