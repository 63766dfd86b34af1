/** Positions in the record: whatever logs come, move and go, and whenever the process dies, they are as of the last commit. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PositionsPart } from '../../src/source/positions-part.ts'
import type { Position } from '../../src/source/source.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { MemoryDisk } from '../state/memory-disk.ts'

class Logs {
  readonly name: string
  readonly at = new Map<string, { checkpoint: number; changes: number }>()

  constructor(name: string) {
    this.name = name
  }

  positions(): Position[] {
    return [...this.at].map(([id, { checkpoint, changes }]) => ({ id, checkpoint, changes, note: () => `note ${changes}` }))
  }
}

function open(disk: MemoryDisk, sources: readonly Logs[]): { record: DurableRecord; part: PositionsPart } {
  const part = new PositionsPart(sources)
  const onError = (what: string, error: NodeJS.ErrnoException): void => {
    if (error.code !== 'ENOSPC') throw new Error(what, { cause: error })
  }
  const record = new DurableRecord({ disk, folder: '/state', parts: [part], program: 'test', onError, leastJournalBytes: 300 })
  record.restore()
  return { record, part }
}

const told = (sources: readonly Logs[]): string[] =>
  sources
    .flatMap(({ name, at }) => [...at].map(([id, { checkpoint, changes }]) => `${name} ${id} ${checkpoint} note ${changes}`))
    .sort()

const recorded = (disk: MemoryDisk): string[] =>
  open(disk.reboot(), [])
    .part.recorded()
    .map(({ source, position: { id, checkpoint, note } }) => `${source} ${id} ${checkpoint} ${note}`)
    .sort()

const log = fc.record({ source: fc.nat(1), id: fc.nat(2).map(String) })
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ move: log }) },
  { weight: 4, arbitrary: fc.record({ drop: log }) },
  { weight: 3, arbitrary: fc.constantFrom('commit' as const, 'slice' as const, 'full disk' as const) },
)

test('after a commit the record has each log as it stands, and none that is gone', () => {
  let drops = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 120 }), (steps) => {
      const disk = new MemoryDisk()
      const sources = [new Logs('files'), new Logs('others')]
      const { record } = open(disk, sources)
      for (const one of steps) {
        if (one === 'commit') {
          expect(record.commit()).toBe(true)
          expect(recorded(disk)).toEqual(told(sources))
        } else if (one === 'slice') {
          record.writeSlice(60)
          disk.settle()
        } else if (one === 'full disk') {
          // Often enough for a new generation to be begun next.
          disk.fault = (call) => (call === 'write' ? 'ENOSPC' : undefined)
          for (let i = 0; i < 5; i++) record.commit()
          disk.fault = () => undefined
        } else if ('move' in one) {
          const { source, id } = one.move
          const { checkpoint, changes } = sources[source]!.at.get(id) ?? { checkpoint: 0, changes: 0 }
          sources[source]!.at.set(id, { checkpoint: checkpoint + 7, changes: changes + 1 })
        } else if (sources[one.drop.source]!.at.delete(one.drop.id)) drops++
      }
    }),
    { numRuns: 1500, seed: 2 },
  )
  expect(drops).toBeGreaterThan(300)
})
