import fc from 'fast-check'
import { expect, test } from 'vitest'
import { numbersOf, ownNumber, registryOf } from './registry-of.ts'

test('past the limit updates go to one series per closed text, open labels being _other', () => {
  const { family, own } = registryOf()
  const counter = family('counter', ['tool', 'status'], { name: 'calls_total', maxSeries: 2 })
  const site = counter.site([undefined, ['ok', 'error']])
  const add = counter.recorder()
  for (const [tool, status] of [
    ['bash', 'ok'],
    ['grep', 'ok'],
    ['glob', 'ok'],
    ['glob', 'error'],
    ['bash', 'error'],
  ] as const)
    add(site.series([tool, status]), 1)
  expect(numbersOf(counter)).toEqual({ 'bash,ok': 1, 'bash,error': 1, '_other,ok': 2, '_other,error': 1 })
  expect(ownNumber(own.seriesOverflow, 'calls_total')).toBe(3)
  expect(ownNumber(own.series, 'calls_total')).toBe(4)
})

test('gauges and infos past the limit are refused, known series are not', () => {
  for (const type of ['gauge', 'info'] as const) {
    const { family, own } = registryOf()
    const limited = family(type, ['agent'], { maxSeries: 1 })
    const site = limited.site([undefined])
    expect(site.series(['a'])).toBe(0)
    expect(site.series(['b'])).toBe(-1)
    expect(site.series(['a'])).toBe(0)
    expect(ownNumber(own.seriesOverflow, `a_${type}`)).toBe(0)
  }
})

test('the limit of all families holds across them; overflow series do not count', () => {
  const { family, registry } = registryOf({ maxSeries: 2 })
  const one = family('counter', ['l'], { name: 'one_total' })
  const two = family('counter', ['l'], { name: 'two_total' })
  const [first, second] = [one.site([undefined]), two.site([undefined])]
  first.series(['a'])
  second.series(['a'])
  first.series(['b'])
  second.series(['b'])
  expect(registry.families().map((f) => Object.keys(numbersOf(f)))).toEqual([
    ['a', '_other'],
    ['a', '_other'],
  ])
})

test('a text outside its closed set cannot multiply overflow series', () => {
  const { family } = registryOf()
  const counter = family('counter', ['a', 'b'], { maxSeries: 1 })
  const site = counter.site([['x'], undefined])
  for (let i = 0; i < 100; i++) site.series([`forged-${i}`, 'open'])
  expect(Object.keys(numbersOf(counter))).toEqual(['forged-0,open', '_other,_other'])
})

test('a label past its number of distinct texts becomes _other; known texts, empty ones and _other itself do not count', () => {
  const { family, own } = registryOf()
  const counter = family('counter', ['tool', 'agent'], { name: 'calls_total' })
  const site = counter.site([undefined, undefined], [2, undefined])
  const add = counter.recorder()
  for (const tool of ['', '_other', 'bash', 'grep', 'glob', 'bash', 'edit', '']) add(site.series([tool, 'a']), 1)
  expect(numbersOf(counter)).toEqual({ ',a': 2, '_other,a': 3, 'bash,a': 2, 'grep,a': 1 })
  expect(ownNumber(own.seriesOverflow, 'calls_total')).toBe(2)
})

test('one_per: a new series replaces those equal in these labels and inherits nothing', () => {
  const { family, own } = registryOf()
  const gauge = family('gauge', ['agent', 'state'], { onePer: ['agent'] })
  const site = gauge.site([undefined, undefined])
  const add = gauge.recorder('add')
  add(site.series(['a', 'busy']), 5)
  add(site.series(['b', 'busy']), 7)
  add(site.series(['a', 'idle']), 1)
  expect(numbersOf(gauge)).toEqual({ 'a,idle': 1, 'b,busy': 7 })
  add(site.series(['a', 'busy']), 2)
  expect(numbersOf(gauge)).toEqual({ 'a,busy': 2, 'b,busy': 7 })
  expect(ownNumber(own.series, 'a_gauge')).toBe(2)
})

test('one_per: a replacement needs no room, a new one does', () => {
  const { family } = registryOf({ maxSeries: 1 })
  const info = family('info', ['agent', 'version'], { onePer: ['agent'] })
  const site = info.site([undefined, undefined])
  site.series(['a', '1'])
  expect(site.series(['b', '1'])).toBe(-1)
  expect(site.series(['a', '2'])).toBeGreaterThanOrEqual(0)
  expect(numbersOf(info)).toEqual({ 'a,2': 1 })
})

test('one_per: what was replaced leaves its room to others', () => {
  const { family } = registryOf({ maxSeries: 2 })
  const info = family('info', ['agent', 'version'], { onePer: ['agent'] })
  const site = info.site([undefined, undefined])
  for (let version = 0; version < 10; version++) site.series(['a', `${version}`])
  const counter = family('counter', ['l'])
  counter.site([undefined]).series(['x'])
  expect(numbersOf(counter)).toEqual({ x: 0 })
})

test('texts are cleaned before they are compared, and lone surrogates never stay', () => {
  const { family } = registryOf({ cleanLabel: (text) => text.toLowerCase() })
  const counter = family('counter', ['tool'])
  const site = counter.site([undefined])
  const add = counter.recorder()
  for (const tool of ['Bash', 'BASH', 'bash', '\ud800', '\udfff', '😀']) add(site.series([tool]), 1)
  expect(numbersOf(counter)).toEqual({ bash: 3, '\ufffd': 2, '😀': 1 })
})

test('two families of one name are a bug, told at once', () => {
  const { family } = registryOf()
  family('counter', [])
  expect(() => family('counter', [])).toThrow('two families are called a_counter')
})

test('changes grow with every update and stand still without', () => {
  const { family, registry } = registryOf()
  const types = ['counter', 'gauge', 'histogram', 'summary'] as const
  for (const type of types) {
    const some = family(type, ['l'])
    const slot = some.site([undefined]).series(['a'])
    for (const op of ['set', 'add', 'max', 'min'] as const) {
      const before = registry.changes
      expect(registry.changes).toBe(before)
      some.recorder(op)(slot, 1)
      expect(registry.changes).toBeGreaterThan(before)
    }
  }
  const before = registry.changes
  family('info', ['l']).site([undefined]).series(['a'])
  expect(registry.changes).toBeGreaterThan(before)
})

const text = fc.constantFrom('', 'a', 'b', 'c', 'd', '_other', 'A', '\ud800')
const update = fc.record({
  site: fc.nat({ max: 2 }),
  texts: fc.tuple(text, fc.constantFrom('x', 'y', 'z')),
  step: fc.nat({ max: 1000 }),
})

test('whatever the limits and the updates, the series of a counter add up to all steps', () => {
  fc.assert(
    fc.property(
      fc.array(update, { maxLength: 200 }),
      fc.record({ family: fc.nat({ max: 6 }), all: fc.nat({ max: 8 }), values: fc.nat({ max: 3 }) }),
      (updates, limits) => {
        const { family, own } = registryOf({ maxSeries: limits.all, cleanLabel: (t) => t.toLowerCase() })
        const counter = family('counter', ['open', 'closed'], { maxSeries: limits.family })
        const histogram = family('histogram', ['open', 'closed'], { maxSeries: limits.family, buckets: [10, 100] })
        for (const metric of [counter, histogram]) {
          const sites = [
            metric.site([undefined, ['x', 'y']], [limits.values, undefined]),
            metric.site([undefined, undefined]),
            metric.site([
              ['a', 'b'],
              ['x', 'y', 'z'],
            ]),
          ]
          const record = metric.recorder()
          for (const { site, texts, step } of updates) record(sites[site]!.series(texts), step)
        }
        const total = updates.reduce((sum, u) => sum + u.step, 0)
        expect(Object.values(numbersOf(counter)).reduce((a, b) => a + b, 0)).toBe(total)
        const { store } = histogram
        let [sum, count] = [0, 0]
        for (let slot = 0; slot < store.slotLimit; slot++) {
          const row = store.cells.subarray(slot * store.cellCount, (slot + 1) * store.cellCount)
          sum += row.at(-1)!
          count += row.slice(0, -1).reduce((a, b) => a + b)
        }
        expect([sum, count]).toEqual([total, updates.length])
        expect(ownNumber(own.series, 'a_counter')).toBe(counter.store.seriesCount)
        // Limits, and beside them the overflow: open × closed texts of the three sites (_other included).
        expect(counter.store.seriesCount).toBeLessThanOrEqual(Math.min(limits.family, limits.all) + 3 * 4)
      },
    ),
    { numRuns: 500 },
  )
})
