/** Lines of each format through a stream: however they are cut, killed and taken up again, the same numbers; a batch is in hand whole. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { EventStream } from '../../src/pipeline/event-stream.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'
import { type FormatSpec, lineFormatOf } from '../../src/select/line-format.ts'
import type { Origin } from '../../src/source/source.ts'
import { loaded, scratchFolder } from '../config/loading.ts'

const MAPPING = 'version: 1\nmetrics: [{ name: calls_total, type: counter, event: call }]\n'

const folder = scratchFolder()
afterAll(folder.remove)
const { config } = await loaded([folder.write('m.yaml', MAPPING)])

const record = (event: string) => `{"eventName":"${event}"}`
const batch = (...events: string[]) => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${events.map(record).join()}]}]}]}`
/** Of each format: lines, and how often `call` is in each. */
const LINES: readonly (readonly [FormatSpec, readonly (readonly [line: string, calls: number])[]])[] = [
  [
    'logfmt',
    [
      ['event=call', 1],
      ['event="call" x="a b"\r', 1],
      ['event=call x="', 0],
      ['text', 0],
      ['', 0],
      ['event=other', 0],
    ],
  ],
  [
    { regex: ['^(?<event>call) ', '^(?<event>\\w+)$'] },
    [
      ['call x', 1],
      ['call', 1],
      ['other', 0],
      ['?', 0],
      ['', 0],
    ],
  ],
  [
    'otlp',
    [
      [batch('call', 'other', 'call'), 2],
      [batch(), 0],
      [batch('call'), 1],
      ['{"resourceLogs":[', 0],
      ['{"event":"call"}', 0],
    ],
  ],
]

function reader(format: FormatSpec, mayEnter: (text: string) => boolean = () => true, maxLineBytes = 1000) {
  const { mappings, own, registry, sightings, cleanLabel } = compilePlan(config, () => {})
  const mapping = mappings.ofSource('s')
  const bugs: unknown[] = []
  const onBug = (error: unknown): void => void bugs.push(error)
  const common = { mapping, own, cleanLabel, sightings, births: registry.births, wallClockMs: Date.now, onBug }
  const origin: Origin = { source: 's', log: 'l', file: '/a', stream: '', fields: {} }
  const applier = new LineApplier({ ...common, source: 's', bounds: { maxValues: 100, maxDepth: 10 } }, origin)
  const guard = { enter: (_: Origin, line: Uint8Array) => mayEnter(Buffer.from(line).toString()), leave: () => {} }
  const lineFormat = lineFormatOf(format)
  const told: string[] = []
  return {
    told,
    bugs,
    own,
    mapping,
    calls: () => own.events.at('s', 'mapped').value,
    poison: () => own.rejects.at('s', 'poison').value,
    open: (resumption: Origin['resumption']) =>
      new EventStream({
        origin: { ...origin, resumption },
        application: { applier },
        guard,
        envelope: 'auto',
        format: lineFormat,
        onFormat: (name, { file }) => told.push(`${file} ${name}`),
        maxLineBytes,
        createFramer: (options) => new LineFramer(options),
      }),
  }
}

const CUTS = fc.array(fc.record({ bytes: fc.nat(300), isKilled: fc.boolean() }), { maxLength: 40 })

/** Calls that are counted of a log that comes in such pieces; at a kill what the record has is all that is left. */
function callsIn(
  log: Buffer,
  format: FormatSpec,
  cuts: readonly { readonly bytes: number; readonly isKilled: boolean }[],
): number {
  const { open, calls, bugs } = reader(format)
  let sink = open(undefined)
  let at = 0
  for (const { bytes, isKilled } of [...cuts, { bytes: log.length, isKilled: false }]) {
    const end = Math.min(log.length, at + bytes)
    at = sink.push({ buffer: log, start: at, end, offset: at })
    if (!isKilled) continue
    at = sink.checkpoint
    sink = open(sink.resumption)
  }
  expect(bugs).toEqual([])
  return calls()
}

test('any cut and any kill gives the calls that the lines have', () => {
  for (const [format, lines] of LINES) {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 12 }), CUTS, (chosen, cuts) => {
        const log = Buffer.from(chosen.map(([line]) => `${line}\n`).join(''))
        expect(callsIn(log, format, cuts)).toBe(chosen.reduce((sum, [, count]) => sum + count, 0))
      }),
      { numRuns: 60 },
    )
  }
})

test('documents count once each, whatever stands between them, of each stream, however the log is cut or killed', () => {
  const call = JSON.stringify({ event: 'call', list: [{ text: '}{"\\' }] }, null, 2).split('\n')
  /** Lines, and the calls in them if nothing of it is torn. */
  const blocks: readonly (readonly [lines: readonly string[], calls: number])[] = [
    [call, 1],
    [['{"event":"call"}'], 1],
    [call.slice(0, 3), 0],
    [call.slice(2), 0],
    [['  "x": {"event":"call"}', 'text', ''], 0],
    [['{', `  "event": "call", "long": "${'x'.repeat(990)}"`, '}'], 0],
    [['{', '  "event": call', '}'], 0],
  ]
  // A torn one takes in what follows, up to the next bracket in column 1: so each is followed by a whole one that begins so.
  const block = fc.constantFrom(...blocks)
  const wrapped = (stream: string) => (line: string) => `2026-01-01T00:00:00Z ${stream} F ${line}\n`
  fc.assert(
    fc.property(
      fc.array(block, { maxLength: 6 }),
      fc.array(block, { maxLength: 6 }),
      fc.infiniteStream(fc.boolean()),
      CUTS,
      (a, b, order, cuts) => {
        const separated = (of: typeof blocks) => of.flatMap(([lines]) => [...lines, '{"event":"call"}'])
        const calls = (of: typeof blocks) => of.reduce((sum, [, count]) => sum + count + 1, 0)
        const bare = Buffer.from(
          separated(a)
            .map((line) => `${line}\n`)
            .join(''),
        )
        expect(callsIn(bare, 'json-documents', cuts)).toBe(calls(a))
        const left = { out: separated(a).map(wrapped('stdout')), err: separated(b).map(wrapped('stderr')) }
        const mixed: string[] = []
        while (left.out.length + left.err.length > 0) mixed.push((order.next().value ? left.out : left.err).shift() ?? '')
        expect(callsIn(Buffer.from(mixed.join('')), 'json-documents', cuts)).toBe(calls(a) + calls(b))
      },
    ),
    { numRuns: 200 },
  )
})

test('what the first line that tells is, the log is, however it is cut or killed', () => {
  const told: readonly (readonly [line: string, format: FormatSpec | undefined])[] = [
    ['', undefined],
    ['Starting up, port=80', undefined],
    [`# ${'x'.repeat(900)}`, undefined],
    ['event=call a=1 b=2', 'logfmt'],
    ['{"event":"call"}', 'json'],
    ['a=1 b=2 c=3 {"event":"call"}', 'json'],
    [batch('call', 'call'), 'otlp'],
    ['{', 'json-documents'],
    ['}', undefined],
    ['  "event": "call"', undefined],
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...told), { maxLength: 15 }), CUTS, (chosen, cuts) => {
      const log = Buffer.from(chosen.map(([line]) => `${line}\n`).join(''))
      const format = chosen.find(([, tells]) => tells !== undefined)?.[1] ?? 'json'
      expect(callsIn(log, 'auto', cuts)).toBe(callsIn(log, format, []))
    }),
    { numRuns: 300 },
  )
})

test('what was found out is told once, unless it is JSON', () => {
  const toldOf = (line: string): readonly string[] => {
    const { open, told } = reader('auto')
    const log = Buffer.from(`text\n${line}\n${line}\n`)
    const sink = open(undefined)
    for (const end of [3, 8, log.length]) sink.push({ buffer: log, start: sink.checkpoint, end, offset: sink.checkpoint })
    return told
  }
  expect([toldOf('a=1 b=2 c=3'), toldOf(batch('call')), toldOf('{}')]).toEqual([['/a logfmt'], ['/a otlp'], []])
})

test('a batch that is poison is left out whole, and counted once', () => {
  const { open, calls, poison } = reader('otlp', (text) => !text.includes('bad'))
  const log = Buffer.from(`${batch('call', 'bad', 'call')}\n${batch('call', 'call')}\n`)
  open(undefined).push({ buffer: log, start: 0, end: log.length, offset: 0 })
  expect([calls(), poison()]).toEqual([2, 1])
})

test('a bug that one record meets takes no other with it, and is told once for the line', () => {
  const { open, calls, own, mapping, bugs } = reader('otlp')
  const apply = mapping.apply.bind(mapping)
  vi.spyOn(mapping, 'apply').mockImplementation((row) => {
    if (row.name === 'bad') throw new Error('a bug')
    return apply(row)
  })
  const log = Buffer.from(`${batch('bad', 'call', 'bad', 'call')}\n${batch('call')}\n`)
  open(undefined).push({ buffer: log, start: 0, end: log.length, offset: 0 })
  expect([calls(), own.rejects.at('s', 'internal').value, own.lines.at('s', 'rejected').value, bugs.length]).toEqual([3, 1, 1, 1])
})

test('names that nobody waits for do not keep the long lines alive that they stood in', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { open } = reader('logfmt', undefined, 4_000_000)
  const sink = open(undefined)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let i = 0, offset = 0; i < 50; i++) {
    const log = Buffer.from(`event=some_unknown_name_${i} text=${'x'.repeat(2_000_000)}\n`)
    offset = sink.push({ buffer: log, start: 0, end: log.length, offset })
  }
  collect()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000)
})
