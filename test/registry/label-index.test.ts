import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LabelIndex } from '../../src/registry/label-index.ts'

const word = fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '__proto__', 'constructor')
const step = fc.record({ texts: fc.tuple(word, word), isRemoval: fc.boolean() })
/** Unbiased, since simple numbers make simple hashes. */
const random = fc.noBias(fc.nat({ max: 2 ** 31 - 1 })).map((n) => n / 2 ** 31)

test('after any births and deaths exactly the living series are found, each in its own slot with its own texts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.tuple(random, random), (steps, randoms) => {
      const left = [...randoms]
      const index = new LabelIndex(2, () => left.pop()!)
      const model = new Map<string, { slot: number; texts: readonly string[] }>()
      for (const { texts, isRemoval } of steps) {
        const key = JSON.stringify(texts)
        const known = model.get(key)
        expect(index.find(texts)).toBe(known?.slot ?? -1)
        if (known !== undefined && isRemoval) {
          index.remove(known.slot)
          model.delete(key)
        } else if (known === undefined && !isRemoval) model.set(key, { slot: index.add(texts), texts })
        expect(index.seriesCount).toBe(model.size)
      }
      const living = [...model.values()]
      expect(new Set(living.map((s) => s.slot)).size).toBe(living.length)
      for (const { slot, texts } of living) {
        expect(index.find(texts)).toBe(slot)
        expect([index.text(slot, 0), index.text(slot, 1)]).toEqual(texts)
      }
      for (const i of [0, 1]) expect(index.textCount(i)).toBe(new Set(living.map((s) => s.texts[i])).size)
    }),
    { numRuns: 300 },
  )
})

test('thousands of series are found again after the tables have grown', () => {
  const index = new LabelIndex(2, Math.random)
  for (let i = 0; i < 5000; i++) expect(index.add([`a${i % 50}`, `b${i}`])).toBe(i)
  for (let i = 0; i < 5000; i++) expect(index.find([`a${i % 50}`, `b${i}`])).toBe(i)
  expect(index.find(['a1', 'b0'])).toBe(-1)
})

test('slots of the dead are given again before new ones', () => {
  const index = new LabelIndex(1, Math.random)
  const [a, b] = [index.add(['a']), index.add(['b'])]
  index.remove(a)
  expect(index.add(['c'])).toBe(a)
  expect(index.slotLimit).toBe(2)
  expect(index.find(['b'])).toBe(b)
  expect(index.find(['a'])).toBe(-1)
})

test('texts that differ only in where one label ends are different series', () => {
  const index = new LabelIndex(2, Math.random)
  const slot = index.add(['ab', 'c'])
  expect(index.find(['a', 'bc'])).toBe(-1)
  expect(index.add(['a', 'bc'])).not.toBe(slot)
})
