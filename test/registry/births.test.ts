import { expect, test } from 'vitest'
import { numbersOf, ownNumber, registryOf } from './registry-of.ts'

const STATUS = ['ok', 'error', 'timeout']

test('a series is born with its sisters, all at 0, open labels as given', () => {
  const { family, own } = registryOf()
  const counter = family('counter', ['tool', 'status'], { name: 'calls_total' })
  const site = counter.site([undefined, STATUS])
  counter.recorder()(site.series(['bash', 'error']), 2)
  expect(numbersOf(counter)).toEqual({ 'bash,error': 2, 'bash,ok': 0, 'bash,timeout': 0 })
  expect(ownNumber(own.series, 'calls_total')).toBe(3)
})

test('sisters run through the product of all closed labels', () => {
  const { family } = registryOf()
  const histogram = family('histogram', ['a', 'b', 'c'], { buckets: [1] })
  histogram.site([['x', 'y'], undefined, ['1', '2']]).series(['y', 'open', '2'])
  expect(Object.keys(numbersOf(histogram)).sort()).toEqual(['x,open,1', 'x,open,2', 'y,open,1', 'y,open,2'])
})

test('gauges, infos and summaries are born alone', () => {
  for (const type of ['gauge', 'info', 'summary'] as const) {
    const lonely = registryOf().family(type, ['status'])
    lonely.site([STATUS]).birthAtLoad()
    expect(numbersOf(lonely)).toEqual({})
    lonely.site([STATUS]).series(['ok'])
    expect(Object.keys(numbersOf(lonely))).toEqual(['ok'])
  }
})

test('series whose labels are all closed stand at 0 from the start', () => {
  const { family } = registryOf()
  const counter = family('counter', ['status', 'tier'])
  counter.site([STATUS, ['gold']]).birthAtLoad()
  expect(numbersOf(counter)).toEqual({ 'ok,gold': 0, 'error,gold': 0, 'timeout,gold': 0 })
})

test('a counter without labels stands at 0 from the start', () => {
  const { family } = registryOf()
  const counter = family('counter', [])
  const site = counter.site([])
  site.birthAtLoad()
  expect(numbersOf(counter)).toEqual({ '': 0 })
  counter.recorder()(site.series([]), 3)
  expect(numbersOf(counter)).toEqual({ '': 3 })
})

test('with an open label nothing is born at load', () => {
  const { family } = registryOf()
  const counter = family('counter', ['status', 'tool'])
  counter.site([STATUS, undefined]).birthAtLoad()
  expect(numbersOf(counter)).toEqual({})
})

test('births at load twice, or by two rules, change nothing the second time', () => {
  const { family } = registryOf()
  const counter = family('counter', ['status'])
  const site = counter.site([STATUS])
  site.birthAtLoad()
  counter.recorder()(site.series(['ok']), 1)
  site.birthAtLoad()
  counter.site([['ok', 'other']]).birthAtLoad()
  expect(numbersOf(counter)).toEqual({ ok: 1, error: 0, timeout: 0, other: 0 })
})

test('sisters stop at the limit of the family; the series asked for is born first', () => {
  const { family } = registryOf()
  const counter = family('counter', ['tool', 'status'], { maxSeries: 2 })
  counter.site([undefined, STATUS]).series(['bash', 'timeout'])
  expect(Object.keys(numbersOf(counter))).toEqual(['bash,timeout', 'bash,ok'])
})

test('at most 1000 sisters are born at once', () => {
  const { family } = registryOf()
  const counter = family('counter', ['a', 'b'])
  const many = Array.from({ length: 100 }, (_, i) => `${i}`)
  counter.site([many, many]).series(['99', '99'])
  expect(counter.store.seriesCount).toBe(1001)
})

test('a site reads the caller’s list again each time and keeps none of it', () => {
  const { family } = registryOf()
  const counter = family('counter', ['tool', 'status'])
  const site = counter.site([undefined, undefined])
  const texts = ['bash', 'ok']
  const first = site.series(texts)
  texts[0] = 'grep'
  expect(site.series(texts)).not.toBe(first)
  expect(site.series(['bash', 'ok'])).toBe(first)
  expect(Object.keys(numbersOf(counter))).toEqual(['bash,ok', 'grep,ok'])
})
