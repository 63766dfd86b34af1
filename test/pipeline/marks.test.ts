/**
 * `once` and `rise` against brute force over all events: however the log is cut into chunks, and wherever the process dies, through the
 * durable record, the numbers are those that the definitions give.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClocksPart } from '../../src/clock/clocks-part.ts'
import type { Config } from '../../src/config/config.ts'
import { Exposition } from '../../src/exposition/exposition.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { MarksPart } from '../../src/marks/marks-part.ts'
import { EventStream } from '../../src/pipeline/event-stream.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan, type Plan } from '../../src/pipeline/plan.ts'
import { restoreSeries, SeriesPart } from '../../src/registry/series-part.ts'
import type { Origin } from '../../src/source/source.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { configOf } from '../config/loading.ts'
import { MapPart } from '../state/map-part.ts'
import { MemoryDisk } from '../state/memory-disk.ts'

const PRICE = '{ price: { model: model, input: n, output: m, table: { x: { input: 1000000, output: 3000000 } } } }'
const METRICS = `metrics:
  - { name: once_total, type: counter, event: e, once: id }
  - { name: within_total, type: counter, event: e, once: { key: id, within: 1h } }
  - { name: pairs_total, type: counter, event: e, once: [id, kind] }
  - { name: rise_total, type: counter, event: e, value: n, rise: id }
  - { name: split_total, type: counter, event: e, labels: { kind: kind }, split: { type: { in: n, out: m } }, rise: id }
  - { name: new_total, type: counter, event: e, value: n, rise: { key: id, new: skip } }
  - { name: reset_total, type: counter, event: e, value: n, rise: { key: [id, kind], fall: reset } }
  - { name: baseline_total, type: counter, event: e, value: n, rise: { key: id, baseline: { forked: true } } }
  - { name: cost_total, type: counter, event: e, value: ${PRICE}, rise: id }
  - { name: both_total, type: counter, event: e, value: n, once: uid, rise: { key: id, fall: reset } }
`
const ORIGIN: Origin = { source: 's', log: 'l', file: '/a', stream: '', fields: {} }
const START = Date.UTC(2020, 0, 1)
const SEED = Int32Array.of(1, 2, 3, 4)

interface Event {
  readonly id: string
  readonly uid: string
  readonly kind: number
  readonly n: number | undefined
  readonly m: number | undefined
  readonly forked: boolean
  readonly minutes: number
}

const event: fc.Arbitrary<Event> = fc.record({
  id: fc.nat(4).map((i) => `id ${i}`),
  uid: fc.nat(25).map(String),
  kind: fc.nat(1),
  n: fc.option(fc.nat(30), { nil: undefined, freq: 5 }),
  m: fc.option(fc.nat(30), { nil: undefined, freq: 3 }),
  forked: fc.boolean(),
  minutes: fc.nat(200),
})
/** What is done after so many bytes of the log. */
const cut = fc.record({ bytes: fc.nat(400), next: fc.constantFrom('on', 'commit', 'slice', 'die', 'commit and die') })

const lineOf = ({ minutes, ...rest }: Event): string =>
  `${JSON.stringify({ event: 'e', model: 'x', ts: new Date(START + minutes * 60_000).toISOString(), ...rest })}\n`

/** A process that goes on from the record. */
class Life {
  readonly plan: Plan
  readonly record: DurableRecord
  readonly #stream: EventStream
  readonly #positions = new MapPart()

  constructor(config: Config, disk: MemoryDisk) {
    this.plan = compilePlan(config, () => expect.fail('a diagnostic'))
    const { registry, own, cleanLabel, sightings, mappings, marks, clocks } = this.plan
    const [series, marksPart, clocksPart] = [new SeriesPart(), new MarksPart(marks), new ClocksPart(clocks)]
    const onError = (what: string): never => expect.fail(what)
    const parts = [clocksPart, series, marksPart, this.#positions]
    this.record = new DurableRecord({ disk, folder: '/state', parts, program: 'test', leastJournalBytes: 300, onError })
    this.record.restore()
    clocksPart.restore()
    expect(restoreSeries(series.recorded, registry.families())).toEqual([])
    series.keep(registry.families())
    // About one of 500 keys is taken for one that was evicted, which one lies in the seed: the same for all readings.
    this.plan.marks.useSeed(SEED)
    marksPart.restore()
    const onBug = (error: unknown): never => {
      throw error
    }
    const common = {
      mapping: mappings.ofSource('s'),
      own,
      cleanLabel,
      sightings,
      births: registry.births,
      wallClockMs: Date.now,
      onBug,
    }
    const applier = new LineApplier({ ...common, source: 's', bounds: { maxValues: 100, maxDepth: 10 } }, ORIGIN)
    const createFramer = (options: ConstructorParameters<typeof LineFramer>[0]) => new LineFramer(options)
    this.#stream = new EventStream({
      origin: ORIGIN,
      application: { applier },
      envelope: 'none',
      maxLineBytes: 10_000,
      createFramer,
    })
  }

  get checkpoint(): number {
    return this.#positions.values.get('log') ?? 0
  }

  read(log: Buffer, end: number): void {
    const offset = this.checkpoint
    this.#positions.set('log', this.#stream.push({ buffer: log, start: offset, end, offset }))
  }

  get numbers(): Record<string, number> {
    const { registry, own } = this.plan
    const text = new Exposition({ registry, own, others: () => [], nowMs: () => 0 }).mappedText()
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return Object.fromEntries(
      samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    )
  }
}

type Cut = { readonly bytes: number; readonly next: string }

function read(config: Config, events: readonly Event[], cuts: readonly Cut[]): Life {
  const disk = new MemoryDisk()
  const log = Buffer.from(events.map(lineOf).join(''))
  let life = new Life(config, disk)
  let end = 0
  for (const { bytes, next } of cuts) {
    end = Math.min(log.length, Math.max(end, life.checkpoint) + bytes)
    life.read(log, end)
    if (next.startsWith('commit')) life.record.commit()
    if (next === 'slice') life.record.writeSlice(100)
    if (!next.endsWith('die')) continue
    life = new Life(config, disk.reboot())
    end = life.checkpoint
  }
  life.read(log, log.length)
  return life
}

const withRoomFor = (keys: number): Promise<Config> => configOf(`version: 1\nlimits: { keys: ${keys} }\n${METRICS}`)

function grouped<T>(list: readonly T[], key: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one])
  return [...groups.values()]
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
const numbersOf = (events: readonly Event[], field: 'n' | 'm'): number[] => events.flatMap((one) => one[field] ?? [])
const most = (numbers: readonly number[]): number => Math.max(0, ...numbers)

/** Runs that do not fall: of each the last. */
function runs(numbers: readonly number[]): number {
  return sum(numbers.filter((one, i) => i + 1 === numbers.length || numbers[i + 1]! < one))
}

/** By the definitions, each over all events. */
function expected(events: readonly Event[]): Record<string, number> {
  const byId = grouped(events, ({ id }) => id)
  const firstOfUid = events.filter(
    (one, i) => one.n !== undefined && !events.slice(0, i).some((before) => before.uid === one.uid && before.n !== undefined),
  )
  return {
    once_total: byId.length,
    within_total: sum(byId.map((same) => countedWithin(same.map((one) => clockAt(events, one))))),
    pairs_total: grouped(events, ({ id, kind }) => `${id} ${kind}`).length,
    rise_total: sum(byId.map((same) => most(numbersOf(same, 'n')))),
    in: sum(byId.map((same) => most(numbersOf(same, 'n')))),
    out: sum(byId.map((same) => most(numbersOf(same, 'm')))),
    new_total: sum(byId.map((same) => most(numbersOf(same, 'n')) - (numbersOf(same, 'n')[0] ?? 0))),
    reset_total: sum(grouped(events, ({ id, kind }) => `${id} ${kind}`).map((same) => runs(numbersOf(same, 'n')))),
    baseline_total: sum(
      byId.map((same) =>
        sum(same.map((one, i) => (one.forked ? 0 : Math.max(0, (one.n ?? 0) - most(numbersOf(same.slice(0, i), 'n')))))),
      ),
    ),
    cost_total: sum(byId.map((same) => most(numbersOf(same, 'n')) + 3 * most(numbersOf(same, 'm')))),
    both_total: sum(grouped(firstOfUid, ({ id }) => id).map((same) => runs(numbersOf(same, 'n')))),
  }
}

/** The highest time up to this event. */
function clockAt(events: readonly Event[], one: Event): number {
  return Math.max(...events.slice(0, events.indexOf(one) + 1).map(({ minutes }) => minutes))
}

function countedWithin(minutes: readonly number[]): number {
  let counted = 0
  let last = Number.NEGATIVE_INFINITY
  for (const minute of minutes) {
    if (minute - last < 60) continue
    counted++
    last = minute
  }
  return counted
}

/** Sums over labels, and over split entries by their text. */
function totals(numbers: Record<string, number>): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [series, value] of Object.entries(numbers)) {
    const name = /type="(\w+)"/.exec(series)?.[1] ?? series.replace(/\{.*/, '')
    found[name] = (found[name] ?? 0) + value
  }
  return found
}

test('all numbers are those of the definitions, whatever the chunks and deaths', async () => {
  const config = await withRoomFor(10_000)
  const runOf = fc.property(fc.array(event, { maxLength: 60 }), fc.array(cut, { maxLength: 25 }), (events, cuts) => {
    const wanted = Object.fromEntries(Object.entries(expected(events)).filter(([, value]) => value !== 0))
    const found = Object.fromEntries(
      Object.entries(totals(read(config, events, cuts).numbers)).filter(([, value]) => value !== 0),
    )
    expect(found).toEqual(wanted)
  })
  fc.assert(runOf, { numRuns: 120, seed: 6 })
}, 60_000)

test('with room for few keys deaths change nothing either, and there are never more', async () => {
  for (const keys of [1, 2, 7, 20]) {
    const config = await withRoomFor(keys)
    let evictions = 0
    const runOf = fc.property(fc.array(event, { maxLength: 60 }), fc.array(cut, { maxLength: 25 }), (events, cuts) => {
      const life = read(config, events, cuts)
      const undisturbed = read(config, events, [])
      expect(life.numbers).toEqual(undisturbed.numbers)
      expect(life.plan.marks.table.size).toBeLessThanOrEqual(keys)
      evictions += undisturbed.plan.own.keysEvicted.at('marks').value
      expect(undisturbed.plan.own.keys.at('marks').value).toBe(undisturbed.plan.marks.table.size)
    })
    fc.assert(runOf, { numRuns: 30, seed: keys })
    expect(evictions).toBeGreaterThan(50)
  }
}, 60_000)
