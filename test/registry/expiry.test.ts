/** Series that are silent: hidden or gone, back again, folded; what scrapers see of it, and what a mapping that takes over makes of it. */
import { expect, test } from 'vitest'
import { Exposition } from '../../src/exposition/exposition.ts'
import { openMetricsFormat } from '../../src/exposition/open-metrics-format.ts'
import type { Family } from '../../src/registry/family.ts'
import { type RegistryForTest, registryOf } from './registry-of.ts'

const START_MS = 1_767_225_600_000
const HOUR = 3_600_000_000_000n
const nsOf = (hours: number): bigint => BigInt(START_MS) * 1_000_000n + BigInt(Math.round(hours * 3_600_000)) * 1_000_000n

/** One log, whose clock goes on by hours. */
class World {
  readonly of: RegistryForTest
  readonly exposition: Exposition
  readonly #log

  constructor(maxSeries = 1e6) {
    this.of = registryOf({ maxSeries, nowMs: () => START_MS })
    this.#log = this.of.clocks.of('s', 'log')
    const { registry, own } = this.of
    this.exposition = new Exposition({ registry, own, others: () => [], nowMs: () => 0, minAgeMs: 0 })
    registry.births.isLive = true
  }

  /** A value for the series, at this hour. */
  give(family: Family, hour: number, texts: readonly string[], value = 1): void {
    this.goTo(hour)
    family.timed!.clock = this.#log
    const slot = family.site(texts.map(() => undefined)).series(texts)
    if (slot < 0) return
    family.timed!.touch(slot)
    family.recorder('add')(slot, value)
  }

  goTo(hour: number): void {
    this.of.clocks.advance(this.#log, nsOf(hour))
  }

  lines(body = this.exposition.mappedText()): string[] {
    return body.split('\n').filter((line) => line.startsWith('a_'))
  }

  bodyFor(scraper: string): string[] {
    return this.lines((this.exposition.bodyFor(scraper) ?? this.exposition.body()).toString())
  }
}

const expiring = { expireNs: HOUR }

test('a counter that returns is not born again: no scraper sees it at 0 twice, and it stands since it was first there', () => {
  const world = new World()
  const { registry, own } = world.of
  const family = world.of.family('counter', ['tool'], { ...expiring, name: 'a_total' })
  world.bodyFor('prometheus')
  world.give(family, 0, ['a'], 5)
  expect(world.bodyFor('prometheus')).toEqual(['a_total{tool="a"} 0'])
  expect(world.bodyFor('prometheus')).toEqual(['a_total{tool="a"} 5'])
  world.goTo(1)
  expect(world.bodyFor('prometheus')).toEqual([])
  expect(own.seriesHidden.at('a_total').value).toBe(1)
  world.give(family, 3, ['a'], 2)
  expect(world.bodyFor('prometheus')).toEqual(['a_total{tool="a"} 7'])
  expect(own.seriesHidden.at('a_total').value).toBe(0)
  const open = new Exposition({
    registry,
    own,
    others: () => [],
    nowMs: () => 0,
    format: openMetricsFormat({ withCreated: true }),
  })
  expect(open.mappedText()).toContain(`a_created{tool="a"} ${START_MS / 1000}\n`)
})

test('sums stay right when hidden series give way, those first that were silent for longest', () => {
  const world = new World()
  const counter = world.of.family('counter', ['tool'], { ...expiring, maxSeries: 2 })
  const histogram = world.of.family('histogram', ['tool'], { ...expiring, maxSeries: 1, buckets: [1, 5] })
  world.give(counter, 0, ['a'], 5)
  world.give(counter, 0.5, ['b'], 7)
  world.give(histogram, 0.5, ['b'], 3)
  // Nothing is hidden yet.
  world.give(counter, 0.6, ['c'], 1)
  expect(world.lines()).toContain('a_counter{tool="_other"} 1')
  world.give(counter, 1.2, ['c'], 1)
  world.give(histogram, 1.55, ['c'], 9)
  expect(world.lines()).toEqual([
    'a_counter{tool="_other"} 6',
    'a_counter{tool="c"} 1',
    ...['1"} 0', '5"} 1', '+Inf"} 1'].map((end) => `a_histogram_bucket{tool="_other",le="${end}`),
    'a_histogram_sum{tool="_other"} 3',
    'a_histogram_count{tool="_other"} 1',
    ...['1"} 0', '5"} 0', '+Inf"} 1'].map((end) => `a_histogram_bucket{tool="c",le="${end}`),
    'a_histogram_sum{tool="c"} 9',
    'a_histogram_count{tool="c"} 1',
  ])
  world.give(counter, 1.58, ['b'], 1)
  expect(world.lines()).toContain('a_counter{tool="b"} 8')
  expect([world.of.own.seriesFolded.at('a_counter').value, world.of.own.seriesFolded.at('a_histogram').value]).toEqual([1, 1])
})

test('what was folded is not shown at 0 first: nothing of it is new', () => {
  const world = new World()
  const family = world.of.family('counter', ['tool'], { ...expiring, maxSeries: 1 })
  world.bodyFor('prometheus')
  world.give(family, 0, ['a'], 5)
  world.bodyFor('prometheus')
  world.give(family, 2, ['b'], 3)
  expect(world.bodyFor('prometheus')).toEqual(['a_counter{tool="b"} 0', 'a_counter{tool="_other"} 5'])
})

test('closed labels of what gives way stay', () => {
  const world = new World()
  const family = world.of.family('counter', ['tool', 'status'], { ...expiring, maxSeries: 2 })
  const site = family.site([undefined, ['ok', 'error']])
  family.timed!.clock = world.of.clocks.of('s', 'log')
  for (const [hour, tool] of [
    [0, 'a'],
    [2, 'b'],
  ] as const) {
    world.goTo(hour)
    const slot = site.series([tool, 'ok'])
    family.timed!.touch(slot)
    family.recorder()(slot, hour + 1)
  }
  expect(world.lines()).toEqual([
    'a_counter{tool="_other",status="error"} 0',
    'a_counter{tool="_other",status="ok"} 1',
    'a_counter{tool="b",status="error"} 0',
    'a_counter{tool="b",status="ok"} 3',
  ])
})

test('at the limit of all metrics the longest hidden of any gives way, and a gauge finds its place free', () => {
  const world = new World(2)
  const [counter, gauge] = [world.of.family('counter', ['tool'], expiring), world.of.family('gauge', ['tool'], expiring)]
  world.give(counter, 0, ['a'], 5)
  world.give(gauge, 0.1, ['a'], 1)
  world.give(gauge, 0.2, ['b'], 1)
  expect(world.lines()).toEqual(['a_counter{tool="a"} 5', 'a_gauge{tool="a"} 1'])
  world.give(gauge, 1.05, ['c'], 2)
  expect(world.lines()).toEqual(['a_counter{tool="_other"} 5', 'a_gauge{tool="a"} 1', 'a_gauge{tool="c"} 2'])
  world.goTo(1.1)
  expect(world.lines()).toEqual(['a_counter{tool="_other"} 5', 'a_gauge{tool="c"} 2'])
  world.give(counter, 1.2, ['z'], 1)
  expect(world.lines()).toContain('a_counter{tool="z"} 1')
})

test('with one_per, one that is gone makes room for the next of its kind', () => {
  const world = new World()
  const family = world.of.family('info', ['agent', 'version'], { ...expiring, onePer: ['agent'] })
  world.give(family, 0, ['a', '1'])
  world.give(family, 2, ['a', '2'])
  world.give(family, 2, ['a', '3'])
  expect(world.lines()).toEqual(['a_info{agent="a",version="3"} 1'])
})

test('a mapping that takes over: expiry is no other metric, and what is hidden is shown if nothing expires any more', () => {
  const world = new World()
  const { registry } = world.of
  const family = world.of.family('counter', ['tool'], expiring)
  world.give(family, 0, ['a'], 5)
  world.goTo(2)
  expect(world.lines()).toEqual([])
  const again = (expireNs: bigint): Family =>
    registry.redefine({ maxSeries: 100, cleanLabel: (text) => text }, () => registry.family({ ...family.spec, expireNs }))
  expect(again(HOUR * 3n)).toBe(family)
  expect(world.lines()).toEqual(['a_counter{tool="a"} 5'])
  again(HOUR)
  expect(world.lines()).toEqual([])
  again(0n)
  expect(world.lines()).toEqual(['a_counter{tool="a"} 5'])
  world.goTo(100)
  expect(world.lines()).toEqual(['a_counter{tool="a"} 5'])
})

test('a metric that begins to expire counts its series as touched now', () => {
  const world = new World()
  const { registry, clocks } = world.of
  const family = world.of.family('counter', ['tool'])
  family.recorder()(family.site([undefined]).series(['a']), 5)
  registry.redefine({ maxSeries: 100, cleanLabel: (text) => text }, () => registry.family({ ...family.spec, ...expiring }))
  clocks.standUnread()
  clocks.moveWall(nsOf(0.9))
  expect(world.lines()).toEqual(['a_counter{tool="a"} 5'])
  clocks.moveWall(nsOf(1))
  expect(world.lines()).toEqual([])
})

test('a metric that is taken away leaves no deadline', () => {
  const world = new World()
  const { registry, clocks } = world.of
  world.give(world.of.family('counter', ['tool'], expiring), 0, ['a'])
  registry.redefine({ maxSeries: 100, cleanLabel: (text) => text }, () => {})
  expect(clocks.of('s', 'log').nextNs).toBe(undefined)
})

test('an exemplar goes and comes back with its series', () => {
  const world = new World()
  const { registry, own } = world.of
  const family = world.of.family('counter', ['tool'], { ...expiring, name: 'a_total' })
  family.exemplarCell()
  world.give(family, 0, ['a'])
  family.exemplars!.keep(0, family.store.birthOf(0), 0, { labels: [['trace_id', 't']], value: 1, timestampSeconds: 1 })
  const open = new Exposition({
    registry,
    own,
    others: () => [],
    nowMs: () => 0,
    format: openMetricsFormat({ withCreated: false }),
  })
  expect(open.mappedText()).toContain('# {trace_id="t"} 1')
  world.goTo(1)
  expect(open.mappedText()).not.toContain('trace_id')
  world.give(family, 2, ['a'])
  expect(open.mappedText()).toContain('a_total{tool="a"} 2 # {trace_id="t"} 1')
})
