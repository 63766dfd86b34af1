/** Lines of each format through a stream: however they are cut, killed and taken up again, the same numbers; a batch is in hand whole. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { EventStream } from '../../src/pipeline/event-stream.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'
import { type FormatSpec, lineFormatOf } from '../../src/select/line-format.ts'
import { CriBatch } from '../../src/source/docker/cri-batch.ts'
import { Feed } from '../../src/source/docker/feed.ts'
import { type FeedState, FRESH, pastFeedOf } from '../../src/source/docker/feed-note.ts'
import { LogTimes } from '../../src/source/docker/log-time.ts'
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
    /** Calls, lines that are no event, documents that are torn. */
    counts: () => [
      own.events.at('s', 'mapped').value,
      own.lines.at('s', 'rejected').value,
      own.lines.at('s', 'blank').value,
      own.rejects.at('s', 'torn').value,
    ],
    poison: () => own.rejects.at('s', 'poison').value,
    open: (resumption?: Origin['resumption']) =>
      new EventStream({
        origin: { ...origin, resumption },
        application: { applier },
        guard,
        envelope: 'auto',
        format: lineFormat,
        onFormat: ({ name }, { file }) => told.push(`${file} ${name}`),
        maxLineBytes,
        createFramer: (options) => new LineFramer(options),
      }),
  }
}

const CUTS = fc.array(fc.record({ bytes: fc.nat(300), isKilled: fc.boolean() }), { maxLength: 40 })

type Cuts = readonly { readonly bytes: number; readonly isKilled: boolean }[]

/** What is counted of a log that comes in such pieces; at a kill what the record has is all that is left. */
function countsIn(log: Buffer, format: FormatSpec, cuts: Cuts): number[] {
  const { open, counts, bugs } = reader(format)
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
  return counts()
}

function callsIn(log: Buffer, format: FormatSpec, cuts: Cuts): number {
  return countsIn(log, format, cuts)[0]!
}

/** The same for generations of one log: each is read to its end before the next, a kill leaves the record of all. */
function countsOver(generations: readonly (readonly string[])[], format: FormatSpec, cuts: Cuts): number[] {
  const { open, counts, bugs } = reader(format)
  const logs = generations.map((lines) => Buffer.from(lines.join('')))
  const records = logs.map((): { checkpoint: number; resumption?: Origin['resumption'] } => ({ checkpoint: 0 }))
  const left = [...cuts]
  let upTo = 0
  for (;;) {
    const sinks = records.map(({ resumption }) => open(resumption))
    const offsets = records.map(({ checkpoint }) => checkpoint)
    for (const [i, sink] of sinks.entries()) sink.follow(sinks[i - 1]?.unfinished)
    const push = (i: number, end: number): void => {
      offsets[i] = sinks[i]!.push({ buffer: logs[i]!, start: offsets[i]!, end, offset: offsets[i]! })
    }
    for (let i = 0; i < upTo; i++) push(i, logs[i]!.length)
    let isKilled = false
    while (!isKilled && upTo < logs.length) {
      const log = logs[upTo]!
      const { bytes, isKilled: dies } = left.shift() ?? { bytes: log.length, isKilled: false }
      push(upTo, Math.min(log.length, offsets[upTo]! + bytes))
      if (offsets[upTo]! === log.length) upTo++
      isKilled = dies
    }
    for (const [i, sink] of sinks.entries())
      if (i < upTo || offsets[i]! > 0)
        records[i] = JSON.parse(JSON.stringify({ checkpoint: sink.checkpoint, resumption: sink.resumption }))
    if (upTo === logs.length) break
  }
  expect(bugs).toEqual([])
  return counts()
}

/** At the end of a line: the next one of its stream goes on with it. */
const PART = '¶'
const turns = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 })

/** Lines of both streams of a container, in turn. */
function mixed(out: readonly string[], err: readonly string[], turn: readonly boolean[]): string[] {
  const left = { stdout: [...out], stderr: [...err] }
  const lines: string[] = []
  for (let i = 0; left.stdout.length + left.stderr.length > 0; i++) {
    const stream = left.stderr.length === 0 || (turn[i % turn.length] && left.stdout.length > 0) ? 'stdout' : 'stderr'
    const line = left[stream].shift()!
    lines.push(`2026-01-01T00:00:00Z ${stream} ${line.endsWith(PART) ? 'P' : 'F'} ${line.replace(PART, '')}\n`)
  }
  return lines
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
    [['{"event":"call"}{"event":"call"} {"event":"other"} {', '"event":"call"}{"event":', '"call"}'], 4],
    [['\u001b[1m{', '\u001b[32m"event"\u001b[0m: "call"', '}'], 1],
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
      expect(countsIn(log, 'auto', cuts)).toEqual(countsIn(log, 'auto', []))
      expect(callsIn(log, 'auto', cuts)).toBe(callsIn(log, format, []))
    }),
    { numRuns: 300 },
  )
})

test('what each stream of a container tells first, it writes, however its log is cut, killed or rotated', () => {
  const line = fc.constantFrom(
    '',
    'text',
    'event=call a=1 b=2',
    '{"event":"call"}',
    '{"event":¶',
    '"call"}',
    batch('call', 'call'),
    '{',
    '  "event": "call"',
    '}',
  )
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 10 }),
      fc.array(line, { maxLength: 10 }),
      turns,
      CUTS,
      fc.nat(20),
      (out, err, turn, cuts, at) => {
        const alone = (lines: readonly string[]) =>
          countsIn(Buffer.from(lines.map((one) => `${one}\n`.replace(`${PART}\n`, '')).join('')), 'auto', [])
        const lines = mixed(out, err, turn)
        const ofErr = alone(err)
        const counts = alone(out).map((count, i) => count + ofErr[i]!)
        expect(countsIn(Buffer.from(lines.join('')), 'auto', cuts)).toEqual(counts)
        expect(countsOver([lines.slice(0, at), lines.slice(at)], 'auto', cuts)).toEqual(counts)
      },
    ),
    { numRuns: 300 },
  )
})

test('a document that is open when its log is rotated counts once, where its end is, whatever is killed and when', () => {
  const call = JSON.stringify({ event: 'call', list: [{ text: '}{"\\' }] }, null, 2).split('\n')
  const lines = ['{', '  "event": "call"', '}', '}{', '} text', '{"event":"call"} {"event":"call"}', 'text', ...call]
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...lines), { maxLength: 12 }),
      fc.array(fc.nat(12), { maxLength: 3 }),
      CUTS,
      (chosen, at, cuts) => {
        const ends = [...at.sort((a, b) => a - b), chosen.length]
        const isBare = cuts.length % 2 === 0
        const written = isBare ? chosen.map((one) => `${one}\n`) : mixed(chosen, [], [true])
        const generations = ends.map((end, i) => written.slice(i === 0 ? 0 : ends[i - 1], end))
        expect(countsOver(generations, 'json-documents', cuts)).toEqual(
          countsIn(Buffer.from(written.join('')), 'json-documents', []),
        )
      },
    ),
    { numRuns: 500 },
  )
})

test('a log that begins within an object is one of objects; what the next generation has finished is not joined twice', () => {
  const rotated = [
    ['{\n', '  "event": "call",\n'],
    ['  "a": 1\n', '}\n', '{"event":"call"}\n'],
  ]
  expect(countsOver(rotated, 'auto', [])).toEqual([2, 0, 0, 0])
  const killedAt = (...bytes: number[]): Cuts => bytes.map((one, i) => ({ bytes: one, isKilled: i === bytes.length - 1 }))
  const f = (out: readonly string[], err: readonly string[], at: number, cuts: Cuts): void => {
    const lines = mixed(out, err, [false])
    expect(countsOver([lines.slice(0, at), lines.slice(at)], 'auto', cuts)).toEqual(
      countsIn(Buffer.from(lines.join('')), 'auto', []),
    )
  }
  // The next generation tore a document of the one before, in which another is still open.
  f(['{', '', batch('call', 'call'), ''], ['{', '', ''], 5, killedAt(32, 125, 124))
  // A message that began in the one before is the first line of a document that is open.
  f(['', '', '{', '{"event":¶', '{"event":¶', '"call"}', ''], ['', '', '', '', ''], 9, killedAt(31, 258, 78))
  f([], ['', '', '', '{', '', '{"event":¶', '', ''], 6, [])
})

test('history that is skipped tells nothing of what comes', () => {
  const skipped = '{"event":"call"}\n'
  const log = Buffer.from(`${skipped}text\nevent=call a=1 b=2\nevent=call\n`)
  const { open, calls, told } = reader('auto')
  const first = open({ appliedBytes: skipped.length, formats: {} })
  first.push({ buffer: log, start: skipped.length, end: skipped.length + 5, offset: skipped.length })
  const again = open(JSON.parse(JSON.stringify(first.resumption)))
  again.push({ buffer: log, start: first.checkpoint, end: log.length, offset: first.checkpoint })
  expect([calls(), told]).toEqual([2, ['/a logfmt']])
})

describe("over Docker's interface", () => {
  const ID = `${'c'.repeat(64)}:stdout`

  /** A daemon that has frames, each with a second of its own, and gives what a feed asks for. */
  function daemon(format: FormatSpec) {
    const { open, counts, bugs } = reader(format)
    const batch = new CriBatch()
    const cells = { taken: { value: 0 }, replayed: { value: 0 }, parts: { value: 0 }, gaps: { value: 0 } }
    const times = new LogTimes()
    const feedAt = (state: FeedState): Feed => {
      const origin = { source: 's', log: ID, file: '', stream: 'stdout', fields: {}, envelope: 'cri' as const }
      const bounds = { skipBefore: '', primeBefore: '', liveFrom: '' }
      return new Feed({ id: ID, origin, state, open: ({ resumption }) => open(resumption), batch, counts: cells, ...bounds })
    }
    const give = (feed: Feed, frames: readonly string[], isFlushed: (i: number) => boolean): void => {
      feed.cursor.connect(feed.since(''), feed.cursor.echo)
      for (const [i, text] of frames.entries()) {
        const timeText = new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString().replace('Z', '000000Z')
        const time = times.parse(timeText)!
        const buffer = Buffer.from(text)
        if (time >= feed.since('')) feed.take({ stream: 'stdout', timeText, time, buffer, start: 0, end: buffer.length })
        if (isFlushed(i)) batch.flush()
      }
      batch.flush()
    }
    const again = ({ position }: Feed): Feed =>
      feedAt(pastFeedOf({ id: ID, checkpoint: position.checkpoint, note: position.note() })!.state)
    return { feedAt, give, again, counts, bugs, gaps: () => cells.gaps.value }
  }

  test('what a stream was found to be stays, also when it rests and in the next process', () => {
    const { feedAt, give, again, counts } = daemon('auto')
    const frames = ['event=call a=1 b=2\n', '{"event":"call"}\n', '{"event":"call"}\n', 'event=call\n']
    const first = feedAt(FRESH)
    give(first, frames.slice(0, 1), () => true)
    first.rest()
    give(first, frames.slice(0, 2), () => true)
    const next = again(first)
    give(next, frames, () => true)
    expect(counts()).toEqual([2, 2, 0, 0])
  })

  test('a document that is open when the process is killed counts once', () => {
    const frames = [
      '{\n',
      '  "event": "call"\n',
      '}\n',
      '}{\n',
      'text\n',
      '{"event":"call"}\n',
      '{\n  "event":\n',
      '"call"}\n',
      '{"event":',
      '\n',
    ]
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...frames), { maxLength: 30 }),
        fc.array(fc.nat(30), { maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
        (chosen, kills, flushes) => {
          const isFlushed = (i: number): boolean => flushes[i % flushes.length]!
          const whole = daemon('json-documents')
          whole.give(whole.feedAt(FRESH), chosen, isFlushed)
          const { feedAt, give, again, counts, bugs, gaps } = daemon('json-documents')
          let feed = feedAt(FRESH)
          for (const end of [...kills].sort((a, b) => a - b)) {
            give(feed, chosen.slice(0, end), isFlushed)
            feed = again(feed)
          }
          give(feed, chosen, isFlushed)
          expect([counts(), bugs, gaps()]).toEqual([whole.counts(), [], 0])
        },
      ),
      { numRuns: 500 },
    )
  })
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
