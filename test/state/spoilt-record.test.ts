/**
 * A record of real parts that was cut, flipped, blanked, mixed up or grown: whatever is left of it, numbers and positions agree, so no line
 * counts twice; nothing crashes; and what is missing is said, except where a file ends between two entries as if it had never gone on.
 */
import { expect, test } from 'vitest'
import { BirthsPart } from '../../src/registry/births-part.ts'
import type { Family } from '../../src/registry/family.ts'
import { restoreSeries, SeriesPart } from '../../src/registry/series-part.ts'
import { PositionsPart } from '../../src/source/positions-part.ts'
import type { Position } from '../../src/source/source.ts'
import { LaterRecord } from '../../src/state/broken-record.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { readRecordFile } from '../../src/state/record-file.ts'
import type { Restored } from '../../src/state/restore.ts'
import { registryOf } from '../registry/registry-of.ts'
import { MemoryDisk } from './memory-disk.ts'

const LINE_BYTES = 100
const TOOLS = 9

/** A process that has applied so many lines of one log: line n counts for tool n modulo `TOOLS`. */
class Life {
  readonly record: DurableRecord
  readonly restored: Restored
  lines = 0
  readonly #counter: Family
  /** One series, replaced with each line: so births are numbered otherwise in each process. */
  readonly #info: Family
  readonly #births: ReturnType<typeof registryOf>['registry']['births']

  constructor(disk: MemoryDisk) {
    const world = registryOf()
    this.#births = world.registry.births
    this.#counter = world.family('counter', ['tool'], { name: 'calls_total', maxSeries: 1000 })
    this.#info = world.family('info', ['last'], { name: 'last_info', maxSeries: 1, onePer: [] })
    const families = [this.#counter, this.#info]
    const series = new SeriesPart()
    const births = new BirthsPart(this.#births)
    const log = { name: 'files', positions: (): Position[] => [this.#position()] }
    const positions = new PositionsPart([log], [], () => this.lines)
    this.record = new DurableRecord({
      disk,
      folder: '/state',
      parts: [series, positions, births],
      program: 'test',
      leastJournalBytes: 900,
      onError: (what, error) => {
        throw new Error(`${what}: ${error.code}`)
      },
    })
    this.restored = this.record.restore()
    restoreSeries(series.recorded, families)
    if (!this.restored.isBroken) births.restore(series.recorded, families)
    series.keep(families)
    this.lines = (positions.recorded()[0]?.position.checkpoint ?? 0) / LINE_BYTES
  }

  work(): void {
    this.#births.isLive = true
    for (let i = 0; i < 3; i++)
      this.#counter.recorder()(this.#counter.site([undefined]).series([`tool ${this.lines++ % TOOLS}`]), 1)
    this.#info.recorder()(this.#info.site([undefined]).series([`line ${this.lines}`]), 1)
    if (this.lines % 4 === 0) this.#births.scrapers.visit('prometheus', this.#births.count)
  }

  /** What the numbers should be for the lines that the positions say. */
  get isExact(): boolean {
    const { store } = this.#counter
    const last = this.#info.store
    if (this.lines > 0 && (last.seriesCount !== 1 || last.find([`line ${this.lines}`]) < 0)) return false
    const value = (tool: number): number => {
      const slot = store.find([`tool ${tool}`])
      return slot < 0 ? 0 : store.cells[slot * store.cellCount]!
    }
    return Array.from(
      { length: TOOLS },
      (_, tool) => value(tool) === Math.ceil((this.lines - tool) / TOOLS) || this.lines <= tool,
    ).every(Boolean)
  }

  #position(): Position {
    return { id: 'a', checkpoint: this.lines * LINE_BYTES, changes: this.lines, note: () => JSON.stringify({ path: 'a.log' }) }
  }
}

interface Recorded {
  readonly disk: MemoryDisk
  readonly lines: number
}

/** A record that two processes wrote, the second one for so long; and how many lines it holds. */
function recorded(rounds: number): Recorded {
  let disk = new MemoryDisk()
  let lines = 0
  for (const lifeRounds of [60, rounds]) {
    disk = disk.reboot()
    const life = new Life(disk)
    for (let i = 0; i < lifeRounds; i++) {
      life.work()
      life.record.commit()
      life.record.writeSlice(200)
      disk.settle()
    }
    lines = life.lines
  }
  return { disk: disk.reboot(), lines }
}

/** In the one both generations are of one process, in the other of two. */
const RECORDS = [recorded(60), recorded(5)]
const FILES = RECORDS.flatMap((record) => [...record.disk.files].map(([path, { bytes }]) => ({ record, path, bytes })))

let starts = 0

/** Starts on the record with one file changed. Answers whether it started: a version that seems a later one is refused. */
function start({ disk, lines }: Recorded, path: string, bytes: Buffer, what: string, mayBeSilent = false): boolean {
  const changed = disk.reboot()
  changed.files.get(path)!.bytes = bytes
  let life: Life
  try {
    life = new Life(changed)
  } catch (error) {
    if (error instanceof LaterRecord) return false
    throw new Error(`${what}: it crashed`, { cause: error })
  }
  if (!life.isExact) throw new Error(`${what}: numbers and positions differ`)
  if (life.lines > lines) throw new Error(`${what}: lines that never were`)
  if (life.lines < lines && !life.restored.isBehind && !mayBeSilent) throw new Error(`${what}: something is missing in silence`)
  if (++starts % 10 !== 0) return true
  // It goes on as if nothing had been.
  life.work()
  if (!life.record.commit() || !new Life(changed.reboot()).isExact) throw new Error(`${what}: it does not go on`)
  return true
}

test.each(RECORDS)('the record has all its kinds of files, and is whole as it is', ({ disk, lines }) => {
  const countOf = (kind: string): number => [...disk.files.keys()].filter((path) => path.startsWith(`/state/${kind}-`)).length
  expect([countOf('snapshot'), countOf('journal')]).toEqual([2, expect.toSatisfy((count: number) => count >= 2)])
  const life = new Life(disk.reboot())
  expect([life.isExact, life.lines, life.restored.isBehind]).toEqual([true, lines, false])
  life.lines++
  expect(life.isExact).toBe(false)
})

test('cut at every length', () => {
  let started = 0
  for (const { record, path, bytes } of FILES)
    for (let length = 0; length < bytes.length; length++) {
      const left = bytes.subarray(0, length)
      const endsBetweenEntries = length > 12 && readRecordFile(left).tornBytes === 0
      if (start(record, path, Buffer.from(left), `${path} cut at ${length}`, endsBetweenEntries)) started++
    }
  expect(started).toBeGreaterThan(4000)
})

test('every byte flipped, and one of its bits', () => {
  let refused = 0
  for (const { record, path, bytes } of FILES)
    for (let at = 0; at < bytes.length; at++)
      for (const mask of [0xff, 1 << (at % 8)]) {
        const changed = Buffer.from(bytes)
        changed[at]! ^= mask
        if (!start(record, path, changed, `${path} flipped at ${at} by ${mask}`)) refused++
      }
  // Only the four bytes of a version can look like a later one.
  expect(refused).toBeLessThanOrEqual(FILES.length * 4 * 2)
})

test('stretches of zeros, as a machine leaves them that lost its power', () => {
  for (const { record, path, bytes } of FILES)
    for (let at = 0; at < bytes.length; at += 32)
      for (const length of [64, 512, bytes.length]) {
        const changed = Buffer.from(bytes)
        changed.fill(0, at, Math.min(bytes.length, at + length))
        if (!changed.equals(bytes)) start(record, path, changed, `${path} zeros at ${at}`)
      }
})

test('files that stand in for each other, and files that grew', () => {
  for (const { record, path, bytes } of FILES) {
    for (const other of FILES) if (other.path !== path) start(record, path, Buffer.from(other.bytes), `${path} is ${other.path}`)
    for (const tail of [bytes, bytes.subarray(40), Buffer.alloc(100), Buffer.from('x')])
      start(record, path, Buffer.concat([bytes, tail]), `${path} with ${tail.length} bytes behind`)
  }
})
