/** Key tables against a Map that keeps its keys in the order of touch; hashes against texts. */
import { expect, test } from 'vitest'
import { EvictedKeys } from '../../src/marks/evicted-keys.ts'
import { KeyHash } from '../../src/marks/key-hash.ts'
import { KeyTable } from '../../src/marks/key-table.ts'

const SEED = Int32Array.of(0x01020304, -77, 0x5bd1e995, 12345)

function hasher() {
  const hash = new KeyHash(SEED)
  return (...texts: string[]) => {
    hash.begin()
    for (const text of texts) hash.add(text)
    hash.end()
    return hash.words
  }
}

test('keys with texts cut elsewhere, or under another seed, are others', () => {
  const of = hasher()
  const keys = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], ['ä', '\ud83d\ude00'], ['abcd'], ['abcde']]
  const seen = new Set(keys.map((texts) => of(...texts).join()))
  expect(seen.size).toBe(keys.length)
  const other = new KeyHash(Int32Array.of(1, 2, 3, 4))
  other.begin()
  other.add('abc')
  other.end()
  expect(seen.has(other.words.join())).toBe(false)
})

test('the published vector of HalfSipHash-2-4 with 64 bits comes out', () => {
  // Key 00..07, no input: 21 8d 1f 59 b9 b8 3c c8 in the reference implementation.
  const hash = new KeyHash(Int32Array.of(0x03020100, 0x07060504, 0x03020100, 0x07060504))
  hash.begin()
  hash.end()
  expect(Buffer.from(hash.words.buffer).toString('hex')).toBe('218d1f59b9b83cc8'.repeat(2))
})

test.each([1, 2, 3, 7, 100])('with room for %i keys, what stays is what was touched last', (limit) => {
  const of = hasher()
  const evicted: number[] = []
  const table: KeyTable = new KeyTable(limit, (slot) => void evicted.push(table.values[slot]!))
  const model = new Map<number, number>()
  const expected: number[] = []
  let state = limit
  for (let step = 0; step < 5000; step++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    const number = (state >>> 8) % (limit * 2 + 3)
    const slot = table.find(of(String(number)))
    expect(slot >= 0).toBe(model.has(number))
    if (slot >= 0 && step % 7 === 0) {
      table.remove(slot)
      model.delete(number)
      continue
    }
    if (slot >= 0) table.touch(slot)
    else table.add(of(String(number)), number)
    model.delete(number)
    if (slot < 0 && model.size === limit) {
      const oldest = model.keys().next().value!
      model.delete(oldest)
      expected.push(oldest)
    }
    model.set(number, number)
  }
  expect([...table.slots()].map((slot) => table.values[slot])).toEqual([...model.keys()])
  expect(evicted).toEqual(expected)
})

test('the last evicted keys are known, and hardly any other', () => {
  const of = hasher()
  const evicted = new EvictedKeys(1000)
  for (let i = 0; i < 3500; i++) evicted.add(of(`gone ${i}`))
  for (let i = 2500; i < 3500; i++) expect(evicted.has(of(`gone ${i}`))).toBe(true)
  let wrong = 0
  for (let i = 0; i < 20_000; i++) if (evicted.has(of(`new ${i}`))) wrong++
  expect(wrong / 20_000).toBeLessThan(0.004)
})
