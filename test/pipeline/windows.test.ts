/**
 * Windows and expiry against a plain recomputation of all that happened: several logs with clocks of their own, events out of order, logs cut
 * into any chunks, a wall clock that goes on at their ends, scrapes at any time, and a process that dies and goes on from its record.
 */
import { expect, test } from 'vitest'
import { ClocksPart } from '../../src/clock/clocks-part.ts'
import type { Config } from '../../src/config/config.ts'
import { Exposition } from '../../src/exposition/exposition.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'
import { restoreSeries, SeriesPart } from '../../src/registry/series-part.ts'
import { samplesOf } from '../../src/scenario/sample.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { configOf } from '../config/loading.ts'
import { randomOf } from '../faults/random.ts'
import { MemoryDisk } from '../state/memory-disk.ts'
import { type Happening, type NaiveMetric, naive } from './naive-windows.ts'
import { streamOf } from './streams.ts'

const LOGS = 3
const START_S = 1_767_225_600
const s = (seconds: number): bigint => BigInt(seconds) * 1_000_000_000n

const METRICS: readonly NaiveMetric[] = [
  { name: 'mean_over', type: 'gauge', op: 'mean', over: s(60) },
  { name: 'sum_over', type: 'gauge', op: 'sum', over: s(60) },
  { name: 'count_over', type: 'gauge', op: 'count', over: s(35) },
  { name: 'max_over', type: 'gauge', op: 'max', over: s(60) },
  { name: 'min_both', type: 'gauge', op: 'min', over: s(60), last: 4 },
  { name: 'sum_last', type: 'gauge', op: 'sum', last: 5 },
  { name: 'users_over', type: 'gauge', op: 'distinct', over: s(60) },
  { name: 'users_last', type: 'gauge', op: 'distinct', last: 4 },
  { name: 'mean_expires', type: 'gauge', op: 'mean', over: s(100), expire: s(50) },
  { name: 'count_expires', type: 'gauge', op: 'count', over: s(30), expire: s(80) },
  { name: 'n_total', type: 'counter', expire: s(50) },
  { name: 'capped_total', type: 'counter', expire: s(40), maxSeries: 4 },
  { name: 'level', type: 'gauge', op: 'add', expire: s(40), maxSeries: 4 },
]

function mapping(): string {
  const lines = METRICS.map(({ name, type, op, over, last, expire, maxSeries }) => {
    const keys = {
      op,
      over: over && `${over / s(1)}s`,
      last,
      expire: expire && `${expire / s(1)}s`,
      max_series: maxSeries,
    }
    const given = Object.entries(keys).filter(([, value]) => value !== undefined)
    const value = op === 'distinct' ? 'user' : 'n'
    return `  - { name: ${name}, type: ${type}, event: call, labels: { tool: tool }, value: ${value}, ${given.map(([key, text]) => `${key}: ${text}`).join(', ')} }`
  })
  return `version: 1\nmetrics:\n${lines.join('\n')}\n`
}

/** One process: what it knows of earlier ones stands on the disk. */
function life(config: Config, disk: MemoryDisk) {
  const plan = compilePlan(
    config,
    () => {},
    undefined,
    () => START_S * 1000,
  )
  const [clocks, series] = [new ClocksPart(plan.clocks), new SeriesPart()]
  const onError = (what: string, cause: Error): never => {
    throw new Error(what, { cause })
  }
  const parts = [clocks, series]
  const record = new DurableRecord({ disk, folder: '/state', parts, program: 'test', onError, leastJournalBytes: 20_000 })
  record.restore()
  clocks.restore()
  expect(restoreSeries(series.recorded, plan.registry.families())).toEqual([])
  series.forgetAll()
  series.keep(plan.registry.families())
  record.commit()
  const exposition = new Exposition({ registry: plan.registry, own: plan.own, others: () => [], nowMs: () => 0 })
  return { plan, parts, record, exposition }
}

/** Of a log: its text, and how many of its bytes were given. */
interface Log {
  bytes: Buffer
  given: number
}

const TOOLS = 'abcdefghij'

test.each([11, 12, 13, 14])('agree with a plain recomputation, seed %i', { timeout: 60_000 }, async (seed) => {
  const random = randomOf(seed)
  const whole = (below: number): number => Math.floor(random() * below)
  const config = await configOf(mapping())
  let disk = new MemoryDisk()
  let process = life(config, disk)
  const logs: Log[] = Array.from({ length: LOGS }, () => ({ bytes: Buffer.alloc(0), given: 0 }))
  let streams = logs.map((log, i) => streamOf(process.plan, config, `log${i}`, log.given))
  let happenings: Happening[] = []
  /** Events by log, in order; how many bytes their lines take up to there. */
  const written: { event: Happening; endOffset: number }[][] = logs.map(() => [])
  const applied = logs.map(() => 0)
  let committed = { happenings: 0, applied: [...applied] }
  const times = logs.map((_, i) => START_S + i * 500)
  let wall = START_S - 100
  let [kills, checks, expired, folded] = [0, 0, 0, 0]

  const write = (log: number): void => {
    times[log]! += whole(8)
    const ns = s(times[log]! - (whole(6) === 0 ? whole(90) : 0))
    const [tool, user, n] = [TOOLS[whole(TOOLS.length)]!, `u${whole(5)}`, whole(100)]
    const line = `${JSON.stringify({ event: 'call', ts: Number(ns / s(1)), tool, user, n })}\n`
    logs[log]!.bytes = Buffer.concat([logs[log]!.bytes, Buffer.from(line)])
    written[log]!.push({ event: { kind: 'event', log, ns, tool, user, n }, endOffset: logs[log]!.bytes.length })
  }
  const give = (log: number, most: number): void => {
    const { bytes } = logs[log]!
    const stream = streams[log]!
    const [from, to] = [stream.wanted, Math.min(bytes.length, stream.wanted + most)]
    stream.wanted = stream.sink.push({ buffer: bytes, start: from, end: to, offset: from })
    for (
      let next = written[log]![applied[log]!];
      next !== undefined && next.endOffset <= stream.wanted;
      next = written[log]![applied[log]!]
    ) {
      happenings.push(next.event)
      applied[log]!++
    }
  }
  const check = (): void => {
    checks++
    const shown = samplesOf(process.exposition.mappedText()).map(
      ({ name, labels, value }) => [`${name}{tool="${labels.get('tool')}"}`, value] as const,
    )
    const wanted = METRICS.flatMap((metric) => [...naive(metric, happenings, LOGS)])
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(wanted))
    expired += process.plan.own.seriesHidden.at('n_total').value
    folded += process.plan.own.seriesFolded.at('capped_total').value
  }
  const commit = (): void => {
    process.plan.registry.settle()
    // If only the wall clock moved, and nothing that shows with it, there is nothing to write.
    const hasNews = process.parts.some(({ hasChanges }) => hasChanges)
    process.record.commit()
    if (whole(2) === 0) process.record.writeSlice(500)
    if (hasNews) committed = { happenings: happenings.length, applied: [...applied] }
  }

  for (let step = 0; step < 700; step++) {
    const [log, what] = [whole(LOGS), whole(12)]
    if (what < 4) write(log)
    else if (what < 8) give(log, 1 + whole(300))
    else if (what === 8) {
      if (streams[log]!.wanted < logs[log]!.bytes.length) give(log, logs[log]!.bytes.length)
      // Written when its events were: no replay.
      streams[log]!.sink.noteAtEnd!(START_S * 1000)
      happenings.push({ kind: 'stand', log })
    } else if (what === 9) {
      wall += whole(30)
      process.plan.clocks.moveWall(s(wall))
      happenings.push({ kind: 'wall', ns: s(wall) })
    } else if (what === 10) commit()
    else if (whole(4) === 0) {
      kills++
      disk = disk.reboot()
      process = life(config, disk)
      happenings = [...happenings.slice(0, committed.happenings), { kind: 'restart' }]
      for (const [i, count] of committed.applied.entries()) applied[i] = count
      streams = logs.map((_, i) => streamOf(process.plan, config, `log${i}`, written[i]![applied[i]! - 1]?.endOffset ?? 0))
      committed = { happenings: happenings.length, applied: [...applied] }
    }
    if (step % 7 === 0) check()
  }
  check()
  expect([kills > 5, checks > 90, expired > 0, folded > 0]).toEqual([true, true, true, true])
})
