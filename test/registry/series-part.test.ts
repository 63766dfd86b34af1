/** Series over the death of the process: whatever happened before the last commit is exposed again, number by number. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Exposition } from '../../src/exposition/exposition.ts'
import type { Family } from '../../src/registry/family.ts'
import type { FamilyType } from '../../src/registry/family-spec.ts'
import { restoreSeries, SeriesPart } from '../../src/registry/series-part.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { MemoryDisk } from '../state/memory-disk.ts'
import { type RegistryForTest, registryOf } from './registry-of.ts'

const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'info'] as const

interface Life extends RegistryForTest {
  readonly families: readonly Family[]
  readonly record: DurableRecord
  readonly dropped: readonly string[]
}

/** A process: what the record has is restored into fresh families. `definitionOf`: what each type's family means. */
function live(disk: MemoryDisk, definitionOf: (type: FamilyType) => string = () => 'as ever', reversed = false): Life {
  const world = registryOf()
  const labels = reversed ? ['b', 'a'] : ['a', 'b']
  const families = TYPES.map((type) =>
    world.family(type, labels, {
      definition: definitionOf(type),
      maxSeries: 6,
      buckets: type === 'histogram' ? [1, 10] : [],
      quantiles: type === 'summary' ? [0.5, 0.9] : [],
      ...(type === 'info' ? { onePer: ['a'] } : {}),
    }),
  )
  const part = new SeriesPart()
  const record = new DurableRecord({
    disk,
    folder: '/state',
    parts: [part],
    program: 'test',
    leastJournalBytes: 2000,
    onError: (what, error) => {
      throw new Error(`${what}: ${error.code}`)
    },
  })
  record.restore()
  const dropped = restoreSeries(part.recorded, families)
  part.keep(families)
  expect(record.commit()).toBe(true)
  return { ...world, families, record, dropped }
}

function exposed({ registry, own }: Life): string {
  return new Exposition({ registry, own, others: () => [], nowMs: () => 0 }).mappedText()
}

const update = fc.record({
  family: fc.nat(TYPES.length - 1),
  a: fc.nat(4).map((n) => `a${n}`),
  b: fc.nat(4).map((n) => (n === 0 ? '' : `b"${n}`)),
  value: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.double({ min: 0, max: 1e6, noNaN: true })),
  next: fc.constantFrom('go on', 'go on', 'go on', 'commit', 'slice', 'die' as const),
})

test('what was committed is exposed again, births, sketches, replaced and overflow series included', () => {
  let deaths = 0
  fc.assert(
    fc.property(fc.array(update, { minLength: 20, maxLength: 150 }), (updates) => {
      let disk = new MemoryDisk()
      let life = live(disk)
      for (const { family, a, b, value, next } of updates) {
        const one = life.families[family]!
        const slot = one.site([undefined, undefined]).series([a, b])
        if (slot >= 0) one.recorder('add')(slot, value)
        if (next === 'commit') life.record.commit()
        if (next === 'slice') {
          life.record.writeSlice(300)
          disk.settle()
        }
        if (next !== 'die') continue
        deaths++
        life.record.commit()
        const before = exposed(life)
        // What comes after the last commit dies with the process.
        const counter = life.families[0]!
        counter.recorder()(counter.site([undefined, undefined]).series([a, b]), 1)
        disk = disk.reboot()
        life = live(disk)
        expect(exposed(life)).toBe(before)
      }
    }),
    { numRuns: 300, seed: 3 },
  )
  expect(deaths).toBeGreaterThan(500)
})

test('a family that is defined anew starts at 0, alone; the order of labels is no definition', () => {
  const disk = new MemoryDisk()
  const first = live(disk)
  for (const family of first.families) family.recorder('add')(family.site([undefined, undefined]).series(['x', 'y']), 3)
  first.record.commit()
  const second = live(disk.reboot(), (type) => (type === 'counter' ? 'something else' : 'as ever'), true)
  expect(second.dropped).toEqual(['a_counter'])
  expect(exposed(second)).not.toContain('a_counter{')
  expect(exposed(second)).toContain('a_gauge{b="y",a="x"} 3')
  const third = live(disk.reboot())
  expect(exposed(third)).toBe(exposed(first))
})

test('limits count restored series', () => {
  const disk = new MemoryDisk()
  const first = live(disk)
  const add = (life: Life, a: string): void => {
    const counter = life.families[0]!
    counter.recorder()(counter.site([undefined, undefined]).series([a, '']), 1)
  }
  for (let i = 0; i < 9; i++) add(first, `a${i}`)
  first.record.commit()
  const second = live(disk.reboot())
  add(second, 'a new one')
  expect(exposed(second)).toContain('a_counter{a="_other",b="_other"} 4')
  expect(second.families[0]!.store.seriesCount).toBe(7)
})
