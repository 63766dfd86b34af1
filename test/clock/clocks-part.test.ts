/** Clocks in the durable record: a process that goes on finds each where it was, and numbers that name the same. */
import { expect, test } from 'vitest'
import { Clocks } from '../../src/clock/clocks.ts'
import { ClocksPart } from '../../src/clock/clocks-part.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { MemoryDisk } from '../state/memory-disk.ts'

/** Times of our days: no double holds them. */
const AT_NS = 1_767_225_600_123_456_789n

function life(disk: MemoryDisk, maxClocks?: number) {
  const clocks = new Clocks(maxClocks)
  const part = new ClocksPart(clocks)
  const onError = (what: string, cause: Error): never => {
    throw new Error(what, { cause })
  }
  const record = new DurableRecord({ disk, folder: '/state', parts: [part], program: 'test', onError, leastJournalBytes: 100 })
  record.restore()
  part.restore()
  return { clocks, part, record }
}

test('times, numbers and the wall clock go on; nothing is written while nothing moves', () => {
  const disk = new MemoryDisk()
  const before = life(disk)
  const [a, b] = [before.clocks.of('files', 'a'), before.clocks.of('stdin', 'stdin')]
  before.record.commit()
  before.clocks.advance(a, AT_NS)
  before.clocks.advance(b, AT_NS + 1n)
  before.clocks.stand(b)
  before.clocks.moveWall(AT_NS + 500n)
  before.record.commit()
  expect(before.part.hasChanges).toBe(false)
  const after = life(disk)
  expect([...after.clocks.all()].map(({ number, source, log, nowNs }) => ({ number, source, log, nowNs }))).toEqual([
    { number: a.number, source: 'files', log: 'a', nowNs: AT_NS },
    { number: b.number, source: 'stdin', log: 'stdin', nowNs: AT_NS + 500n },
  ])
  // What was written since is to be read before the wall clock goes on.
  after.clocks.moveWall(AT_NS + 900n)
  expect(after.clocks.numbered(b.number).nowNs).toBe(AT_NS + 500n)
  after.clocks.open('files', 'a')
  after.clocks.standUnread()
  expect([a, b].map(({ number }) => after.clocks.numbered(number).nowNs)).toEqual([AT_NS, AT_NS + 900n])
})

test('a log that goes behind the wall clock does so after a restart, also if it had not come to its end before', () => {
  const disk = new MemoryDisk()
  const before = life(disk)
  const dayNs = 86_400_000_000_000n
  const [standing, reading, empty] = ['standing', 'reading', 'empty'].map((log) => before.clocks.open('files', log))
  before.clocks.moveWall(AT_NS + 9n * dayNs)
  before.clocks.advance(standing!, AT_NS)
  before.clocks.stand(standing!, AT_NS + 9n * dayNs)
  before.clocks.stand(empty!, AT_NS + 9n * dayNs)
  before.clocks.advance(reading!, AT_NS)
  before.clocks.moveWall(AT_NS + 9n * dayNs + 20n)
  before.record.commit()
  const { clocks } = life(disk)
  const shown = () => ['standing', 'reading', 'empty'].map((log) => clocks.of('files', log).nowNs)
  expect(shown()).toEqual([AT_NS + 20n, AT_NS, 0n])
  for (const log of ['standing', 'reading', 'empty']) clocks.stand(clocks.open('files', log), AT_NS + 9n * dayNs)
  clocks.moveWall(AT_NS + 9n * dayNs + 50n)
  expect(shown()).toEqual([AT_NS + 50n, AT_NS + 50n, AT_NS + 9n * dayNs + 50n])
  // Lines of long ago after the restart, in the log that was empty.
  clocks.advance(clocks.of('files', 'empty'), 70n)
  expect(shown()[2]).toBe(70n)
})

test('a number is never given again, and one that is forgotten names the wall clock', () => {
  const disk = new MemoryDisk()
  const before = life(disk, 1)
  const waiting = before.clocks.of('files', 'waiting')
  waiting.at(AT_NS, () => {})
  const last = before.clocks.of('files', 'last')
  before.record.commit()
  before.clocks.stand(last)
  before.record.commit()
  before.record.close()
  const after = life(disk)
  expect([...after.clocks.all()].map(({ log }) => log)).toEqual(['waiting'])
  expect(after.clocks.numbered(last.number)).toBe(after.clocks.gone)
  expect(after.clocks.of('files', 'new').number).toBe(last.number + 1)
})

test('a snapshot that is written while clocks move is exact', () => {
  const disk = new MemoryDisk()
  const { clocks, record } = life(disk)
  for (let i = 0; i < 200; i++) {
    clocks.advance(clocks.of('files', String(i % 20)), AT_NS + BigInt(i))
    record.commit()
    record.writeSlice(50)
  }
  const after = life(disk)
  expect([...after.clocks.all()].map(({ nowNs }) => nowNs).sort()).toEqual([...clocks.all()].map(({ nowNs }) => nowNs).sort())
})

test('when a line without a time came is no time that a log has', () => {
  const disk = new MemoryDisk()
  const before = life(disk)
  before.clocks.advanceByArrival(before.clocks.of('files', 'a'), AT_NS)
  before.record.commit()
  const { clocks } = life(disk)
  expect(clocks.of('files', 'a').nowNs).toBe(0n)
  clocks.advance(clocks.of('files', 'a'), 100n)
  expect(clocks.of('files', 'a').nowNs).toBe(100n)
})
