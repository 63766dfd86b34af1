/** What a rule says of an event is what it does with it: both come from the same compiled pieces. */
import { expect, test } from 'vitest'
import { Decoder } from '../../src/decode/decoder.ts'
import { Row } from '../../src/decode/row.ts'
import { compileMapping } from '../../src/mapping/compile.ts'
import type { RuleSpec } from '../../src/mapping/spec.ts'
import { Registry } from '../../src/registry/registry.ts'
import type { WhereSpec } from '../../src/select/spec.ts'
import type { Trace } from '../../src/select/trace.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'

const place = { file: 'test', path: [] }
const ORIGIN = { source: 's', log: 'l', file: '/f', stream: '', fields: {} }

function traceOf(where: WhereSpec | undefined, event: object): { trace: Trace[]; outcome: string } {
  const rule: RuleSpec = {
    place,
    events: ['call'],
    each: [],
    where: where && { spec: where, place },
    labels: [{ name: 'tool', spec: { path: 'tool', lower: true }, place }],
    value: undefined,
    split: undefined,
    op: 'set',
    exemplar: [],
  }
  const metric = {
    name: 'calls_total',
    type: 'counter',
    help: 'h',
    place,
    maxSeries: 10,
    buckets: [],
    quantiles: [],
    onePer: undefined,
    rules: [rule],
  } as const
  const registry = new Registry({ maxSeries: 100, own: createOwnMetrics(), cleanLabel: (text) => text })
  const report = (): never => expect.fail('a diagnostic')
  const input = { eventName: { spec: 'event', place }, eventTime: { spec: 'ts', place }, timeZone: 'UTC' }
  const mapping = compileMapping({ input, drop: [], metrics: [metric] }, { registry, countSkip: () => {}, report })
  const row = new Row(mapping.slotCount, ORIGIN)
  const bytes = Buffer.from(JSON.stringify(event))
  new Decoder(mapping, { maxValues: 100, maxDepth: 10 }, () => 0).decode(bytes, 0, bytes.length, row)
  const before = registry.changes
  const trace = mapping.trace(row)
  expect(registry.changes).toBe(before)
  return { trace, outcome: mapping.apply(row) }
}

const flat = (traces: readonly Trace[]): string[] => traces.flatMap((t) => [`${t.what}: ${t.outcome}`, ...flat(t.steps ?? [])])

test('a taken event shows label texts step by step, the number and the series', () => {
  const { trace, outcome } = traceOf({ ok: true }, { event: 'call', tool: 'BASH', ok: true })
  expect(outcome).toBe('mapped')
  expect(trace[0]).toMatchObject({ what: 'rule of calls_total', outcome: 'takes the event', ok: true })
  expect(flat(trace)).toEqual(expect.arrayContaining(['label tool: "bash"', 'calls_total{tool="bash"}: 1']))
  expect(flat(trace).join('\n')).toContain('BASH')
})

test('an event that is not taken shows the condition that failed and what it found', () => {
  const { trace, outcome } = traceOf({ status: 'success', tool: { exists: true } }, { event: 'call', tool: 'x', status: 'error' })
  expect(outcome).toBe('unmatched')
  expect(trace[0]).toMatchObject({ outcome: 'does not take the event', ok: false })
  const failed = flat(trace).filter((text) => text.includes('status'))
  expect(failed.join('\n')).toContain('error')
})

test('a condition that was not compiled shows nowhere', () => {
  const event = { event: 'call', tool: 'x', status: 'error' }
  expect(flat(traceOf({ status: 'error' }, event).trace).join('\n')).toContain('status')
  expect(flat(traceOf(undefined, event).trace).join('\n')).not.toContain('status')
})
