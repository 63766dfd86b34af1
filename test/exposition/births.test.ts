/** A series that a live line bore is seen at 0 once by each scraper that tells who it is, and only by those. */
import { expect, test } from 'vitest'
import { expositionOf } from './exposition-of.ts'
import { parseText } from './text-parser.ts'

type World = ReturnType<typeof expositionOf>

function world(): World & { add: (tool: string, isLive?: boolean) => void; seen: (scraper: string) => Record<string, number> } {
  const base = expositionOf()
  const counter = base.family('counter', ['tool'], { name: 'x_total' })
  const histogram = base.family('histogram', ['tool'], { name: 'h', buckets: [1] })
  const gauge = base.family('gauge', ['tool'], { name: 'g' })
  const add = (tool: string, isLive = true): void => {
    base.registry.births.isLive = isLive
    for (const family of [counter, histogram, gauge]) family.recorder('add')(family.site([undefined]).series([tool]), 2)
  }
  const seen = (scraper: string): Record<string, number> => {
    base.advance(1000)
    const { families } = parseText(base.exposition.bodyFor(scraper) ?? base.exposition.body())
    const samples = [
      ...(families.get('x_total')?.samples ?? []),
      ...(families.get('h')?.samples ?? []),
      ...(families.get('g')?.samples ?? []),
    ]
    return Object.fromEntries(samples.filter(([key]) => !key.includes('le="1"')))
  }
  return { ...base, add, seen }
}

const of = (tool: string, counter: number, count: number): Record<string, number> => ({
  [`x_total{tool="${tool}"}`]: counter,
  [`h_bucket{le="+Inf",tool="${tool}"}`]: count,
  [`h_sum{tool="${tool}"}`]: counter,
  [`h_count{tool="${tool}"}`]: count,
  [`g{tool="${tool}"}`]: 2,
})

test('a live birth stands at 0 once for each known scraper; gauges have their value at once', () => {
  const { add, seen } = world()
  seen('a')
  seen('b')
  add('t')
  expect(seen('a')).toEqual(of('t', 0, 0))
  expect(seen('a')).toEqual(of('t', 2, 1))
  expect(seen('b')).toEqual(of('t', 0, 0))
  expect(seen('b')).toEqual(of('t', 2, 1))
})

test('history, and scrapers that are new, forgotten or silent about themselves, begin with the value', () => {
  const { add, seen, exposition, advance } = world()
  seen('a')
  add('old', false)
  expect(seen('a')).toEqual(of('old', 2, 1))
  add('live')
  expect(seen('new')).toMatchObject(of('live', 2, 1))
  for (let i = 0; i < 16; i++) seen(`other ${i}`)
  expect(seen('a')).toMatchObject(of('live', 2, 1))
  advance(1000)
  expect(exposition.body().toString()).toContain('x_total{tool="live"} 2')
})

test('what a scrape hides is there again afterwards, and what grew since is in the next', () => {
  const { add, seen, exposition, advance } = world()
  seen('a')
  add('t')
  seen('a')
  advance(1000)
  expect(exposition.body().toString()).toContain('x_total{tool="t"} 2')
  add('t')
  expect(seen('a')['x_total{tool="t"}']).toBe(4)
})

test('a series whose slot another one has got by now is not hidden', () => {
  const base = expositionOf()
  const info = base.family('counter', ['tool'], { name: 'x_total' })
  base.registry.births.isLive = true
  base.exposition.bodyFor('a')
  const slot = info.site([undefined]).series(['t'])
  info.store.remove(slot)
  base.registry.births.isLive = false
  info.recorder()(info.site([undefined]).series(['u']), 5)
  base.advance(1000)
  expect((base.exposition.bodyFor('a') ?? base.exposition.body()).toString()).toContain('x_total{tool="u"} 5')
})

test('more births than are kept cost no memory, and begin with their values', () => {
  const base = expositionOf()
  const counter = base.family('counter', ['tool'], { name: 'x_total' })
  base.registry.births.isLive = true
  base.exposition.bodyFor('a')
  for (let i = 0; i < 10_005; i++) counter.recorder()(counter.site([undefined]).series([`t${i}`]), 1)
  base.advance(1000)
  const text = base.exposition.bodyFor('a')!.toString()
  expect([text.match(/} 1$/gm)?.length, text.match(/^x_total.* 0$/gm)?.length]).toEqual([5, 10_000])
})

test('a scraper never sees an older state after its own body, however soon it asks again', () => {
  const { registry, family, exposition } = expositionOf()
  const counter = family('counter', ['tool'], { name: 'x_total' })
  exposition.bodyFor('a')
  exposition.body()
  registry.births.isLive = true
  counter.recorder()(counter.site([undefined]).series(['t']), 2)
  expect(exposition.bodyFor('a')!.toString()).toContain('x_total{tool="t"} 0')
  expect((exposition.bodyFor('a') ?? exposition.body()).toString()).toContain('x_total{tool="t"} 2')
})
