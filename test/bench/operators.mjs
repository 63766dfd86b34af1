/**
 * `npm run bench:operators -- [--events N]`: what one operator of the language costs per event, in nanoseconds, on rows that are filled
 * already: parsing the line is not in it. Each form stands beside what says the same otherwise. The best of several rounds. Then what it
 * costs to read one event of each format from its line: the same fields in all of them.
 */
import { parseArgs } from 'node:util'
import { Clocks } from '../../dist/clock/clocks.js'
import { durationNs } from '../../dist/config/merge-windows.js'
import { MessageStream } from '../../dist/decode/message-stream.js'
import { fillSlots, Row } from '../../dist/decode/row.js'
import { LineFramer } from '../../dist/frame/line-framer.js'
import { compileMapping } from '../../dist/mapping/compile.js'
import { Marks } from '../../dist/marks/marks.js'
import { Once } from '../../dist/marks/once.js'
import { Rise } from '../../dist/marks/rise.js'
import { Registry } from '../../dist/registry/registry.js'
import { loadExpressionParser } from '../../dist/select/cel/parser.js'
import { compileWhere } from '../../dist/select/condition.js'
import { compileKey } from '../../dist/select/key.js'
import { lineFormatOf } from '../../dist/select/line-format.js'
import { compilePrice } from '../../dist/select/price.js'
import { SlotTable } from '../../dist/select/slots.js'
import { compileValue } from '../../dist/select/value.js'
import { createOwnMetrics } from '../../dist/telemetry/own-metrics.js'
import { measureMany, measureStateful } from './stateful.mjs'

const ROUNDS = 7
const ORIGIN = { source: 's', log: 'l', file: '/f', stream: '', fields: {} }
const { values } = parseArgs({ options: { events: { type: 'string' } } })
const eventCount = Number(values.events ?? 1_000_000)

const EVENTS = Array.from({ length: 1024 }, (_, i) => ({
  status: ['ok', 'error', 'timeout'][i % 3],
  ms: (i * 37) % 5000,
  model: `model-${i % 7}`,
  message: `msg_01XFDUDYJgAACzvnptv${i >> 3}VoYEL`,
  builtin_model: ['claude-sonnet-4-5', 'gpt-5', 'o3'][i % 3],
  usage: { input: i * 11, cached: i },
  ...(i % 2 === 0 ? { reason: 'x' } : {}),
  content: [{ type: 'text' }, { type: 'tool_use', n: i }, { type: 'text' }],
}))

const PRICE = { model: 'model', input: 'usage.input', output: 'ms', cache_read: 'usage.cached' }

/** By id: each message comes eight times, one after the other, and then again; one that is known has nothing new. */
const KEYS = { once: 'message', rise: { number: 'usage.input', key: 'message' } }

const FORMS = [
  ['where', 'status not ok, and ms over 2000', { status: { not: 'ok' }, ms: { gt: 2000 } }],
  ['where', 'the same as expr', { expr: 'event.status != "ok" && event.ms > 2000' }],
  ['where', 'a field that half the events lack', { reason: 'x' }],
  ['where', 'the same as expr', { expr: 'event.reason == "x"' }],
  ['where', 'regex', { model: { regex: '^model-[1-3]$' } }],
  ['where', 'the same as expr', { expr: 'event.model.matches("^model-[1-3]$")' }],
  ['where', 'expr over a list of 3', { expr: 'event.content.exists(c, c.type == "tool_use")' }],
  ['value', 'path, unit ms', { path: 'ms', unit: 'ms' }],
  ['value', 'the same as expr', { expr: 'event.ms / 1000' }],
  ['value', 'path, minus', { path: 'usage.input', minus: 'usage.cached' }],
  ['value', 'the same as expr', { expr: 'event.usage.input - event.usage.cached' }],
  ['price', 'an inline table', { ...PRICE, table: { 'model-*': { input: 3, output: 15 } } }],
  ['price', 'builtin', { ...PRICE, model: 'builtin_model', table: 'builtin' }],
  ['once', 'a key of 128 that are known', KEYS.once],
  ['rise', 'a key of 128 that are known', KEYS.rise],
]

function compile(kind, spec, context) {
  if (kind === 'once' || kind === 'rise') return compileMarks(kind, spec, context)
  if (kind === 'price') return compilePrice(spec, new Map(), context, compileValue)
  return kind === 'where' ? compileWhere(spec, context) : compileValue(spec, context)
}

/** As a rule asks: what counts is marked. */
function compileMarks(kind, spec, context) {
  const space = new Marks({ limit: 200_000, seed: Int32Array.of(1, 2, 3, 4) }).space('bench')
  const key = compileKey([{ spec: kind === 'once' ? spec : spec.key, place: context.place }], context)
  if (kind === 'once') {
    const once = new Once(key, space, undefined)
    return {
      test: (row) => {
        if (once.ask(row) !== 'new') return false
        once.note()
        return true
      },
    }
  }
  const number = compileValue(spec.number, context)
  const rise = new Rise(key, space, { skipsNew: false, resets: false, baseline: undefined })
  const numbers = [0]
  return {
    test: (row) => {
      rise.begin(row)
      numbers[0] = number.number(row)
      if (rise.ask(numbers, 0) !== 'counts') return false
      rise.lift(numbers, 0)
      return true
    },
  }
}

function compiled(kind, spec) {
  const slots = new SlotTable()
  const report = (problem) => {
    throw new Error(problem.message)
  }
  const context = { slots, bindings: new Map(), place: { file: 'bench' }, report }
  const made = compile(kind, spec, context)
  const rows = EVENTS.map((event) => {
    const row = new Row(slots.slotCount, ORIGIN)
    fillSlots(row, event, slots.eventPaths)
    return row
  })
  return { rows, ask: made.test === undefined ? (row) => made.number(row) : (row) => made.test(row) }
}

/** Whole rules: 64 series, an event per millisecond. What depends on time pays for its clock, too. */
const METRICS = [
  ['counter', {}],
  ['counter with expire: 1h', { expireNs: durationNs('1h') }],
  ['gauge', { type: 'gauge', value: 'ms' }],
  ['gauge, mean of the last 100', { type: 'gauge', value: 'ms', window: { op: 'mean', last: 100 } }],
  ['gauge, mean over 1m', { type: 'gauge', value: 'ms', window: { op: 'mean', overNs: durationNs('1m') } }],
  ['gauge, distinct texts over 1m', { type: 'gauge', value: 'model', window: { op: 'distinct', overNs: durationNs('1m') } }],
  ['summary', { type: 'summary', value: 'ms', quantiles: [0.5] }],
  ['summary over 10m', { type: 'summary', value: 'ms', quantiles: [0.5], window: { overNs: durationNs('10m') } }],
]

function compiledMetric({ value, ...spec }) {
  const placed = (text) => ({ spec: text, place: { file: 'bench' } })
  const rule = {
    ...{ place: { file: 'bench' }, events: undefined, each: [], where: undefined, split: undefined, op: 'set', exemplar: [] },
    labels: [{ name: 'tool', ...placed('tool') }],
    value: value && placed(value),
  }
  const metric = {
    ...{
      name: 'a',
      type: 'counter',
      help: '',
      place: rule.place,
      maxSeries: 1000,
      buckets: [],
      quantiles: [],
      onePer: undefined,
    },
    ...spec,
    rules: [rule],
  }
  const clocks = new Clocks()
  const registry = new Registry({ maxSeries: 1000, own: createOwnMetrics(), clocks, cleanLabel: (text) => text })
  const input = { eventName: placed('event'), eventTime: placed('ts'), timeZone: 'UTC' }
  const report = (problem) => {
    throw new Error(problem.message)
  }
  const mapping = compileMapping({ input, drop: [], metrics: [metric] }, { registry, clocks, countSkip: () => {}, report })
  let ns = 1_767_225_600_000_000_000n
  const rows = EVENTS.map((event, i) => {
    const row = new Row(mapping.slotCount, ORIGIN)
    fillSlots(row, { ...event, tool: `tool ${i % 64}` }, mapping.pathsOf(undefined))
    row.time = () => {
      ns += 1_000_000n
      return ns
    }
    return row
  })
  return { rows, ask: (row) => mapping.apply(row) === 'mapped' }
}

/** Nanoseconds per event, and how many of the events gave something, so that nothing is left out as unused. */
function measured({ rows, ask }) {
  let best = Number.POSITIVE_INFINITY
  let given = 0
  for (let round = 0; round < ROUNDS; round++) {
    given = 0
    const start = process.hrtime.bigint()
    for (let i = 0; i < eventCount; i++) {
      const row = rows[i & 1023]
      row.workLeft = 2000
      const found = ask(row)
      if (found !== undefined && found !== false) given++
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / eventCount)
  }
  return { ns: best, share: given / eventCount }
}

const FIELDS = {
  time: '2026-01-01T00:00:00Z',
  level: 'info',
  event: 'tool_invocation',
  tool: 'bash',
  status: 'ok',
  ms: '1234',
  id: '',
}
const attribute = ([key, text]) => `{"key":"${key}","value":{"stringValue":"${text}"}}`
const record = (fields) =>
  `{"timeUnixNano":"1767225600000000000","eventName":"call","attributes":[${Object.entries(fields).map(attribute)}]}`
const request = (records) => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`
const logfmt = (fields) =>
  Object.entries(fields)
    .map(([name, text]) => `${name}=${text}`)
    .join(' ')

/** What a line of each format is, and how many events it has. */
const FORMATS = [
  ['json', 'json', (fields) => JSON.stringify(fields), 1],
  ['logfmt', 'logfmt', logfmt, 1],
  [
    'regex',
    { regex: ['^(?<time>\\S+) (?<level>\\w+) (?<event>\\w+) tool=(?<tool>\\S+) (?<status>\\w+)'] },
    (fields) => `${fields.time} info tool_invocation tool=bash ok id=${fields.id}`,
    1,
  ],
  ['otlp, a record a line', 'otlp', (fields) => request(record(fields)), 1],
  ['otlp, 100 records a line', 'otlp', (fields) => request(Array(100).fill(record(fields))), 100],
  ['json-documents', 'json-documents', (fields) => JSON.stringify(fields, null, 2), 1],
  ['auto, of JSON', 'auto', (fields) => JSON.stringify(fields), 1],
]

/** Nanoseconds per event: lines of a log, framed already, to events. */
function measuredFormat(spec, lineOf, eventsPerLine) {
  const lines = Array.from({ length: 1024 }, (_, i) => `${lineOf({ ...FIELDS, id: `x${i}` })}\n`)
  const block = Buffer.from(lines.join(''))
  const rounds = Math.max(1, Math.ceil(eventCount / 4 / (lines.length * eventsPerLine)))
  let best = Number.POSITIVE_INFINITY
  let events = 0
  for (let round = 0; round < ROUNDS; round++) {
    events = 0
    const readers = new Map()
    const sink = new MessageStream({
      origin: ORIGIN,
      envelope: 'none',
      format: lineFormatOf(spec),
      maxLineBytes: 8 << 20,
      createFramer: (options) => new LineFramer(options),
      onMessage: (buffer, start, end, _, __, format) => {
        const reader = readers.get(format) ?? format.newReader({ maxValues: 100_000, maxDepth: 256 }, false)
        readers.set(format, reader)
        if (reader.read(buffer, start, end) !== undefined) return
        do events++
        while (reader.next?.())
      },
      onReject: () => {},
    })
    const start = process.hrtime.bigint()
    for (let i = 0; i < rounds; i++) sink.push({ buffer: block, start: 0, end: block.length, offset: i * block.length })
    best = Math.min(best, Number(process.hrtime.bigint() - start) / events)
  }
  return { ns: best, bytes: block.length / lines.length / eventsPerLine }
}

await loadExpressionParser()
console.log(`ns per event, best of ${ROUNDS} rounds of ${eventCount} events, Node ${process.version}`)
for (const [kind, name, spec] of FORMS) {
  const { ns, share } = measured(compiled(kind, spec))
  console.log(`${ns.toFixed(1).padStart(8)}  ${kind}: ${name} (${Math.round(share * 100)} %)`)
}
for (const [name, spec] of METRICS) {
  const { ns, share } = measured(compiledMetric(spec))
  console.log(`${ns.toFixed(1).padStart(8)}  rule: ${name} (${Math.round(share * 100)} %)`)
}
for (const [name, spec, lineOf, eventsPerLine] of FORMATS) {
  const { ns, bytes } = measuredFormat(spec, lineOf, eventsPerLine)
  console.log(`${ns.toFixed(1).padStart(8)}  format: ${name} (${Math.round(bytes)} bytes an event)`)
}
await measureStateful(eventCount, ROUNDS)
await measureMany()
