/** What hostile logs can make the registry hold. Heaps are measured after a full collection. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { flatCopy } from '../../src/registry/flat-text.ts'
import { numbersOf, ownNumber, registryOf } from './registry-of.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** A megabyte that nobody shares. */
function bigText(i: number): string {
  return Buffer.alloc(1_000_000, `${i}-`).toString('latin1')
}

test('a label cut from a big text does not keep the big text alive', () => {
  const { family } = registryOf()
  const counter = family('counter', ['tool'])
  const site = counter.site([undefined])
  const before = heapBytes()
  for (let i = 0; i < 50; i++) site.series([bigText(i).slice(0, 40)])
  expect(heapBytes() - before).toBeLessThan(2_000_000)
  expect(counter.store.seriesCount).toBe(50)
})

test('the heap measured that way sees cut texts that are kept as they are', () => {
  const before = heapBytes()
  const kept = Array.from({ length: 50 }, (_, i) => bigText(i).slice(0, 40))
  expect(heapBytes() - before).toBeGreaterThan(40_000_000)
  expect(kept).toHaveLength(50)
})

test('a copy is the same text, whatever it is made of', () => {
  for (const text of ['', 'a', 'naïve', 'Ω', '\ud800', 'a\u0000b', '😀'.repeat(1000), '\u00ff\u0100'])
    expect(flatCopy(text)).toBe(text)
})

test('a million distinct label values cost no memory past the limit, and every step is in the sum', () => {
  const { family, own } = registryOf({ maxSeries: 20_000 })
  const counter = family('counter', ['agent', 'status'], { name: 'bomb_total', maxSeries: 1000 })
  const site = counter.site([undefined, ['ok', 'error']])
  const add = counter.recorder()
  const before = heapBytes()
  for (let i = 0; i < 1_000_000; i++) add(site.series([`agent-${i}`, i % 4 === 0 ? 'error' : 'ok']), 1)
  expect(heapBytes() - before).toBeLessThan(5_000_000)
  const numbers = numbersOf(counter)
  expect(Object.values(numbers).reduce((a, b) => a + b)).toBe(1_000_000)
  expect(Object.keys(numbers)).toHaveLength(1002)
  // 1000 series are 500 agents with both their statuses.
  expect(numbers['_other,error']).toBe(250_000 - 125)
  expect(numbers['_other,ok']).toBe(750_000 - 375)
  expect(ownNumber(own.seriesOverflow, 'bomb_total')).toBe(1_000_000 - 500)
})

test('texts that are cleaned each time are not kept in their raw form', () => {
  const { family } = registryOf({ cleanLabel: (text) => text.slice(0, 1) })
  const counter = family('counter', ['agent'])
  const site = counter.site([undefined])
  const before = heapBytes()
  for (let i = 0; i < 300_000; i++) site.series([`a-long-text-that-is-cut-${i}`])
  expect(heapBytes() - before).toBeLessThan(2_000_000)
  expect(numbersOf(counter)).toEqual({ a: 0 })
})

test('an info series that is replaced a hundred thousand times leaves nothing behind', () => {
  const { family } = registryOf()
  const info = family('info', ['agent', 'version'], { onePer: ['agent'] })
  const site = info.site([undefined, undefined])
  const before = heapBytes()
  for (let i = 0; i < 100_000; i++) site.series(['a', `version-${i}`])
  expect(heapBytes() - before).toBeLessThan(2_000_000)
  expect(numbersOf(info)).toEqual({ 'a,version-99999': 1 })
  expect(info.store.slotLimit).toBe(1)
})
