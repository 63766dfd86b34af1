/**
 * `state`: looks into a durable record, or takes one metric out of it. Needs no mapping: the record says what it holds. `show` and `export`
 * only read, also while an exporter writes; `reset` needs the folder for itself.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Clocks } from '../clock/clocks.ts'
import { ClocksPart } from '../clock/clocks-part.ts'
import { DerivePart } from '../derive/derive-part.ts'
import { OpenKeys } from '../derive/open-keys.ts'
import { nearest } from '../diag/suggest.ts'
import { harmless } from '../explain/log-text.ts'
import { Exposition } from '../exposition/exposition.ts'
import { metricOfSpace } from '../mapping/metric-marks.ts'
import { SEED_WORDS } from '../marks/key-hash.ts'
import { Marks } from '../marks/marks.ts'
import { MarksPart } from '../marks/marks-part.ts'
import { BirthsPart } from '../registry/births-part.ts'
import type { Family } from '../registry/family.ts'
import { specOf } from '../registry/family-note.ts'
import { Registry } from '../registry/registry.ts'
import { restoreSeries, SeriesPart } from '../registry/series-part.ts'
import { PositionsPart, type RecordedLog } from '../source/positions-part.ts'
import { BrokenRecord, LaterRecord } from '../state/broken-record.ts'
import { nodeDisk } from '../state/disk.ts'
import { DurableRecord } from '../state/durable-record.ts'
import { takeLock } from '../state/lock.ts'
import { checkFolder, UnsafeFolder } from '../state/own-files.ts'
import type { Restored } from '../state/restore.ts'
import { isPoison, knownIn } from '../state/suspects.ts'
import { createOwnMetrics, type OwnMetrics } from '../telemetry/own-metrics.ts'
import { EXIT } from './exit-codes.ts'
import type { FlagValues } from './flags.ts'
import type { Io } from './io.ts'
import { STATE_HOME } from './settings.ts'
import { packageVersion } from './version.ts'

const ACTIONS = ['show', 'export', 'reset'] as const

export async function state(names: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const [action, metric] = names
  if (!(ACTIONS as readonly (string | undefined)[]).includes(action) || (action === 'reset') !== (metric !== undefined))
    return refuse('expected state show, state export or state reset METRIC', io)
  const folder = flags.value('state.dir') as string | undefined
  if (folder === undefined) return refuse(`which record? --state.dir DIR; ${known()}`, io)
  try {
    checkFolder(folder)
    if (metric !== undefined) return await reset(folder, metric, io)
    const read = readRecord(folder)
    io.stdout(action === 'show' ? shown(folder, read) : exported(read))
    return EXIT.ok
  } catch (error) {
    if (error instanceof UnsafeFolder) return refuse(`${folder}: ${error.message}`, io)
    const isTold =
      error instanceof BrokenRecord || error instanceof LaterRecord || (error as NodeJS.ErrnoException).syscall !== undefined
    if (!isTold) throw error
    io.stderr(`agentlog-exporter: ${folder}: ${(error as Error).message}\n`)
    return EXIT.failed
  }
}

function refuse(why: string, io: Io): number {
  io.stderr(`agentlog-exporter: ${why}\n`)
  return EXIT.usage
}

function known(): string {
  try {
    const found = readdirSync(STATE_HOME).map((name) => join(STATE_HOME, name))
    return found.length === 0 ? `there is none in ${STATE_HOME}` : `there are ${found.join(', ')}`
  } catch {
    return `there is none in ${STATE_HOME}`
  }
}

interface ReadRecord {
  readonly restored: Restored
  readonly families: readonly Family[]
  readonly logs: readonly RecordedLog[]
  readonly marks: Marks
  readonly registry: Registry
  readonly own: OwnMetrics
  /** Writes what the families hold now, and the same positions, as a new generation. */
  rewrite(): boolean
}

/** Leaves `without` out. */
function readRecord(folder: string, without?: string): ReadRecord {
  const own = createOwnMetrics()
  const logClocks = new Clocks()
  const registry = new Registry({ maxSeries: Number.POSITIVE_INFINITY, own, clocks: logClocks, cleanLabel: (text) => text })
  const series = new SeriesPart()
  const logs: RecordedLog[] = []
  const positions: PositionsPart = new PositionsPart([], logs, () => positions.recordedMs)
  const births = new BirthsPart(registry.births)
  const marks = new Marks({ limit: Number.MAX_SAFE_INTEGER, seed: new Int32Array(SEED_WORDS) })
  const marksPart = new MarksPart(marks)
  const clocks = new ClocksPart(logClocks)
  const derive = new DerivePart(new OpenKeys(Number.MAX_SAFE_INTEGER, new Int32Array(SEED_WORDS)))
  const onError = (what: string, error: NodeJS.ErrnoException): never => {
    throw Object.assign(new Error(`${what}: ${error.code}`), { syscall: error.syscall })
  }
  const record = new DurableRecord({
    disk: nodeDisk,
    folder,
    parts: [clocks, series, positions, births, marksPart, derive],
    program: packageVersion(),
    onError,
  })
  const restored = record.restore()
  logs.push(...positions.recorded())
  const families = [...series.recorded.values()]
    .filter(({ note }) => note.name !== without)
    .map(({ note }) => registry.family(specOf(note)))
  clocks.restore()
  derive.keepAll(logClocks)
  restoreSeries(series.recorded, families)
  births.restore(series.recorded, families)
  series.keep(families)
  marksPart.restore((name, width) => (metricOfSpace(name) === without ? undefined : marks.space(name, width)))
  const rewrite = (): boolean => {
    const isWritten = record.commit()
    record.close()
    return isWritten
  }
  return { restored, families, logs, marks, registry, own, rewrite }
}

function shown(folder: string, { restored, families, logs, marks }: ReadRecord): string {
  const poison = knownIn(folder).filter(isPoison)
  const lines = [
    `${folder}: generation ${restored.newest}`,
    ...restored.problems.map((problem) => `  not used: ${problem}`),
    '',
    'metrics',
    ...families.map(({ spec, store }) => {
      const keys = keysOf(marks, spec.name)
      return `  ${spec.name} (${spec.type}): ${store.seriesCount} series${keys === 0 ? '' : `, ${keys} keys of once or rise`}`
    }),
    '',
    'logs',
    ...logs.map(({ source, position }) => `  ${source} ${pathOf(position.note)}: ${position.checkpoint} bytes are counted`),
    ...(poison.length > 0 ? ['', 'lines left out as poison'] : []),
    ...poison.map(
      ({ source, log, endOffset, bytes }) => `  ${source} ${fileOf(logs, log)}: ${bytes} bytes, up to byte ${endOffset}`,
    ),
  ]
  // An agent may name a log.
  return `${lines.map((line) => harmless(line)).join('\n')}\n`
}

function keysOf({ table, spaces }: Marks, metric: string): number {
  const numbers = new Set([...spaces].filter(({ name }) => metricOfSpace(name) === metric).map(({ number }) => number))
  return table.spaces.reduce((count, space) => (numbers.has(space) ? count + 1 : count), 0)
}

function fileOf(logs: readonly RecordedLog[], id: string): string {
  const log = logs.find(({ position }) => position.id === id)
  return log === undefined ? id : pathOf(log.position.note)
}

function pathOf(note: string): string {
  try {
    const { path, state } = JSON.parse(note) as { path?: string; state?: string }
    return `${path ?? ''}${state === 'open' ? '' : ` (${state})`}`
  } catch {
    return note
  }
}

function exported({ registry, own }: ReadRecord): string {
  return new Exposition({ registry, own, others: () => [], nowMs: () => 0 }).mappedText()
}

async function reset(folder: string, metric: string, io: Io): Promise<number> {
  const names = readRecord(folder).families.map(({ spec }) => spec.name)
  if (!names.includes(metric)) {
    const near = nearest(metric, names)
    io.stderr(
      `agentlog-exporter: ${folder} has no metric ${metric}; ${near ? `did you mean ${near}?` : `it has ${names.join(', ')}`}\n`,
    )
    return EXIT.failed
  }
  const lock = await takeLock(folder)
  if ('heldBy' in lock) return refuse(`${lock.heldBy} has ${folder}; stop it first`, io)
  try {
    readRecord(folder, metric).rewrite()
  } finally {
    lock.release()
  }
  io.stdout(`${metric} starts at 0, and knows no keys; read positions stay\n`)
  return EXIT.ok
}
