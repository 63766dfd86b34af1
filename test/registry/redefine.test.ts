/** Another mapping over the same registry: what is defined as it was goes on, all else is gone, and the record follows, kills included. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Exposition } from '../../src/exposition/exposition.ts'
import type { Family } from '../../src/registry/family.ts'
import type { FamilySpec, FamilyType } from '../../src/registry/family-spec.ts'
import { restoreSeries, SeriesPart } from '../../src/registry/series-part.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { expositionOf } from '../exposition/exposition-of.ts'
import { MemoryDisk } from '../state/memory-disk.ts'
import { numbersOf, ownNumber, registryOf } from './registry-of.ts'

const SPEC: FamilySpec = {
  name: 'a_total',
  help: 'A.',
  type: 'counter',
  definition: 'one',
  labelNames: ['x', 'y'],
  buckets: [],
  quantiles: [],
  maxSeries: 10,
}
const ROOMY = { maxSeries: 1000, cleanLabel: (text: string) => text }

function add(family: Family, x: string, y: string, value = 1): void {
  family.recorder('add')(family.site([undefined, undefined]).series([x, y]), value)
}

test('a family that is defined as before is the same one, with the new help and limits', () => {
  const { registry, own } = registryOf()
  const before = registry.family(SPEC)
  add(before, 'x1', 'y1', 2)
  const after = registry.redefine(ROOMY, () =>
    registry.family({ ...SPEC, help: 'Better.', maxSeries: 1, labelNames: ['y', 'x'] }),
  )
  expect(after).toBe(before)
  expect(after.spec).toMatchObject({ help: 'Better.', maxSeries: 1, labelNames: ['x', 'y'] })
  expect(numbersOf(after)).toEqual({ 'x1,y1': 2 })
  add(after, 'x2', 'y2')
  expect(numbersOf(after)).toEqual({ 'x1,y1': 2, '_other,_other': 1 })
  expect(ownNumber(own.series, 'a_total')).toBe(2)
})

test('a family that is defined otherwise starts anew, one that is not there any more is gone, also from our own numbers', () => {
  const { registry, own } = registryOf()
  for (const name of ['a_total', 'b_total']) add(registry.family({ ...SPEC, name }), 'x', 'y')
  registry.redefine(ROOMY, () => registry.family({ ...SPEC, definition: 'two' }))
  expect(registry.families().map((family) => [family.spec.name, numbersOf(family)])).toEqual([['a_total', {}]])
  expect([ownNumber(own.series, 'a_total'), ownNumber(own.series, 'b_total')]).toEqual([0, undefined])
})

test('the limit of all series counts those that go on, and no others', () => {
  const { registry } = registryOf()
  for (const family of ['a_total', 'b_total'].map((name) => registry.family({ ...SPEC, name })))
    for (const x of ['1', '2']) add(family, x, 'y')
  const after = registry.redefine({ ...ROOMY, maxSeries: 3 }, () => registry.family(SPEC))
  for (const x of ['3', '4']) add(after, x, 'y')
  expect(Object.keys(numbersOf(after)).sort()).toEqual(['1,y', '2,y', '3,y', '_other,_other'])
})

test('texts are cleaned as the new mapping says', () => {
  const { registry } = registryOf()
  registry.family(SPEC)
  const after = registry.redefine({ ...ROOMY, cleanLabel: (text) => text.toUpperCase() }, () => registry.family(SPEC))
  add(after, 'x', 'y')
  expect(numbersOf(after)).toEqual({ 'X,Y': 1 })
})

test('a body that was rendered before is not given again, even if no number has changed', () => {
  const { registry, exposition, advance } = expositionOf()
  add(registry.family(SPEC), 'x', 'y')
  expect(exposition.body().toString()).toContain('# HELP a_total A.\n')
  registry.redefine(ROOMY, () => registry.family({ ...SPEC, help: 'Better.' }))
  advance(20)
  expect(exposition.body().toString()).toContain('# HELP a_total Better.\n')
  registry.redefine(ROOMY, () => add(registry.family({ ...SPEC, definition: 'two', labelNames: ['v', 'w'] }), 'x', 'y'))
  advance(20)
  expect(exposition.body().toString()).toContain('a_total{v="x",w="y"} 1\n')
})

test('births are shown at 0 over a change of the mapping, and those of what is gone are not waited for', () => {
  const { registry, exposition, advance } = expositionOf()
  const before = registry.family(SPEC)
  registry.family({ ...SPEC, name: 'b_total' })
  const exemplar = { labels: [['id', '1']], value: 1, timestampSeconds: 1 } as const
  expect(exposition.bodyFor('p')).toBeUndefined()
  registry.births.isLive = true
  add(before, 'x', 'y')
  registry.redefine(ROOMY, () => registry.family(SPEC))
  advance(1000)
  expect(exposition.bodyFor('p')?.toString()).toContain('a_total{x="x",y="y"} 0\n')
  add(before, 'x2', 'y')
  before.exemplarCell()
  before.exemplars?.keep(0, before.store.birthOf(0), 0, exemplar)
  registry.redefine(ROOMY, () => registry.family({ ...SPEC, name: 'c_total' }))
  advance(1000)
  expect(exposition.bodyFor('p')).toBeUndefined()
})

test('a series that stands at 0 since a change of the mapping is shown so, though it has a value by then', () => {
  const { registry, exposition, advance } = expositionOf()
  expect(exposition.bodyFor('p')).toBeUndefined()
  const after = registry.redefine(ROOMY, () => registry.family(SPEC))
  after.site([['x'], ['y']]).birthAtLoad()
  add(after, 'x', 'y')
  advance(1000)
  expect(exposition.bodyFor('p')?.toString()).toContain('a_total{x="x",y="y"} 0\n')
  expect(exposition.bodyFor('p')).toBeUndefined()
})

// --- the record ---

const TYPES = ['counter', 'gauge', 'histogram', 'summary'] as const
/** Per type: what its family means; undefined: there is none. */
type Definitions = readonly (string | undefined)[]

function specOf(type: FamilyType, definition: string): FamilySpec {
  const extra = { buckets: type === 'histogram' ? [1, 10] : [], quantiles: type === 'summary' ? [0.5] : [] }
  return { ...SPEC, ...extra, name: `a_${type}`, type, definition, maxSeries: 6 }
}

function live(disk: MemoryDisk, definitions: Definitions) {
  const { registry, own } = registryOf()
  const define = (of: Definitions) => {
    for (const [i, type] of TYPES.entries()) if (of[i] !== undefined) registry.family(specOf(type, of[i]))
  }
  define(definitions)
  const part = new SeriesPart()
  const onError = (what: string, error: NodeJS.ErrnoException): never => {
    throw new Error(`${what}: ${error.code}`)
  }
  const record = new DurableRecord({ disk, folder: '/state', parts: [part], program: 'test', leastJournalBytes: 500, onError })
  record.restore()
  restoreSeries(part.recorded, registry.families())
  part.forgetAll()
  part.keep(registry.families())
  record.commit()
  const reload = (of: Definitions): void => {
    registry.redefine(ROOMY, () => define(of))
    part.keep(registry.families())
  }
  const exposed = (): string => new Exposition({ registry, own, others: () => [], nowMs: () => 0 }).mappedText()
  return { registry, record, reload, exposed }
}

const definitions = fc.array(fc.constantFrom('one', 'one', 'two', undefined), { minLength: 4, maxLength: 4 })
const step = fc.record({
  family: fc.nat(3),
  x: fc.nat(4).map((n) => `x${n}`),
  value: fc.integer({ min: 1, max: 30 }),
  reloadTo: fc.option(definitions, { freq: 3, nil: undefined }),
  next: fc.constantFrom('go on', 'go on', 'commit', 'slice', 'slice', 'die' as const),
})

test('whatever was reloaded, what was committed is exposed again after a death, and nothing that was gone', () => {
  let deaths = 0
  let reloads = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 150 }), (steps) => {
      let disk = new MemoryDisk()
      let defined: Definitions = ['one', 'one', 'one', 'one']
      let life = live(disk, defined)
      for (const { family, x, value, reloadTo, next } of steps) {
        const one = life.registry.families()[family]
        if (one !== undefined) add(one, x, 'y', value)
        if (reloadTo !== undefined) {
          reloads++
          defined = reloadTo
          life.reload(defined)
        }
        if (next === 'commit') life.record.commit()
        if (next === 'slice') {
          life.record.writeSlice(200)
          disk.settle()
        }
        if (next !== 'die') continue
        deaths++
        life.record.commit()
        const before = life.exposed()
        disk = disk.reboot()
        life = live(disk, defined)
        expect(life.exposed()).toBe(before)
      }
    }),
    { numRuns: 300, seed: 5 },
  )
  expect(deaths).toBeGreaterThan(500)
  expect(reloads).toBeGreaterThan(500)
})
