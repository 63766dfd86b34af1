/** Whatever an adversary writes where a format is expected: no exception, each line counted once, time in proportion to the bytes, no memory kept. */
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { workFor, workForShare } from '../../src/decode/row.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { EventStream } from '../../src/pipeline/event-stream.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'
import { type FormatSpec, lineFormatOf } from '../../src/select/line-format.ts'
import type { Origin } from '../../src/source/source.ts'
import { loaded, scratchFolder } from '../config/loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)
const MAPPING = `version: 1
metrics:
  - { name: calls_total, type: counter, event: call, labels: { a: a, b: 'attributes.b', c: $.resource.c.0.d } }
  - { name: any_total, type: counter, where: { none: [{ a: { regex: '^(a+)+$' } }], expr: 'size(event) >= 0' } }
`
const { config } = await loaded([folder.write('m.yaml', MAPPING)])
const MAX_LINE_BYTES = 8 * 1024 * 1024
const ORIGIN: Origin = { source: 's', log: 'l', file: '/a', stream: '', fields: {} }
const REGEX = { regex: ['^(?<event>call) a=(?<a>.*)$', '^(?<a>(x+x+)+y)$', '(?<event>\\w+).*(?<a>"[^"]*")'] }
const FORMATS: readonly FormatSpec[] = ['logfmt', REGEX, 'otlp', 'json-documents', 'auto', 'json']

function opened(format: FormatSpec) {
  const { mappings, own, registry, sightings, cleanLabel } = compilePlan(config, () => {})
  const bugs: unknown[] = []
  const { lineValues: maxValues, lineDepth: maxDepth } = config.limits
  const common = { own, cleanLabel, sightings, births: registry.births, wallClockMs: Date.now }
  const applier = new LineApplier(
    {
      ...common,
      source: 's',
      mapping: mappings.ofSource('s'),
      bounds: { maxValues, maxDepth },
      onBug: (error) => bugs.push(error),
    },
    ORIGIN,
  )
  const sink = new EventStream({
    origin: ORIGIN,
    application: { applier },
    envelope: 'auto',
    format: lineFormatOf(format),
    maxLineBytes: MAX_LINE_BYTES,
    createFramer: (options) => new LineFramer(options),
  })
  const lines = () => ['event', 'blank', 'rejected'].map((outcome) => own.lines.at('s', outcome).value)
  return { sink, lines, bugs }
}

const OTLP_HEAD = '{"resourceLogs":[{"scopeLogs":[{"logRecords":['
/** A head, and what is written again and again behind it. */
const SHAPES: readonly (readonly [head: string, part: string])[] = [
  ['', 'a='],
  ['a=1 b=2 c=3 ', 'k=v '],
  ['', 'a="\\"'],
  ['event=call a="', '\\u00e9'],
  ['', '"'],
  ['call a=', 'x'],
  ['', 'x y="'],
  ['', '[{"a":'],
  ['{', '"a":[{'],
  ['', '{}'],
  ['{"a":"', '}{'],
  ['', '\u001b['],
  [OTLP_HEAD, '{},'],
  [`${OTLP_HEAD}{"attributes":[`, '{"key":"a","value":{"intValue":"1"}},'],
  [`${OTLP_HEAD}{"body":`, '{"kvlistValue":{"values":[{"key":"a","value":'],
  [`${OTLP_HEAD}{"body":{"stringValue":"`, 'x'],
  ['{"resourceLogs":', '['],
]

test.each(FORMATS.map((format) => [JSON.stringify(format), format] as const))(
  '%s: a line of 8 MiB of any shape takes less than three seconds',
  (_, format) => {
    for (const [head, part] of SHAPES) {
      const log = Buffer.from(`${(head + part.repeat(MAX_LINE_BYTES / part.length)).slice(0, MAX_LINE_BYTES)}\n`)
      const { sink, bugs } = opened(format)
      const started = performance.now()
      sink.push({ buffer: log, start: 0, end: log.length, offset: 0 })
      sink.end({ buffer: log, start: log.length, end: log.length, offset: log.length })
      expect([head, part, performance.now() - started < 3000, bugs]).toEqual([head, part, true, []])
    }
  },
  60_000,
)

test('a million brackets, each on a line of its own, take no longer than other lines', () => {
  const { sink, lines } = opened('json-documents')
  const log = Buffer.from('{\n'.repeat(1_000_000))
  const started = performance.now()
  for (let at = 0; at < log.length; )
    at = sink.push({ buffer: log, start: at, end: Math.min(log.length, at + 65_536), offset: at })
  expect(performance.now() - started).toBeLessThan(10_000)
  expect(lines()).toEqual([0, 0, 999_999])
})

test('documents that never end keep no more than a line may hold', () => {
  const { sink, lines } = opened('json-documents')
  const log = Buffer.from(`{\n${`"${'x'.repeat(1_000_000)}":1,\n`.repeat(8)}`)
  let offset = 0
  for (let i = 0; i < 5; i++) {
    sink.push({ buffer: log, start: 0, end: log.length, offset })
    offset += log.length
  }
  expect(offset - sink.checkpoint).toBeLessThanOrEqual(log.length)
  expect(lines()[2]).toBeGreaterThanOrEqual(4)
})

test('100,000 names that are all of one shape are told apart in no more than linear time', () => {
  const { sink, lines } = opened('logfmt')
  const pairs = (name: (i: number) => string) => Array.from({ length: 99_000 }, (_, i) => `${name(i)}=1`).join(' ')
  const started = performance.now()
  const all = [pairs((i) => `${i}`), pairs((i) => `a${i}`), pairs((i) => `${'x'.repeat(20)}${i}`), pairs((i) => `${i * 2 ** 24}`)]
  const log = Buffer.from(`${all.join('\n')}\n`)
  sink.push({ buffer: log, start: 0, end: log.length, offset: 0 })
  expect(performance.now() - started).toBeLessThan(5000)
  expect(lines()).toEqual([4, 0, 0])
})

const piece = fc.oneof(
  fc.constantFrom(
    ...['{', '}', '[', ']', '"', '\\', '=', ':', ',', ' ', '\t', '\u0000', '\u001b[1m', '\ufeff', 'a', '1', 'null', 'event=call'],
    ...[
      '{"resourceLogs":[',
      '{"scopeLogs":[',
      '{"logRecords":[',
      '{"attributes":[{"key":"b","value":',
      '{"intValue":"',
      '"}',
      ']}',
    ],
    ...['{"event":"call"}', '{"kvlistValue":{"values":', '__proto__', '"__proto__":', '2026-01-01T00:00:00Z stdout F ', ' P '],
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
)
const line = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('').replaceAll('\n', ''))

test('lines of anything are each one outcome, and no bug', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FORMATS), fc.array(line, { maxLength: 15 }), fc.array(fc.nat(60)), (format, lines, cuts) => {
      const log = Buffer.from(lines.map((one) => `${one}\n`).join(''))
      const { sink, lines: outcomes, bugs } = opened(format)
      let at = 0
      for (const bytes of [...cuts, log.length])
        at = sink.push({ buffer: log, start: at, end: Math.min(log.length, at + bytes), offset: at })
      sink.end({ buffer: log, start: at, end: log.length, offset: at })
      expect(bugs).toEqual([])
      const isOneEach = format !== 'json-documents' && format !== 'auto' && !/[PF] /.test(log.toString())
      if (isOneEach) expect(outcomes().reduce((sum, count) => sum + count, 0)).toBe(lines.length)
      expect(({} as { b?: unknown }).b).toBeUndefined()
    }),
    { numRuns: 1500 },
  )
})

test('what expressions may do for a line is shared among its events, but for a little that each has', () => {
  expect(workForShare(1000, 1)).toBe(workFor(1000))
  expect(workForShare(1000, 10)).toBe(workFor(1000) / 10)
  expect(workForShare(1000, 1_000_000)).toBe(200)
  // However many records a line has: each takes three bytes of it at least.
  for (const bytes of [100, 10_000, MAX_LINE_BYTES])
    for (const events of [1, 7, bytes / 3]) expect(events * workForShare(bytes, events)).toBeLessThan(workFor(bytes) + 70 * bytes)
})
