/** Marks through the durable record: whatever dies when, the next process goes on as if nothing had happened. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KeySpace } from '../../src/marks/key-space.ts'
import { Marks } from '../../src/marks/marks.ts'
import { MarksPart } from '../../src/marks/marks-part.ts'
import { ByteWriter } from '../../src/state/byte-writer.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { MapPart } from '../state/map-part.ts'
import { Killed, MemoryDisk } from '../state/memory-disk.ts'

const LIMIT = 5
/** A line that stands for another definition of the even keys' metric. */
const REDEFINED = -1
/** Numbers per key, by metric. */
const WIDTHS = [1, 3]

/** A process: goes on from the record, and takes the lines that the record does not hold. Each number of a key is how often it came. */
class Life {
  readonly record: DurableRecord
  readonly marks: Marks
  #spaces: readonly KeySpace[]
  readonly #positions = new MapPart()

  constructor(disk: MemoryDisk, lines: readonly number[], seed: number) {
    this.marks = new Marks({ limit: LIMIT, seed: Int32Array.of(seed, 2, 3, 4) })
    const part = new MarksPart(this.marks)
    this.record = new DurableRecord({
      disk,
      folder: '/state',
      parts: [this.#positions, part],
      program: 'test',
      leastJournalBytes: 400,
      onError: (what, error) => {
        throw new Error(`${what}: ${error.code}`)
      },
    })
    this.record.restore()
    const counted = this.#positions.values.get('lines') ?? 0
    this.#spaces = this.#spacesAfter(lines.slice(0, counted))
    part.restore()
    for (const [i, line] of [...lines.entries()].slice(counted)) this.apply(i, line, lines)
  }

  apply(i: number, key: number, lines: readonly number[]): void {
    if (key === REDEFINED) this.#spaces = this.marks.redefine(LIMIT, () => this.#spacesAfter(lines.slice(0, i + 1)))
    else this.#count(key)
    this.#positions.set('lines', i + 1)
  }

  #spacesAfter(lines: readonly number[]): KeySpace[] {
    const redefinitions = lines.filter((line) => line === REDEFINED).length
    // To and fro: what was defined so before is not there again.
    return WIDTHS.map((width, i) => this.marks.space(`metric ${i} ${i === 0 ? redefinitions % 2 : ''}`, width))
  }

  knows(key: number): boolean {
    return this.#spaces[key % 2]!.find([String(key)]) !== 'new'
  }

  #count(key: number): void {
    const space = this.#spaces[key % 2]!
    const times = space.find([String(key)]) === 'known' ? Math.max(space.value(), 0) + 1 : 1
    for (let i = 0; i < space.width; i++) space.set(times, i)
  }

  get told(): number[][] {
    const { table } = this.marks
    const rows = table.rows.values
    return [...table.youngest(table.size)].map((slot) => [
      ...rows.subarray(table.starts[slot]!, table.starts[slot]! + table.widths[slot]!),
    ])
  }
}

/** The same by hand. */
function byHand(lines: readonly number[]) {
  const known = new Map<number, number>()
  const evicted: number[] = []
  for (const key of lines) {
    if (key === REDEFINED) {
      for (const even of [...known.keys()].filter((one) => one % 2 === 0)) known.delete(even)
      // Those of before are other keys.
      for (const [i, one] of evicted.entries()) if (one % 2 === 0) evicted[i] = -2
      continue
    }
    const times = (known.get(key) ?? 0) + 1
    known.delete(key)
    known.set(key, times)
    if (known.size <= LIMIT) continue
    const oldest = known.keys().next().value!
    known.delete(oldest)
    evicted.push(oldest)
  }
  const told = [...known].map(([key, times]) => Array(WIDTHS[key % 2]!).fill(times))
  return { told, evicted: evicted.filter((key) => key >= 0) }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.nat(8) },
  { weight: 1, arbitrary: fc.constant(REDEFINED) },
  { weight: 3, arbitrary: fc.constant('commit' as const) },
  { weight: 3, arbitrary: fc.constant('slice' as const) },
  { weight: 1, arbitrary: fc.record({ dieAfter: fc.nat(12) }) },
)

test('any commits and deaths leave the marks that all lines make', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      let disk = new MemoryDisk()
      const lines: number[] = []
      let life = new Life(disk, lines, 1)
      for (const [i, one] of steps.entries()) {
        try {
          if (typeof one === 'number') life.apply(lines.push(one) - 1, one, lines)
          else if (one === 'commit') {
            life.record.commit()
            disk.settle()
          } else if (one === 'slice') life.record.writeSlice(200)
          else {
            const last = disk.calls + one.dieAfter
            disk.fault = (_, index) => (index >= last ? 'kill-within' : undefined)
          }
        } catch (error) {
          if (!(error instanceof Killed)) throw error
          disk = disk.reboot()
          life = new Life(disk, lines, i + 2)
        }
      }
      disk.fault = () => undefined
      life.record.commit()
      life = new Life(disk.reboot(), lines, steps.length + 2)
      const { told, evicted } = byHand(lines)
      expect(life.told).toEqual(told)
      for (const key of evicted.slice(-2)) expect(life.knows(key)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('new generations that are written beside the work hold all, whatever changes meanwhile', () => {
  const disk = new MemoryDisk()
  const lines: number[] = []
  const life = new Life(disk, lines, 1)
  const snapshots = () => disk.list('/state').filter((name) => name.startsWith('snapshot-') && !name.endsWith('.tmp'))
  const [first] = snapshots()
  let state = 1
  for (let i = 0; i < 3000; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    lines.push((state >>> 16) % 9)
    life.apply(i, lines[i]!, lines)
    if (i % 3 === 0) life.record.writeSlice(60)
    if (i % 7 === 0) life.record.commit()
    if (i % 5 === 0) disk.settle()
    if (i % 100 === 0) expect(new Life(disk.reboot(), lines, i).told).toEqual(byHand(lines).told)
  }
  life.record.commit()
  disk.settle()
  expect(snapshots()).not.toContain(first)
  expect(new Life(disk.reboot(), lines, 9).told).toEqual(byHand(lines).told)
})

test('a commit that failed explains again whose the keys are', () => {
  const marks = new Marks({ limit: 9, seed: Int32Array.of(1, 2, 3, 4) })
  const part = new MarksPart(marks)
  const space = marks.space('whose')
  space.find(['key'])
  space.set(1)
  const written = () => {
    const out = new ByteWriter()
    part.writeChanges(out)
    return out.bytes().toString('latin1')
  }
  expect([written().includes('whose'), written().includes('whose')]).toEqual([true, true])
  part.acknowledge()
  space.find(['key'])
  expect([written().length > 20, written().includes('whose')]).toEqual([true, false])
  part.beginJournal()
  expect(written()).toContain('whose')
})

test('what nobody asks for any more is let go, and is not taken for evicted', () => {
  const disk = new MemoryDisk()
  const onError = () => expect.fail('an error of the disk')
  const recordOf = (marks: Marks) => {
    const part = new MarksPart(marks)
    return { part, record: new DurableRecord({ disk, folder: '/state', parts: [part], program: 'test', onError }) }
  }
  const before = new Marks({ limit: 9, seed: Int32Array.of(1, 2, 3, 4) })
  const first = recordOf(before)
  for (const name of ['stays', 'goes']) {
    const space = before.space(name)
    space.find(['key'])
    space.set(7)
  }
  expect(first.record.commit()).toBe(true)
  const after = new Marks({ limit: 9, seed: Int32Array.of(5, 6, 7, 8) })
  const second = recordOf(after)
  const [stays, other] = [after.space('stays'), after.space('other')]
  second.record.restore()
  second.part.restore()
  expect([stays.find(['key']), stays.value()]).toEqual(['known', 7])
  expect(other.find(['key'])).toBe('new')
  expect(after.space('goes').find(['key'])).toBe('new')
  expect(after.table.size).toBe(1)
})
