/**
 * What is derived against a plain recomputation over all events: several logs, times out of order, keys that are missing, logs cut into any
 * chunks, a process that dies at any commit and goes on from its record, and no more room than a few keys.
 */
import { expect, test } from 'vitest'
import { Clocks } from '../../src/clock/clocks.ts'
import { ClocksPart } from '../../src/clock/clocks-part.ts'
import type { Config } from '../../src/config/config.ts'
import { collect } from '../../src/derive/collected.ts'
import { DerivePart } from '../../src/derive/derive-part.ts'
import type { Derived } from '../../src/derive/derived-event.ts'
import { OpenKeys } from '../../src/derive/open-keys.ts'
import { Pair, type PairState } from '../../src/derive/pair.ts'
import { Session, type SessionState } from '../../src/derive/session.ts'
import { Exposition } from '../../src/exposition/exposition.ts'
import { MarksPart } from '../../src/marks/marks-part.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'
import { samplesOf } from '../../src/scenario/sample.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { configOf } from '../config/loading.ts'
import { randomOf } from '../faults/random.ts'
import { streamOf } from '../pipeline/streams.ts'
import { MemoryDisk } from '../state/memory-disk.ts'
import { type Event, type Made, Naive } from './naive.ts'

const LOGS = 3
const START_NS = 1_767_225_600_000_000_000n

const mapping = (keys: number): string => `version: 1
limits: { keys: ${keys} }
remember:
  w: { event: m, path: v, scope: k }
derive:
  - pair: p
    start: { event: [start, both], key: k, carry: { a: u, w: $kept.w } }
    end: { event: [end, both], key: k, carry: { a: v } }
    scope: g
    timeout: 50s
    reset: { event: reset }
  - pair: q
    start: { event: [start, both], key: k }
    end: { event: [end, both], key: k }
    order: fifo
    timeout: 80s
    reset: { event: reset, key: k }
  - session: chat
    event: [start, m]
    key: k
    carry: { c: g }
    end: { event: bye, key: k, carry: { c: v } }
    idle: 40s
    collect:
      n: { op: count }
      sum: { op: sum, event: m, value: v }
      max: { op: max, event: m, value: v }
      min: { op: min, where: { $name: m }, value: v }
      first: { op: first, event: m, value: v }
      last: { op: last, event: m, value: v }
      kinds: { op: distinct, event: m, value: v }
      risen: { op: sum, event: m, value: v, rise: u }
      firsts: { op: count, event: m, once: u }
  - { sequence: step, event: m, key: k, value: v, idle: 60s, reset: { event: bye, key: k } }
  - { silence: quiet, event: m, key: k, carry: { c: g }, after: 30s }
  - { session: total, derived: p, key: outcome, idle: 100s, collect: { seconds: { op: sum, value: { path: duration, default: 0 } } } }
metrics:
  - { name: steps_total, type: counter, derived: step }
`

/** One process: what it knows of earlier ones stands on the disk. `made`: what it derives is added. */
function life(config: Config, disk: MemoryDisk, made: Made[]) {
  const plan = compilePlan(config, () => {}, {
    recorded: () => {},
    skipped: () => {},
    repeated: () => {},
    rose: () => {},
    remembered: () => {},
    fed: () => {},
    derived: ({ item, fields, timeNs }) => made.push({ item, at: timeNs, ...fields }),
  })
  const [clocks, derive, marks] = [new ClocksPart(plan.clocks), new DerivePart(plan.keys), new MarksPart(plan.marks)]
  const onError = (what: string, cause: Error): never => {
    throw new Error(what, { cause })
  }
  const parts = [clocks, marks, derive]
  const record = new DurableRecord({ disk, folder: '/state', parts, program: 'test', onError, leastJournalBytes: 4000 })
  record.restore()
  clocks.restore()
  marks.restore()
  derive.restore(plan.clocks)
  record.commit()
  return { plan, record }
}

function randomEvent(whole: (below: number) => number, times: bigint[], keys: number): Event {
  const log = whole(LOGS)
  times[log]! += BigInt(whole(9_000_000_000))
  const late = whole(8) === 0 ? BigInt(whole(30_000_000_000)) : 0n
  const some = <T>(value: T): { value?: T } => (whole(12) === 0 ? {} : { value })
  const name = ['start', 'start', 'end', 'end', 'both', 'm', 'm', 'm', 'bye', 'reset'][whole(10)]!
  const [k, g, v, u] = [some(`k${whole(keys)}`), some(`g${whole(2)}`), some(whole(4)), some(`u${whole(30)}`)]
  const event = { name, log, ns: times[log]! - late }
  return {
    ...event,
    ...(k.value === undefined ? {} : { k: k.value }),
    ...(g.value === undefined ? {} : { g: g.value }),
    ...(v.value === undefined ? {} : { v: v.value }),
    ...(u.value === undefined ? {} : { u: u.value }),
  }
}

function lineOf({ name, ns, log: _, ...fields }: Event): string {
  return `${JSON.stringify({ event: name, ts: `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`, ...fields })}\n`
}

/** Fields in one order, and sums of fractions without their last digits. */
function sorted(made: readonly Made[]): unknown[] {
  const shown = ([name, value]: [string, unknown]) => [name, name === 'seconds' ? (value as number).toPrecision(13) : value]
  return made.map((one) =>
    Object.fromEntries(
      Object.entries(one)
        .map(shown)
        .sort(([a], [b]) => (a! < b! ? -1 : 1)),
    ),
  )
}

const ROOMY = 100_000

test.each([
  [1, ROOMY],
  [2, ROOMY],
  [3, ROOMY],
  [4, 12],
  [5, 12],
  [6, 30],
])('is what a plain recomputation derives, seed %i with room for %i keys', { timeout: 60_000 }, async (seed, room) => {
  const random = randomOf(seed)
  const whole = (below: number): number => Math.floor(random() * below)
  // Marks would be evicted too, and what is forgotten of them is another test.
  const text = room === ROOMY ? mapping(room) : mapping(room).replace(/ +(risen|firsts): .*\n/g, '')
  const config = await configOf(text)
  const times = Array.from({ length: LOGS }, (_, i) => START_NS + BigInt(i) * 40_000_000_000n)
  const events: Event[] = []
  const made: Made[] = []
  let disk = new MemoryDisk()
  let process = life(config, disk, made)
  let committed = { events: 0, made: 0 }
  let kills = 0
  const give = (event: Event): void => {
    const bytes = Buffer.from(lineOf(event))
    const stream = streamOf(process.plan, config, `log${event.log}`, 0)
    const cut = whole(bytes.length)
    const at = stream.sink.push({ buffer: bytes, start: 0, end: cut, offset: 0 })
    stream.sink.push({ buffer: bytes, start: at, end: bytes.length, offset: at })
  }
  for (let step = 0; step < 1500; step++) {
    const event = randomEvent(whole, times, room === ROOMY ? 8 : 20)
    events.push(event)
    give(event)
    if (whole(10) === 0) {
      process.record.commit()
      if (whole(2) === 0) process.record.writeSlice(300)
      committed = { events: events.length, made: made.length }
    }
    if (whole(60) !== 0) continue
    kills++
    disk = disk.reboot()
    made.splice(committed.made)
    process = life(config, disk, made)
    for (const lost of events.slice(committed.events)) give(lost)
  }
  process.plan.clocks.moveOn(500_000_000_000n)
  const naive = new Naive(room)
  for (const event of events) naive.take(event)
  naive.moveOn(500_000_000_000n)
  const wanted = room === ROOMY ? naive.made : naive.made.map(({ risen: _, firsts: __, ...one }) => one as Made)
  expect(sorted(made)).toEqual(sorted(wanted))
  expect([kills > 5, naive.evictions > 100, made.length > 800]).toEqual([true, room !== ROOMY, true])
  expect(process.plan.keys.size).toBe(naive.openCount)
})

test('history that counts nothing is there for what follows', async () => {
  const config = await configOf(`version: 1
remember:
  model: { event: begin, path: model }
derive:
  - { pair: run, start: { event: begin, key: id, carry: { model: $kept.model } }, end: { event: done, key: id }, timeout: 1m }
metrics:
  - { name: runs_total, type: counter, derived: run, labels: { id: key, model: model, outcome: outcome } }
  - { name: open_runs, type: gauge, open: run, labels: { id: key } }
  - { name: begun_total, type: counter, event: begin }
`)
  const { plan } = life(config, new MemoryDisk(), [])
  const line = (event: string, id: number, second: number): string =>
    `${JSON.stringify({ event, id, model: 'm', ts: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString() })}\n`
  const past = line('begin', 1, 0) + line('begin', 2, 30) + line('done', 2, 31) + line('begin', 3, 59)
  const bytes = Buffer.from(past + line('done', 3, 60) + line('done', 2, 61))
  const stream = streamOf(plan, config, 'log', 0, Buffer.byteLength(past))
  stream.sink.push({ buffer: bytes, start: 0, end: bytes.length, offset: 0 })
  const exposition = new Exposition({ registry: plan.registry, own: plan.own, others: () => [], nowMs: () => 0 })
  const samples = samplesOf(exposition.mappedText()).map(({ name, labels, value }) => [name, ...labels.values(), value].join(' '))
  expect(samples.sort()).toEqual([
    'begun_total 0',
    'runs_total 1 m timeout 1',
    'runs_total 2 unknown orphan 1',
    'runs_total 3 m ended 1',
  ])
})

test('a million starts without ends take the room of a few keys, and each ends evicted', { timeout: 60_000 }, () => {
  const keys = new OpenKeys(1000, Int32Array.of(1, 2, 3, 4))
  const spec = { name: 'p', owner: 'p', definition: 'd', carryNames: [], hasScopeReset: true, timeoutNs: 1n, isFifo: false }
  const pair = new Pair({ ...spec, kind: 'pair' }, keys)
  const clock = new Clocks().of('s', 'l')
  const origin = { source: 's', log: 'l', file: '', stream: '', fields: {} }
  let evicted = 0
  const consumer = {
    derived: ({ fields }: Derived) => {
      if (fields.outcome === 'evicted') evicted++
    },
    opened: () => {},
    show: () => {},
  }
  keys.consumerOf = () => consumer
  const cause = { origin, clock, timeNs: 5n, lineBytes: 0, consumer }
  for (let i = 0; i < 1_000_000; i++) pair.start({ id: String(i), scope: String(i % 7), key: ['k'], carried: [], cause })
  expect([keys.size, evicted, keys.gone.size, keys.changed.size]).toEqual([1000, 999_000, 0, 1000])
  expect([...pair.scopes.values()].reduce((sum, inScope) => sum + inScope.size, 0)).toBe(1000)
})

test('one key that many starts are queued for, and one session of many values, are bounded', () => {
  const keys = new OpenKeys(100_000, Int32Array.of(1, 2, 3, 4))
  const shape = { owner: 'o', definition: 'd', carryNames: [], hasScopeReset: false }
  const pair = new Pair({ ...shape, name: 'p', kind: 'pair', timeoutNs: undefined, isFifo: true }, keys)
  const chat = new Session(
    { ...shape, name: 's', kind: 'session', idleNs: undefined, collect: [{ name: 'n', op: 'distinct' }] },
    keys,
  )
  const consumer = { derived: () => {}, opened: () => {}, show: () => {} }
  const origin = { source: 's', log: 'l', file: '', stream: '', fields: {} }
  const cause = { origin, clock: new Clocks().of('s', 'l'), timeNs: 5n, lineBytes: 0, consumer }
  const touch = (id: string) => ({ id, scope: '', key: ['k'], carried: [], cause })
  for (let i = 0; i < 5000; i++) {
    pair.start(touch('p'))
    chat.member(touch('s'), (collected) => {
      collected[0] = collect(collected[0], 'distinct', `v${i}`, () => i)
    })
  }
  expect(keys.find<PairState>('p')!.state.length).toBe(1000)
  expect(chat.openFields(keys.find<SessionState>('s')!, 5n).n).toBe(1000)
  expect(keys.find('s')!.weight).toBe(63)
})

test('a long text that every element of a line reads costs in proportion to the line', async () => {
  const config = await configOf(`version: 1
remember: { w: { event: e, each: { x: xs }, path: $.long } }
derive:
  - { sequence: s, event: e, each: { x: xs }, key: [$.long, $x], value: $.long, same: [$.object], carry: { a: $.long } }
metrics: [{ name: n_total, type: counter, derived: s, labels: { a: a } }]
`)
  const made: Made[] = []
  const { plan } = life(config, new MemoryDisk(), made)
  const line = {
    event: 'e',
    long: 'y'.repeat(1_000_000),
    object: { z: 'z'.repeat(1_000_000) },
    xs: Array.from({ length: 90_000 }, (_, i) => i),
  }
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
  const startMs = performance.now()
  streamOf(plan, config, 'log', 0).sink.push({ buffer: bytes, start: 0, end: bytes.length, offset: 0 })
  expect(made.length).toBeLessThan(50)
  expect(plan.own.skippedUpdates.at('s', 'no_key').value).toBeGreaterThan(80_000)
  expect(performance.now() - startMs).toBeLessThan(3000)
})
