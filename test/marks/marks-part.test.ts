/** Marks through the durable record: whatever dies when, the next process goes on as if nothing had happened. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Marks } from '../../src/marks/marks.ts'
import { MarksPart } from '../../src/marks/marks-part.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { MapPart } from '../state/map-part.ts'
import { Killed, MemoryDisk } from '../state/memory-disk.ts'

const LIMIT = 5
/** A line that stands for another definition of the even keys' metric. */
const REDEFINED = -1

/** A process: goes on from the record, and takes the lines that the record does not hold. Each key's mark is how often it came. */
class Life {
  readonly record: DurableRecord
  readonly marks: Marks
  readonly #positions = new MapPart()

  constructor(disk: MemoryDisk, lines: readonly number[], seed: number) {
    this.marks = new Marks(LIMIT, Int32Array.of(seed, 2, 3, 4))
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
    part.restore(() => true)
    for (const [i, line] of [...lines.entries()].slice(this.#positions.values.get('lines') ?? 0)) this.apply(i, line)
  }

  apply(i: number, key: number): void {
    const { marks } = this
    if (key === REDEFINED) marks.keep(new Set([marks.owner('metric 1')]))
    else this.#count(key)
    this.#positions.set('lines', i + 1)
  }

  knows(key: number): boolean {
    const { marks } = this
    marks.hash.begin()
    marks.hash.add(String(key))
    marks.hash.end()
    return marks.find() >= 0 || marks.isForgotten
  }

  #count(key: number): void {
    const { marks } = this
    this.knows(key)
    const slot = marks.find()
    marks.set(marks.owner(`metric ${key % 2}`), slot < 0 ? 1 : marks.table.values[slot]! + 1)
  }

  get told(): (readonly [string, number])[] {
    const { table, owners } = this.marks
    return [...table.slots()].map((slot) => [this.marks.ownerName(owners[slot]!), table.values[slot]!] as const)
  }
}

/** The same by hand. */
function byHand(lines: readonly number[]) {
  const known = new Map<number, number>()
  const evicted: number[] = []
  for (const key of lines) {
    if (key === REDEFINED) {
      for (const even of [...known.keys()].filter((one) => one % 2 === 0)) known.delete(even)
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
  return { told: [...known].map(([key, times]) => [`metric ${key % 2}`, times] as const), evicted }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.nat(8) },
  { weight: 1, arbitrary: fc.constant(REDEFINED) },
  { weight: 3, arbitrary: fc.constant('commit' as const) },
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
          if (typeof one === 'number') life.apply(lines.push(one) - 1, one)
          else if (one === 'commit') {
            life.record.commit()
            disk.settle()
          } else {
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
