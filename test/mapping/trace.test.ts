/** What a rule says of an event is what it does with it: both come from the same compiled pieces. */
import { expect, test } from 'vitest'
import { Decoder } from '../../src/decode/decoder.ts'
import { Row } from '../../src/decode/row.ts'
import { compileMapping } from '../../src/mapping/compile.ts'
import type { EventTrace } from '../../src/mapping/mapping.ts'
import type { RuleSpec } from '../../src/mapping/spec.ts'
import { Marks } from '../../src/marks/marks.ts'
import { Registry } from '../../src/registry/registry.ts'
import type { WhereSpec } from '../../src/select/spec.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'

const place = { file: 'test', path: [] }
const ORIGIN = { source: 's', log: 'l', file: '/f', stream: '', fields: {} }

function traceOf(where: WhereSpec | undefined, event: object): { trace: EventTrace; outcome: string } {
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
  const marks = new Marks({ limit: 100, seed: Int32Array.of(1, 2, 3, 4) })
  const input = { eventName: { spec: 'event', place }, eventTime: { spec: 'ts', place }, timeZone: 'UTC' }
  const mapping = compileMapping({ input, drop: [], metrics: [metric] }, { registry, marks, countSkip: () => {}, report })
  const row = new Row(mapping.slotCount, ORIGIN)
  const bytes = Buffer.from(JSON.stringify(event))
  new Decoder(mapping, { maxValues: 100, maxDepth: 10 }, () => 0).decode(bytes, 0, bytes.length, row)
  const before = registry.changes
  const trace = mapping.trace(row)
  expect(registry.changes).toBe(before)
  return { trace, outcome: mapping.apply(row) }
}

const event = { event: 'call', tool: 'BASH', status: 'error' }

test('a taken event shows label texts step by step, and the number', () => {
  const { trace, outcome } = traceOf({ status: 'error' }, event)
  expect(outcome).toBe('mapped')
  expect(trace.rules).toHaveLength(1)
  const [rule] = trace.rules
  expect(rule).toMatchObject({ isTaken: true, rule: { metric: 'calls_total' } })
  expect(rule!.elements[0]!.made).toMatchObject({
    labels: [
      {
        name: 'tool',
        text: 'bash',
        isUnknown: false,
        value: { of: 'tool', stages: [{ stage: 'lower', before: 'BASH', after: 'bash' }] },
      },
    ],
    samples: [{ splitText: undefined, number: 1, refusal: undefined }],
    exemplar: undefined,
  })
})

test('an event that is not taken shows the condition that failed and what it found', () => {
  const { trace, outcome } = traceOf({ status: 'success', tool: { exists: true } }, event)
  expect(outcome).toBe('unmatched')
  const [element] = trace.rules[0]!.elements
  expect(element).toMatchObject({
    isTaken: false,
    where: {
      kind: 'all',
      holds: false,
      parts: [
        { kind: 'test', path: 'status', asks: 'is "success"', found: 'error', holds: false },
        { kind: 'test', path: 'tool', holds: true },
      ],
    },
  })
  expect(element).not.toHaveProperty('made')
})

test('a condition that was not compiled shows nowhere', () => {
  expect(traceOf({ status: 'error' }, event).trace.rules[0]!.elements[0]).toHaveProperty('where')
  expect(traceOf(undefined, event).trace.rules[0]!.elements[0]).not.toHaveProperty('where')
})
