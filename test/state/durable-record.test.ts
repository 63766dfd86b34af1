/** The record against a disk that fails and a process that dies at every call: what was acknowledged is there, and nothing else is. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LaterRecord } from '../../src/state/broken-record.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { FRAME_HEAD_BYTES, RecordFile, readRecordFile } from '../../src/state/record-file.ts'
import type { Restored } from '../../src/state/restore.ts'
import { MapPart } from './map-part.ts'
import { Killed, MemoryDisk } from './memory-disk.ts'

const FOLDER = '/state'

interface Opened {
  readonly record: DurableRecord
  readonly part: MapPart
  readonly restored: Restored
  readonly errors: string[]
}

function open(disk: MemoryDisk): Opened {
  const part = new MapPart()
  const errors: string[] = []
  const record = new DurableRecord({
    disk,
    folder: FOLDER,
    parts: [part],
    program: 'test',
    leastJournalBytes: 200,
    onError: (what, error) => errors.push(`${what} ${error.code}`),
  })
  return { record, part, restored: record.restore(), errors }
}

const asText = (values: ReadonlyMap<string, number>): string => JSON.stringify([...values].sort())

type Step = { readonly set: string; readonly to: number } | { readonly remove: string } | 'commit' | 'slice' | 'settle'

const key = fc.integer({ min: 0, max: 12 }).map((n) => `key ${n}`)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ set: key, to: fc.integer() }) },
  { weight: 2, arbitrary: fc.record({ remove: key }) },
  { weight: 4, arbitrary: fc.constant('commit' as const) },
  { weight: 4, arbitrary: fc.constant('slice' as const) },
  { weight: 2, arbitrary: fc.constant('settle' as const) },
)

/** Applies the steps; answers the states that may be found afterwards: as of the last commit that was answered, or one after it. */
function play(disk: MemoryDisk, steps: readonly Step[]): { acceptable: string[]; wasKilled: boolean } {
  let acceptable: string[] = []
  try {
    const { record, part } = open(disk)
    acceptable = [asText(part.values)]
    for (const one of steps) {
      if (one === 'commit') {
        acceptable = [...acceptable, asText(part.values)]
        if (record.commit()) acceptable = [asText(part.values)]
      } else if (one === 'slice') {
        // Beginning a snapshot commits too.
        acceptable = [...acceptable, asText(part.values)]
        record.writeSlice(40)
      } else if (one === 'settle') disk.settle()
      else if ('set' in one) part.set(one.set, one.to)
      else part.delete(one.remove)
    }
    return { acceptable, wasKilled: false }
  } catch (error) {
    if (!(error instanceof Killed)) throw error
    return { acceptable, wasKilled: true }
  }
}

test('after a death at any call the record is as of the last commit that was answered, or the one in its middle', () => {
  const kills = { count: 0, 'kill-before': 0, 'kill-within': 0, 'kill-after': 0 }
  const kind = fc.constantFrom('kill-before' as const, 'kill-within' as const, 'kill-after' as const)
  const lives = fc.array(fc.tuple(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 90 }), kind), { maxLength: 5 })
  fc.assert(
    fc.property(lives, (lives) => {
      let disk = new MemoryDisk()
      for (const [steps, killAt, how] of lives) {
        disk.fault = (_, index) => (index === killAt ? how : undefined)
        const { acceptable, wasKilled } = play(disk, steps)
        if (wasKilled) kills[how]++
        disk = disk.reboot()
        const { part, restored } = open(disk)
        if (acceptable.length > 0) expect(acceptable).toContain(asText(part.values))
        if (restored.isBehind) expect(restored.problems).not.toEqual([])
      }
    }),
    { numRuns: 1500, seed: 7 },
  )
  expect(Math.min(kills['kill-before'], kills['kill-within'], kills['kill-after'])).toBeGreaterThan(20)
})

test('a disk that refuses any call with any error loses nothing that was answered, and nothing at all once it works again', () => {
  const code = fc.constantFrom('ENOSPC', 'EROFS', 'EACCES', 'EIO', 'EDQUOT')
  let refusals = 0
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 80 }),
      fc.integer({ min: 4, max: 60 }),
      fc.integer({ min: 1, max: 25 }),
      code,
      (steps, from, count, code) => {
        const disk = new MemoryDisk()
        const { record, part, errors } = open(disk)
        disk.fault = (_, index) => (index >= from && index < from + count ? code : undefined)
        let acceptable = [asText(part.values)]
        for (const one of steps) {
          acceptable.push(asText(part.values))
          if (one === 'commit') {
            if (record.commit()) acceptable = [asText(part.values)]
          } else if (one === 'slice') record.writeSlice(40)
          else if (one === 'settle') disk.settle()
          else if ('set' in one) part.set(one.set, one.to)
          else part.delete(one.remove)
        }
        refusals += errors.length
        // Should the process die while the disk refuses.
        expect(acceptable).toContain(asText(open(disk.reboot()).part.values))
        disk.fault = () => undefined
        expect(record.commit()).toBe(true)
        const again = open(disk.reboot())
        expect(asText(again.part.values)).toBe(asText(part.values))
        // Nothing of what was refused is left to be taken for something missing.
        expect(again.restored.problems).toEqual([])
      },
    ),
    { numRuns: 1500, seed: 11 },
  )
  expect(refusals).toBeGreaterThan(500)
})

/** A record with two generations, and the states that were committed, oldest first. */
function history(): { disk: MemoryDisk; states: string[] } {
  const disk = new MemoryDisk()
  const states: string[] = [asText(new Map())]
  for (let life = 0; life < 2; life++) {
    const { record, part } = open(disk)
    for (let i = 0; i < 40; i++) {
      part.set(`key ${i % 7}`, life * 1000 + i)
      if (i % 11 === 0) part.delete(`key ${(i + 3) % 7}`)
      record.commit()
      states.push(asText(part.values))
      record.writeSlice(60)
      disk.settle()
    }
  }
  return { disk, states }
}

function expectHonest(disk: MemoryDisk, states: readonly string[], what: string, mayBeSilent = false): void {
  const { part, restored } = open(disk)
  const found = states.lastIndexOf(asText(part.values))
  expect(found, `${what}: a state that never was`).toBeGreaterThanOrEqual(0)
  // Nothing may be missing in silence.
  if (found < states.length - 1 && !mayBeSilent) expect(restored.isBehind, what).toBe(true)
}

test('a record cut at any length gives a state that was, and says so if it is not the last', () => {
  const { disk, states } = history()
  for (const [path, { bytes }] of disk.files) {
    for (let length = 0; length < bytes.length; length++) {
      const cut = disk.reboot()
      cut.files.get(path)!.bytes = Buffer.from(bytes.subarray(0, length))
      // A file that ends between two entries looks as if the later ones had never been: a state that was, one moment earlier.
      const endsWhole = length > 12 && readRecordFile(bytes.subarray(0, length)).tornBytes === 0
      expectHonest(cut, states, `${path} cut at ${length}`, endsWhole)
    }
  }
})

test('a record with any byte changed gives a state that was, and says so if it is not the last', () => {
  const { disk, states } = history()
  for (const [path, { bytes }] of disk.files) {
    for (let at = 0; at < bytes.length; at++) {
      const flipped = disk.reboot()
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ (1 << (at % 8))
      flipped.files.get(path)!.bytes = changed
      try {
        expectHonest(flipped, states, `${path} changed at ${at}`)
      } catch (error) {
        // A version that became a later one is refused, not guessed at.
        if (!(error instanceof LaterRecord)) throw error
      }
    }
  }
})

test('a snapshot that breaks costs nothing while the journals before it are there', () => {
  const { disk, states } = history()
  const newest = [...disk.files.keys()]
    .filter((path) => path.includes('snapshot-'))
    .sort()
    .at(-1)!
  disk.files.get(newest)!.bytes = Buffer.from('broken')
  const { part, restored } = open(disk.reboot())
  expect(asText(part.values)).toBe(states.at(-1))
  expect(restored.isBehind).toBe(false)
})

test('what a refused writing left is cut off, also if less is written next', () => {
  const disk = new MemoryDisk()
  const frame = (bytes: number): Buffer => Buffer.alloc(FRAME_HEAD_BYTES + bytes, bytes)
  const file = new RecordFile(disk, '/journal-1')
  file.append(frame(10))
  disk.fault = () => 'ENOSPC'
  expect(() => file.append(frame(1000))).toThrow('ENOSPC')
  disk.fault = () => undefined
  file.append(frame(20))
  const { frames, tornBytes } = readRecordFile(disk.files.get('/journal-1')!.bytes)
  expect([frames.map((one) => one.length), tornBytes]).toEqual([[10, 20], 0])
})

test('a journal that somebody deleted is replaced, and nothing is lost', () => {
  const disk = new MemoryDisk()
  const { record, part } = open(disk)
  part.set('a', 1)
  expect(record.commit()).toBe(true)
  for (const path of [...disk.files.keys()]) disk.remove(path)
  part.set('b', 2)
  expect(record.commit()).toBe(true)
  expect(asText(open(disk.reboot()).part.values)).toBe(asText(new Map(Object.entries({ a: 1, b: 2 }))))
})

test('files stay bounded however often the same is changed', () => {
  const disk = new MemoryDisk()
  const { record, part } = open(disk)
  let most = 0
  for (let i = 0; i < 5000; i++) {
    part.set(`key ${i % 5}`, i)
    record.commit()
    record.writeSlice(1000)
    disk.settle()
    most = Math.max(
      most,
      [...disk.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0),
    )
  }
  expect(most).toBeLessThan(4000)
})

test('a record of a later version is refused and stays as it is', () => {
  const { disk } = history()
  for (const file of disk.files.values()) file.bytes[8] = 2
  const before = disk.reboot()
  expect(() => open(disk)).toThrow(LaterRecord)
  expect([...disk.files]).toEqual([...before.files])
})
