/** Sums of a session's members are the nearest double of the true sum, whatever the order and the sizes. */
import { expect, test } from 'vitest'
import { type Collected, collect, collectedField } from '../../src/derive/collected.ts'

function sumOf(values: readonly number[]): unknown {
  let sum: Collected | undefined
  for (const value of values) sum = collect(sum, 'sum', value, () => 0)
  return collectedField(sum)
}

test('what a step of a sum loses is kept', () => {
  expect(sumOf([1, 1e16, 1, 1, -1e16])).toBe(3)
  expect(sumOf([1e16, 1, 1, -1e16, 1])).toBe(3)
  expect(sumOf(Array.from({ length: 10 }, () => 0.1))).toBe(1)
  expect(sumOf([1e308, 1e308])).toBe(Number.POSITIVE_INFINITY)
})
