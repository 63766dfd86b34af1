import fc from 'fast-check'
import { expect, test } from 'vitest'
import { otlpLines } from '../../src/decode/format/otlp.ts'
import type { Json } from '../../src/decode/path.ts'

const BOUNDS = { maxValues: 5000, maxDepth: 40 }

/** All events of a line, or why there are none. */
function read(line: unknown): unknown {
  const reader = otlpLines.newReader(BOUNDS, false)
  const bytes = Buffer.from(typeof line === 'string' ? line : JSON.stringify(line))
  const outcome = reader.read(bytes, 0, bytes.length)
  if (outcome !== undefined) return outcome
  const events: Json[] = []
  do events.push(reader.body)
  while (reader.next?.())
  expect(reader.eventCount).toBe(events.length)
  return events
}

const attribute = (key: string, value: unknown) => ({ key, value })
const request = (records: unknown[], resource: unknown[] = [], scope: unknown = { name: 's' }) => ({
  resourceLogs: [{ resource: { attributes: resource }, scopeLogs: [{ scope, logRecords: records }] }],
})

test('a record is an event: attributes are objects, int64 are numbers, past 2^53 in every digit', () => {
  const record = {
    timeUnixNano: '1795216860000000001',
    severityNumber: 9,
    eventName: 'call',
    body: { stringValue: 'text' },
    attributes: [
      attribute('tool.name', { stringValue: 'bash é' }),
      attribute('count', { intValue: '12' }),
      attribute('id', { intValue: '9007199254740993' }),
      attribute('ratio', { doubleValue: 0.5 }),
      attribute('inf', { doubleValue: '-Infinity' }),
      attribute('ok', { boolValue: true }),
      attribute('list', {
        arrayValue: { values: [{ intValue: 1 }, { kvlistValue: { values: [attribute('a', { intValue: '-2' })] } }] },
      }),
      attribute('none', {}),
      attribute('twice', { intValue: '1' }),
      attribute('twice', { intValue: '2' }),
    ],
  }
  expect(read(request([record], [attribute('service.name', { stringValue: 'agent' })], { name: 'lib', version: '1' }))).toEqual([
    {
      timeUnixNano: 1795216860000000001n,
      severityNumber: 9,
      eventName: 'call',
      body: 'text',
      attributes: {
        'tool.name': 'bash é',
        count: 12,
        id: 9007199254740993n,
        ratio: 0.5,
        inf: Number.NEGATIVE_INFINITY,
        ok: true,
        list: [1, { a: -2 }],
        twice: 2,
      },
      resource: { 'service.name': 'agent' },
      scope: { name: 'lib', version: '1', attributes: {} },
      event: 'call',
      time: 1795216860000000001n,
    },
  ])
})

test('numbers of 64 bits that are written as numbers keep their digits', () => {
  const line = JSON.stringify(request([{ timeUnixNano: 0, attributes: [attribute('a', { intValue: 7 })] }]))
    .replace(':0,', ':1544712660300000001,')
    .replace(':7}', ':-9007199254740995}')
  expect(read(line)).toMatchObject([{ time: 1544712660300000001n, attributes: { a: -9007199254740995n } }])
})

test('a double may be a text, as Infinity and NaN are; what is no number stays a text', () => {
  const f = (doubleValue: unknown, value: unknown): void => {
    const [event] = read(request([{ attributes: [attribute('a', { doubleValue })] }])) as { attributes: object }[]
    expect([doubleValue, event!.attributes]).toEqual([doubleValue, { a: value }])
  }
  f('1.5e3', 1500)
  f('-0.25', -0.25)
  f('NaN', Number.NaN)
  f('Infinity', Number.POSITIVE_INFINITY)
  for (const text of ['', ' ', '0x10', 'constructor', '1,5']) f(text, text)
})

test('names with underscores stand for those of JSON', () => {
  const attributes = [
    attribute('a', { int_value: '5' }),
    attribute('b', {
      kvlist_value: { values: [attribute('c', { array_value: { values: [{ string_value: 'x' }, { bool_value: true }] } })] },
    }),
    attribute('d', { double_value: 0.5 }),
    attribute('e', { bytes_value: 'aGk=' }),
  ]
  const record = { time_unix_nano: '1795216860000000000', severity_text: 'INFO', event_name: 'call', trace_id: 'ab', attributes }
  const line = {
    resource_logs: [
      { resource: { attributes: [attribute('r', { string_value: 's' })] }, scope_logs: [{ log_records: [record] }] },
    ],
  }
  expect(read(line)).toMatchObject([
    {
      event: 'call',
      time: 1795216860000000000n,
      severityText: 'INFO',
      severity_text: 'INFO',
      traceId: 'ab',
      attributes: { a: 5, b: { c: ['x', true] }, d: 0.5, e: 'aGk=' },
      resource: { r: 's' },
    },
  ])
})

test('the name may stand in an attribute, the time where it was observed', () => {
  const attributes = [attribute('event.name', { stringValue: 'prompt' })]
  expect(
    read(request([{ timeUnixNano: '0', observedTimeUnixNano: '1795216860000000000', eventName: '', attributes }])),
  ).toMatchObject([{ event: 'prompt', time: 1795216860000000000n }])
  expect(read(request([{ body: { intValue: '1' } }]))).toMatchObject([{ event: undefined, time: undefined, body: 1 }])
})

test('what holds no records is told apart', () => {
  const f = (line: unknown, outcome: unknown): void => expect([line, read(line)]).toEqual([line, outcome])
  f('', 'blank')
  f({ resourceLogs: [] }, 'blank')
  f({ resourceLogs: [null, 1, { scopeLogs: [{ logRecords: [1, null, []] }, { logRecords: {} }, 'x'] }] }, 'blank')
  f({ resourceSpans: [] }, 'not_otlp')
  f({ event: 'call' }, 'not_otlp')
  f({ resourceLogs: {} }, 'not_otlp')
  f('text', 'not_json')
  f('{"resourceLogs":[', 'malformed')
  f(request(Array.from({ length: 5000 }, () => ({}))), 'too_many_values')
  f(`{"resourceLogs":${'['.repeat(50)}${']'.repeat(50)}}`, 'too_deep')
})

test('keys that objects have of themselves are keys like all others', () => {
  const record = `{"__proto__":{"intValue":1},"attributes":[{"key":"__proto__","value":{"intValue":"5"}},{"key":"constructor","value":{"stringValue":"x"}}]}`
  const [event] = read(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${record}]}]}]}`) as { attributes: object }[]
  expect(Object.getPrototypeOf(event)).toBe(Object.prototype)
  expect(Object.entries(event!.attributes)).toEqual([
    ['__proto__', 5],
    ['constructor', 'x'],
  ])
})

test('whatever is in the places of a request, every record that is an object is one event, in order', () => {
  const odd = fc.oneof(fc.constant(null), fc.integer(), fc.string(), fc.constant([]), fc.jsonValue({ maxDepth: 2 }))
  const record = fc.oneof(
    { weight: 3, arbitrary: fc.record({ spanId: fc.string(), attributes: odd, body: odd }, { requiredKeys: ['spanId'] }) },
    { weight: 1, arbitrary: odd },
  )
  const scopeLogs = fc.record({ scope: odd, logRecords: fc.array(record) })
  const resourceLogs = fc.record({ resource: odd, scopeLogs: fc.oneof(fc.array(scopeLogs), fc.array(odd)) })
  fc.assert(
    fc.property(fc.array(fc.oneof(resourceLogs, odd), { maxLength: 4 }), (all) => {
      const line = { resourceLogs: all }
      const isFields = (value: unknown): value is Record<string, unknown> =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
      const inside = (value: unknown, key: string): unknown[] => {
        const found = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined
        return Array.isArray(found) ? found : []
      }
      const wanted = all.flatMap((r) => inside(r, 'scopeLogs').flatMap((s) => inside(s, 'logRecords').filter(isFields)))
      const found = read(JSON.parse(JSON.stringify(line)))
      if (wanted.length === 0) expect(found).toBe('blank')
      else expect((found as { spanId?: unknown }[]).map(({ spanId }) => spanId)).toEqual(wanted.map(({ spanId }) => spanId))
    }),
  )
})
