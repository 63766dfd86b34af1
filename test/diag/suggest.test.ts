/** The nearest known name, compared with a plain recursive edit distance. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearest } from '../../src/diag/suggest.ts'

/** Optimal string alignment by its definition. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [x, y] = [a.slice(0, -1), b.slice(0, -1)]
  const swapped = a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)
  return Math.min(
    distance(x, b) + 1,
    distance(a, y) + 1,
    distance(x, y) + (a.at(-1) === b.at(-1) ? 0 : 1),
    swapped ? distance(a.slice(0, -2), b.slice(0, -2)) + 1 : Number.POSITIVE_INFINITY,
  )
}

test('it is the first of the names with the least edits, if these are few enough', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 })
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 4 }), (name, known) => {
      const limit = name.length <= 3 ? 1 : 2
      const distances = known.map((candidate) => distance(name, candidate))
      const least = Math.min(...distances, limit + 1)
      expect(nearest(name, known)).toBe(least > limit ? undefined : known[distances.indexOf(least)])
    }),
  )
})

test('case counts for nothing, and swapped neighbours are one edit', () => {
  expect(nearest('LABELS', ['name', 'labels'])).toBe('labels')
  expect(nearest('tpye', ['name', 'type'])).toBe('type')
  expect(nearest('something', ['name', 'type'])).toBeUndefined()
})
