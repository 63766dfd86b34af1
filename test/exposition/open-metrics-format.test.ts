/** OpenMetrics 1.0 by a strict parser: the same samples as text, under the names that the format wants, whatever the labels. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Exposition } from '../../src/exposition/exposition.ts'
import { openMetricsFormat } from '../../src/exposition/open-metrics-format.ts'
import type { Family } from '../../src/registry/family.ts'
import type { FamilyType } from '../../src/registry/family-spec.ts'
import { ProcessMetrics } from '../../src/telemetry/process-metrics.ts'
import { type ExpositionForTest, expositionOf } from './exposition-of.ts'
import { type OpenMetricsFamily, parseOpenMetrics } from './open-metrics-parser.ts'
import { parseText, sampleKey } from './text-parser.ts'

const TYPES: readonly FamilyType[] = ['counter', 'gauge', 'histogram', 'summary', 'info']

function open(world: ExpositionForTest, withCreated = false): Exposition {
  const { registry, own, others } = world
  return new Exposition({ registry, own, others: () => others, nowMs: () => 0, format: openMetricsFormat({ withCreated }) })
}

function parsed(world: ExpositionForTest, withCreated = false): Map<string, OpenMetricsFamily> {
  return parseOpenMetrics(open(world, withCreated).body())
}

function record(family: Family, texts: readonly string[], value: number): number {
  const slot = family.site(texts.map(() => undefined)).series(texts)
  family.recorder('add')(slot, value)
  return slot
}

/** Bounds as text format 0.0.4 has them. */
function asText(families: ReadonlyMap<string, OpenMetricsFamily>): Record<string, number> {
  const bound = ([name, text]: readonly [string, string]): readonly [string, string] => [
    name,
    ['le', 'quantile'].includes(name) ? text.replace(/\.0$/, '') : text,
  ]
  const samples = [...families.values()].flatMap((family) => family.samples)
  return Object.fromEntries(samples.map(({ name, labels, value }) => [sampleKey(name, [...labels].map(bound)), value]))
}

test('every type has the samples that it has as text', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('"', '\\', '\n', '{', ',', '#', '\u0000', 'é', '😀'), fc.string()) })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...TYPES), text, fc.integer({ min: 0, max: 20 })), { maxLength: 30 }),
      (updates) => {
        const world = expositionOf()
        const families = new Map(
          TYPES.map((type) => [
            type,
            world.family(type, ['a', 'b'], {
              name: type === 'counter' ? 'x_total' : type === 'info' ? 'y_info' : `z_${type}`,
              buckets: [1, 10, 1e6],
              quantiles: [0.5, 1],
            }),
          ]),
        )
        for (const [type, a, value] of updates) record(families.get(type)!, [a, ''], value)
        const body = parseText(textBody(world))
        const expected = Object.fromEntries([...body.families.values()].flatMap((family) => [...family.samples]))
        expect(asText(parsed(world))).toEqual(expected)
      },
    ),
    { numRuns: 200 },
  )
})

function textBody(world: ExpositionForTest): Buffer {
  return world.exposition.body()
}

test('families have the names and units of the format; what lacks its suffix or would meet another is of a plain type', () => {
  const world = expositionOf()
  const add = (type: FamilyType, name: string): void => {
    record(world.family(type, [], { name, buckets: [1], help: 'A "quoted" \\ help.\nTwo lines.' }), [], 1)
  }
  add('counter', 'calls_total')
  add('counter', 'spent_seconds_total')
  add('counter', 'odd')
  add('counter', 'taken_total')
  add('counter', 'born_total')
  add('gauge', 'born_created')
  add('gauge', 'taken')
  add('info', 'build_info')
  add('info', 'calls_info')
  add('info', 'plain')
  add('histogram', 'wait_seconds')
  const families = parsed(world)
  const named = [...families.values()].slice(0, 11).map(({ name, type, unit, samples }) => [name, type, unit, samples[0]?.name])
  expect(named).toEqual([
    ['born_created', 'gauge', undefined, 'born_created'],
    ['born_total', 'unknown', undefined, 'born_total'],
    ['build', 'info', undefined, 'build_info'],
    ['calls_info', 'gauge', undefined, 'calls_info'],
    ['calls', 'counter', undefined, 'calls_total'],
    ['odd', 'unknown', undefined, 'odd'],
    ['plain', 'gauge', undefined, 'plain'],
    ['spent_seconds', 'counter', 'seconds', 'spent_seconds_total'],
    ['taken', 'gauge', undefined, 'taken'],
    ['taken_total', 'unknown', undefined, 'taken_total'],
    ['wait_seconds', 'histogram', 'seconds', 'wait_seconds_bucket'],
  ])
  expect(families.get('calls')!.help).toBe('A \\"quoted\\" \\\\ help.\\nTwo lines.')
})

test('what the format forbids is left away: sums below 0 and beside negative buckets, with their counts; quantiles below 0', () => {
  const world = expositionOf()
  record(world.family('histogram', [], { name: 'a', buckets: [-1, 1] }), [], 3)
  record(world.family('histogram', [], { name: 'b', buckets: [1] }), [], -3)
  record(world.family('summary', [], { name: 'c', quantiles: [0.5] }), [], -3)
  const names = [...parsed(world).values()].flatMap((family) => (/^[abc]$/.test(family.name) ? family.samples : []))
  expect(names.map(({ name }) => name)).toEqual(['a_bucket', 'a_bucket', 'a_bucket', 'b_bucket', 'b_bucket', 'c_count'])
})

test('_created stands beside counters, histograms and summaries when asked for, and is the time of birth', () => {
  const world = expositionOf({ nowMs: () => 1_700_000_000_250 })
  for (const type of TYPES)
    record(world.family(type, [], { name: type === 'counter' ? 'x_total' : `z_${type}`, buckets: [1] }), [], 1)
  const created = (withCreated: boolean): unknown =>
    [...parsed(world, withCreated).values()]
      .flatMap(({ samples }) => samples)
      .filter(({ name }) => name.endsWith('_created'))
      .map(({ name, value }) => [name, value])
  expect(created(false)).toEqual([])
  const at = 1_700_000_000.25
  expect(created(true)).toEqual([
    ['x_created', at],
    ['z_histogram_created', at],
    ['z_summary_created', at],
  ])
})

test('exemplars stand at the counter and at the bucket of their value, the newest only, and never in text', () => {
  const world = expositionOf()
  const counter = world.family('counter', ['l'], { name: 'x_total' })
  const histogram = world.family('histogram', [], { name: 'z', buckets: [1, 5] })
  const keep = (family: Family, texts: readonly string[], value: number, trace: string): void => {
    const cellOf = family.exemplarCell()!
    const slot = record(family, texts, value)
    const exemplar = { labels: [['trace_id', trace]] as const, value, timestampSeconds: 1_700_000_000.5 }
    family.exemplars!.keep(slot, family.store.birthOf(slot), cellOf(value), exemplar)
  }
  keep(counter, ['a'], 1, 'old')
  keep(counter, ['a'], 2, 'new "\n')
  keep(histogram, [], 1, 'first')
  keep(histogram, [], 1.5, 'second')
  keep(histogram, [], 99, 'third')
  const samples = [...parsed(world).values()].flatMap((family) => family.samples).filter(({ exemplar }) => exemplar)
  const told = samples.map(({ name, labels, exemplar }) => [
    name,
    labels.get('le'),
    exemplar!.labels.get('trace_id'),
    exemplar!.value,
    exemplar!.timestamp,
  ])
  expect(told).toEqual([
    ['x_total', undefined, 'new "\n', 2, 1_700_000_000.5],
    ['z_bucket', '1.0', 'first', 1, 1_700_000_000.5],
    ['z_bucket', '5.0', 'second', 1.5, 1_700_000_000.5],
    ['z_bucket', '+Inf', 'third', 99, 1_700_000_000.5],
  ])
  expect(textBody(world).toString()).not.toContain('trace_id')
})

test('our own numbers and those of the process are valid too', async () => {
  const world = expositionOf()
  const metrics = new ProcessMetrics()
  await metrics.refresh()
  world.others.push(...metrics.families())
  const families = parsed(world)
  expect(families.get('process_cpu_seconds')?.type).toBe('counter')
  expect(families.get('agentlog_lines')?.type).toBe('counter')
})
