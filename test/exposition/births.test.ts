/** A series that a live line bore is seen at 0 once by each scraper that tells who it is, and only by those. */
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
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

test('a summary is at 0 too, without quantiles, since its sum and its count are rated', () => {
  const base = expositionOf()
  const summary = base.family('summary', ['tool'], { name: 's', quantiles: [0.5] })
  const seen = (): string => {
    base.advance(1000)
    const body = base.exposition.bodyFor('a') ?? base.exposition.body()
    return body
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('s'))
      .join(' ')
  }
  seen()
  base.registry.births.isLive = true
  summary.recorder('add')(summary.site([undefined]).series(['t']), 2)
  expect(seen()).toBe('s{tool="t",quantile="0.5"} NaN s_sum{tool="t"} 0 s_count{tool="t"} 0')
  expect(seen()).toBe('s{tool="t",quantile="0.5"} 2 s_sum{tool="t"} 2 s_count{tool="t"} 1')
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

test('a slot that another series has got since the body was made leaves the body as it is; births need not come in the order of slots', () => {
  const base = expositionOf()
  const counter = base.family('counter', ['tool'], { name: 'x_total' })
  const add = (tool: string): number => {
    const slot = counter.site([undefined]).series([tool])
    counter.recorder()(slot, 2)
    return slot
  }
  const asked = (): string[] => (base.exposition.bodyFor('a') ?? base.exposition.body()).toString().match(/^x_total.*$/gm) ?? []
  const first = add('first')
  add('second')
  base.exposition.bodyFor('a')
  base.registry.births.isLive = true
  add('third')
  counter.store.remove(first)
  expect(add('in its place')).toBe(first)
  base.advance(1000)
  expect(asked()).toEqual(['x_total{tool="in its place"} 0', 'x_total{tool="second"} 2', 'x_total{tool="third"} 0'])
  const fourth = add('fourth')
  base.advance(1000)
  base.exposition.body()
  counter.store.remove(fourth)
  add('fifth')
  expect(asked()).toContain('x_total{tool="fourth"} 2')
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
  const { registry, family, exposition, advance } = expositionOf()
  const counter = family('counter', ['tool'], { name: 'x_total' })
  exposition.bodyFor('a')
  registry.births.isLive = true
  const add = (tool: string): void => counter.recorder()(counter.site([undefined]).series([tool]), 2)
  add('t')
  const askAsA = (): string => (exposition.bodyFor('a') ?? exposition.body()).toString()
  // Too soon for a new body: what is not in it has not been seen either.
  expect(askAsA()).not.toContain('x_total{')
  advance(10)
  expect(askAsA()).toContain('x_total{tool="t"} 0')
  add('u')
  expect(askAsA()).toContain('x_total{tool="t"} 2')
  expect(askAsA()).not.toContain('tool="u"')
  advance(10)
  expect(askAsA()).toContain('x_total{tool="u"} 0')
})

test('scrapers that have seen the same share one body, and its compressed form; of others only the first four get their own', async () => {
  const { registry, family, exposition, advance } = expositionOf()
  const counter = family('counter', ['tool'], { name: 'x_total' })
  registry.births.isLive = true
  const add = (tool: string): void => counter.recorder()(counter.site([undefined]).series([tool]), 2)
  for (let i = 0; i < 6; i++) {
    add(`t${i}`)
    advance(10)
    for (const twin of ['a', 'b']) exposition.bodyFor(`${twin}${i}`)
  }
  add('last')
  advance(10)
  const bodies = [0, 1, 2, 3, 4, 5].map((i) => exposition.bodyFor(`a${i}`))
  const zeros = bodies.map((body) => body?.toString().match(/^x_total.* 0$/gm)?.length)
  expect(zeros).toEqual([6, 5, 4, 3, undefined, undefined])
  for (let i = 0; i < 4; i++) expect(exposition.bodyFor(`b${i}`)).toBe(bodies[i])
  add('more')
  advance(10)
  const [first, second] = [exposition.gzipFor('a0'), exposition.gzipFor('b0')]
  expect(first).toBe(second)
  expect(gunzipSync((await first)!).toString()).toContain('x_total{tool="more"} 0')
})

test('whatever the births, their order and who asks when: each who is known sees every live series at 0 first, and no number twice lower', () => {
  const act = fc.oneof(
    fc.record({ tool: fc.nat(12), isLive: fc.boolean() }),
    fc.record({ scraper: fc.constantFrom('a', 'b', 'c') }),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const { registry, family, exposition, advance } = expositionOf()
      const families = ['x_total', 'y_total'].map((name) => family('counter', ['tool'], { name }))
      const bornLive = new Set<string>()
      const told = new Map<string, Map<string, number>>()
      for (const one of acts) {
        if ('tool' in one) {
          registry.births.isLive = one.isLive
          const counter = families[one.tool % 2]!
          const text = `é"${one.tool}`
          if (counter.find([text]) < 0 && one.isLive) bornLive.add(`${counter.spec.name}{tool=${JSON.stringify(text)}}`)
          counter.recorder()(counter.site([undefined]).series([text]), 2)
          continue
        }
        advance(10)
        const before = told.get(one.scraper)
        const now = new Map<string, number>()
        const { families: shown } = parseText(exposition.bodyFor(one.scraper) ?? exposition.body())
        for (const { spec } of families) for (const [key, value] of shown.get(spec.name)!.samples) now.set(key, value)
        told.set(one.scraper, now)
        if (before === undefined) continue
        for (const [key, value] of before) expect(now.get(key)).toBeGreaterThanOrEqual(value)
        for (const [key, value] of now) if (!before.has(key)) expect(value === 0).toBe(bornLive.has(key))
      }
    }),
  )
})
