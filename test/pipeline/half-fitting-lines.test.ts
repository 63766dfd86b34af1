/**
 * Lines that fit a rule half – a field missing, of the wrong kind, broken JSON inside, an absurd time, the line cut – change nothing that they
 * should not, and each update that did not count is counted by metric and reason: against a naive count of the same lines.
 */
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { play } from '../../src/scenario/play.ts'
import { loaded, scratchFolder } from '../config/loading.ts'
import { parseText } from '../exposition/text-parser.ts'

const folder = scratchFolder()
afterAll(folder.remove)

const MAPPING = `version: 1
metrics:
  - { name: plain_total, type: counter, event: e, value: n }
  - { name: inner_total, type: counter, event: e, value: args.$json.n }
  - { name: wait_seconds_total, type: counter, event: e, value: { path: n, unit: ms }, max_step: 1 }
  - { name: size_bytes, type: histogram, event: e, value: n, buckets: [10, 100, 1000] }
  - { name: level, type: gauge, event: e, value: n }
  - { name: parts_total, type: counter, event: e, split: { kind: { a: n, b: m } } }
  - { name: once_total, type: counter, event: e, once: id, value: n }
  - { name: risen_total, type: counter, event: e, rise: id, value: n }
`
const COUNTED = [/^\w+_total/, /^size_bytes_(count|sum)$/, /^level$/]

/** Stands for a number that is none any more, which JSON.stringify cannot write. */
const ENDLESS = 987_654_321
/** Numbers are whole quarters, so that sums are exact. */
const honest = fc.integer({ min: 0, max: 8000 }).map((quarters) => quarters / 4)
const number = fc.oneof(
  { weight: 4, arbitrary: honest },
  { weight: 1, arbitrary: honest.map(String) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(undefined, null, {}, [1], 'abc', '', -3, '-3', 'NaN', ENDLESS, true),
  },
)
const key = fc.constantFrom<unknown>('k1', 'k2', 3, undefined, null, {}, ['k1'])
const time = fc.constantFrom<unknown>(
  undefined,
  'never',
  -1e300,
  1e300,
  {},
  0,
  '2026-01-01T12:00:00Z',
  '9999-12-31T23:59:59Z',
  [1, 2, 3],
)
const inner = fc.oneof(
  number.map((n) => JSON.stringify({ n })),
  fc.constantFrom<unknown>('{"n":', '', 'n', '[]', { n: 1 }, null, 7),
)
const line = fc.record({
  event: fc.record({ n: number, m: number, id: key, timestamp: time, args: inner }),
  // Most lines are whole.
  part: fc.oneof(
    { weight: 9, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.double({ min: 0.1, max: 0.99, noNaN: true }) },
  ),
})

function textOf({ event, part }: { readonly event: object; readonly part: number }): string {
  const text = JSON.stringify({ event: 'e', ...event }).replaceAll(String(ENDLESS), '1e999')
  return text.slice(0, Math.floor(text.length * part))
}

type Counts = Map<string, number>
const add = (counts: Counts, name: string, amount: number): void => void counts.set(name, (counts.get(name) ?? 0) + amount)

/** What the language says, one line after the other. */
function counted(texts: readonly string[]): Counts {
  const counts: Counts = new Map(['plain_total', 'inner_total', 'wait_seconds_total'].map((name) => [name, 0]))
  for (const name of ['once_total', 'risen_total', 'parts_total{a}', 'parts_total{b}', 'size_bytes_count', 'size_bytes_sum'])
    counts.set(name, 0)
  const seen = new Set<string>()
  const highest = new Map<string, number>()
  const skip = (metric: string, reason: string): void => add(counts, `skipped ${metric} ${reason}`, 1)
  /** Whether it was taken. */
  const step = (metric: string, series: string, value: number | undefined, most = Number.POSITIVE_INFINITY): boolean => {
    const why = value === undefined ? 'no_value' : faultOf(value, (counts.get(series) ?? 0) + value, most)
    if (why === undefined) add(counts, series, value!)
    else skip(metric, why)
    return why === undefined
  }
  for (const text of texts) {
    const event = parsed(text)
    if (event === undefined) {
      add(counts, 'rejected', 1)
      continue
    }
    const n = numberOf(event.n)
    step('plain_total', 'plain_total', n)
    step('inner_total', 'inner_total', numberOf((typeof event.args === 'string' ? parsed(event.args) : undefined)?.n))
    step('wait_seconds_total', 'wait_seconds_total', n === undefined ? undefined : n / 1000, 1)
    if (n === undefined) skip('size_bytes', 'no_value')
    else if (!Number.isFinite(n)) skip('size_bytes', 'infinite')
    else {
      add(counts, 'size_bytes_count', 1)
      add(counts, 'size_bytes_sum', n)
    }
    if (n === undefined) skip('level', 'no_value')
    else if (!Number.isFinite(n)) skip('level', 'infinite')
    else counts.set('level', n)
    const m = numberOf(event.m)
    if (n === undefined && m === undefined) skip('parts_total', 'no_value')
    if (n !== undefined) step('parts_total', 'parts_total{a}', n)
    if (m !== undefined) step('parts_total', 'parts_total{b}', m)
    const id = keyOf(event.id)
    if (id === undefined) skip('once_total', 'no_key')
    else if (!seen.has(id) && step('once_total', 'once_total', n)) seen.add(id)
    if (id === undefined) skip('risen_total', 'no_key')
    else if (n === undefined) skip('risen_total', 'no_value')
    else if (!Number.isFinite(n)) skip('risen_total', 'infinite')
    else if (n < 0) skip('risen_total', 'negative')
    else if (n > (highest.get(id) ?? 0)) {
      add(counts, 'risen_total', n - (highest.get(id) ?? 0))
      highest.set(id, n)
    }
  }
  return new Map([...counts].filter(([, count]) => count !== 0))
}

function faultOf(value: number, sum: number, most: number): string | undefined {
  if (!Number.isFinite(value) || !Number.isFinite(sum)) return 'infinite'
  return value < 0 ? 'negative' : value > most ? 'max_step' : undefined
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'string' && /^-?\d/.test(value) ? Number(value) : undefined
}

function keyOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** The exposition in the words of `counted`. */
function shown(withOwn: string): Counts {
  const counts: Counts = new Map()
  for (const { name, labels, value } of [...parseText(withOwn).families.values()].flatMap(({ list }) => list)) {
    const [metric, reason, kind] = ['metric', 'reason', 'kind'].map((label) => labels.get(label))
    if (name === 'agentlog_updates_skipped_total') add(counts, `skipped ${metric} ${reason}`, value)
    else if (name === 'agentlog_rejected_lines_total') add(counts, 'rejected', value)
    else if (!name.startsWith('agentlog_') && COUNTED.some((one) => one.test(name)))
      add(counts, kind === undefined ? name : `${name}{${kind}}`, value)
  }
  return new Map([...counts].filter(([, count]) => count !== 0))
}

test('half-fitting lines', async () => {
  const { config, diagnostics } = await loaded([folder.write('m.yaml', MAPPING)])
  expect(diagnostics).toEqual([])
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
      const texts = lines.map(textOf)
      const { withOwn } = play(config, { log: texts.map((text) => `${text}\n`).join(''), file: '/a.jsonl', advanceMs: 0 })
      expect(shown(withOwn)).toEqual(counted(texts))
    }),
    { numRuns: 300 },
  )
})
