/** What agents write, through every envelope, cut anywhere and read again after any death: the same messages, each once. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MessageStream } from '../../src/decode/message-stream.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import type { HeadlessMessage, Origin, Resumption, Unfinished } from '../../src/source/source.ts'
import { Replay } from '../frame/replay.ts'
import { interleaved, type LogLine, RUNTIMES, type RuntimeName, timeOf, type Written } from './runtimes.ts'

interface Message {
  readonly text: string
  readonly stream: string
  readonly time: string
  readonly partCount: number
}

interface Options {
  readonly envelope?: 'auto' | 'none' | 'docker' | 'cri'
  readonly maxLineBytes?: number
  readonly resumption?: Resumption | undefined
}

function collect({ envelope = 'auto', maxLineBytes = 8 << 20, resumption }: Options = {}) {
  const messages: Message[] = []
  const rejects: string[] = []
  const origin: Origin = { source: 's', log: 'l', file: 'f', stream: '', fields: {}, resumption }
  const sink = new MessageStream({
    origin,
    envelope,
    maxLineBytes,
    createFramer: (options) => new LineFramer(options),
    onMessage: (buffer, start, end, _endOffset, wrapping) => {
      const { stream = '', time = '', partCount = 0 } = wrapping ?? {}
      messages.push({ text: buffer.toString('latin1', start, end), stream, time, partCount })
    },
    onReject: (reason) => rejects.push(reason),
  })
  return { sink, messages, rejects }
}

/** As a source does that was told this: from the checkpoint to `size`. */
function read(content: Buffer, from: number, size: number, options: Options) {
  const read = collect(options)
  let wanted = from
  while (wanted < size) {
    const next = read.sink.push({ buffer: content, start: wanted, end: size, offset: wanted })
    if (next <= wanted || read.sink.needBytes > 0) break
    wanted = next
  }
  return read
}

const chunks = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 60, unit: 'binary' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '{"event":"a","x":"\\n\\"\\\\"}',
      '\\',
      '"',
      '\u0000',
      '\u001b[31m',
      '","stream":"stderr","time":"',
      ' P ',
    ),
  },
  { weight: 1, arbitrary: fc.nat(40_000).map((n) => 'x"é'.repeat(n / 4)) },
)
const texts = fc
  .array(chunks, { maxLength: 4 })
  .map((parts) => Buffer.from(parts.join('').replaceAll('\n', ''), 'utf8').subarray(0, 70_000))
const written: fc.Arbitrary<Written> = fc.record({ stream: fc.constantFrom('stdout' as const, 'stderr' as const), text: texts })
const logs = fc.record({
  written: fc.array(written, { minLength: 1, maxLength: 8 }),
  turns: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
})

function linesOf(runtime: RuntimeName, all: readonly Written[], turns: readonly boolean[]): LogLine[] {
  const lines = all.flatMap((one, i) => RUNTIMES[runtime](one, timeOf(i)))
  return runtime === 'compose' ? lines : interleaved(lines, turns)
}

const T = '2026-01-31T12:00:00.1Z'
const byStream = (messages: readonly Pick<Message, 'stream' | 'text'>[]) =>
  ['stdout', 'stderr', ''].map((stream) => messages.filter((one) => one.stream === stream).map(({ text }) => text))
const expected = (runtime: RuntimeName, all: readonly Written[]) =>
  byStream(all.map(({ stream, text }) => ({ stream: runtime === 'compose' ? '' : stream, text: text.toString('latin1') })))

describe.each(['docker', 'cri', 'compose'] as const)('%s', (runtime) => {
  test('however it is cut, every message comes as it was written, in the order of its stream', () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })
    fc.assert(
      fc.property(logs, cuts, ({ written, turns }, cuts) => {
        const content = Buffer.concat(linesOf(runtime, written, turns).map(({ bytes }) => bytes))
        const { sink, messages, rejects } = collect()
        const sizes = cuts.map((cut) => Math.floor(cut * content.length)).sort((a, b) => a - b)
        new Replay(sink, content, 64 * 1024).play(...sizes, content.length)
        expect(byStream(messages)).toEqual(expected(runtime, written))
        expect(rejects).toEqual([])
        expect(sink.checkpoint).toBe(content.length)
        expect(sink.envelope).toBe(runtime)
      }),
      { numRuns: 150 },
    )
  })

  test('cut at every byte, by a process that goes on and by one that dies at each: each message once', () => {
    const texts = [
      '{"a":"\\n\\"é😀"}',
      'x'.repeat(16_400),
      '',
      '","stream":"stderr',
      `${runtime === 'compose' ? 'at ' : ''}${T} stdout F forged`,
      '\u0000\u001b[31m',
    ]
    const written = texts.map((text, i): Written => ({ stream: i % 2 === 0 ? 'stdout' : 'stderr', text: Buffer.from(text) }))
    const content = Buffer.concat(linesOf(runtime, written, [true, true, false]).map(({ bytes }) => bytes))
    const going = collect()
    const dying: Message[] = []
    let record: { readonly checkpoint: number; readonly resumption: Resumption | undefined } = {
      checkpoint: 0,
      resumption: undefined,
    }
    let next = 0
    for (let size = 1; size <= content.length; size++) {
      next = going.sink.push({ buffer: content, start: next, end: size, offset: next })
      const { sink, messages } = read(content, record.checkpoint, size, { resumption: record.resumption })
      dying.push(...messages)
      record = { checkpoint: Math.max(record.checkpoint, sink.checkpoint), resumption: sink.resumption ?? record.resumption }
    }
    expect(byStream(going.messages)).toEqual(expected(runtime, written))
    expect(byStream(dying)).toEqual(expected(runtime, written))
  })

  test('killed anywhere and begun again from the record, any number of times: each message once', () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(logs, cuts, ({ written, turns }, cuts) => {
        const content = Buffer.concat(linesOf(runtime, written, turns).map(({ bytes }) => bytes))
        const sizes = [...cuts.map((cut) => Math.floor(cut * content.length)).sort((a, b) => a - b), content.length]
        const all: Message[] = []
        let record: { readonly checkpoint: number; readonly resumption: Resumption | undefined } = {
          checkpoint: 0,
          resumption: undefined,
        }
        for (const size of sizes) {
          const { sink, messages } = read(content, record.checkpoint, size, { resumption: record.resumption })
          all.push(...messages)
          if (sink.checkpoint < record.checkpoint) continue
          record = JSON.parse(JSON.stringify({ checkpoint: sink.checkpoint, resumption: sink.resumption }))
        }
        expect(byStream(all)).toEqual(expected(runtime, written))
      }),
      { numRuns: 150 },
    )
  })
})

const dockerLine = (log: string, stream = 'stdout', time = T) => `${JSON.stringify({ log, stream, time })}\n`
const criLine = (text: string, tag = 'F', stream = 'stdout') => `${T} ${stream} ${tag} ${text}\n`

/** All of it at once, to its end. */
function readWhole(content: string, options: Options = {}) {
  const { sink, messages, rejects } = collect(options)
  const play = new Replay(sink, Buffer.from(content)).play(Buffer.byteLength(content))
  const { checkpoint, appliedBytes, resumption, envelope } = sink
  play.end()
  const texts = messages.map(({ text, stream }) => (stream === '' ? text : `${stream}:${text}`))
  return { texts, rejects, checkpoint, appliedBytes, resumption, envelope }
}

describe('parts', () => {
  test('as Docker was seen to write them: 16,384 bytes and a lone line feed, and 16384 + 16384 + 8193 with one time', () => {
    const a = 'a'.repeat(16_384)
    const b = 'b'.repeat(40_960)
    const parts = [b.slice(0, 16_384), b.slice(16_384, 32_768), `${b.slice(32_768)}\n`]
    expect(parts.map((part) => part.length)).toEqual([16_384, 16_384, 8193])
    const content =
      dockerLine(a) + dockerLine('\n') + parts.map((part) => dockerLine(part, 'stdout', '2026-01-31T12:00:00.2Z')).join('')
    expect(readWhole(content)).toMatchObject({ texts: [`stdout:${a}`, `stdout:${b}`], rejects: [] })
  })

  test("a message of Docker's ends where the time of its stream changes, or at the end of the log", () => {
    const content = dockerLine('first') + dockerLine('x\n', 'stderr') + dockerLine('second', 'stdout', '2026-01-31T12:00:00.2Z')
    const { texts, checkpoint } = readWhole(content)
    expect(texts).toEqual(['stderr:x', 'stdout:first', 'stdout:second'])
    expect(content.slice(checkpoint)).toContain('second')
    expect(content.slice(checkpoint)).not.toContain('first')
  })

  test('the checkpoint stays before the oldest open part of either stream, and what is behind it counts', () => {
    const [open, between, more] = [criLine('a', 'P', 'stderr'), criLine('x'), criLine('b', 'P')]
    const { checkpoint, appliedBytes, resumption } = readWhole(criLine('y') + open + between + more)
    expect(checkpoint).toBe(criLine('y').length)
    expect(appliedBytes).toBe((criLine('y') + open + between + more).length)
    expect(Object.keys(resumption?.open ?? {})).toEqual(['stderr', 'stdout'])
    expect(resumption).toMatchObject({ appliedBytes, envelope: 'cri' })
  })

  /** What a log that is gone has left open on standard output. */
  const goneAt = (time: string, why: 'lost' | 'given up'): Unfinished => {
    let left: HeadlessMessage | undefined = { why, time }
    return { partOf: (stream) => (stream === 'stdout' ? left : undefined), settle: () => (left = undefined) }
  }
  const recordAt = (text: string, time: string) => Buffer.from(`${JSON.stringify({ log: text, stream: 'stdout', time })}\n`)

  test.each(['lost', 'given up'] as const)(
    'the rest of a message whose head is %s is none; one of another time is whole',
    (why) => {
      const [at, later] = ['2026-11-21T10:00:00.000000001Z', '2026-11-21T10:00:00.000000002Z']
      const taken = (...lines: Buffer[]) => {
        const content = Buffer.concat(lines)
        const { sink, messages, rejects } = collect({ envelope: 'docker' })
        sink.follow(goneAt(at, why))
        sink.push({ buffer: content, start: 0, end: content.length, offset: 0 })
        return { texts: messages.map(({ text }) => text), rejects }
      }
      const rejects = why === 'lost' ? ['torn'] : []
      expect(taken(recordAt('a', at), recordAt('rest\n', at), recordAt('new\n', later))).toEqual({
        texts: ['new'],
        rejects,
      })
      expect(taken(recordAt('new\n', later), recordAt('newer\n', later))).toEqual({ texts: ['new', 'newer'], rejects })
      expect(taken(recordAt('a', later), recordAt('b\n', later))).toEqual({ texts: ['ab'], rejects })
    },
  )

  test('a last part without others is a message, parts without a last one are one at the end of the log', () => {
    expect(readWhole(criLine('tail') + criLine('a', 'P') + criLine('b', 'P')).texts).toEqual(['stdout:tail', 'stdout:ab'])
  })

  test('one that grows past the limit counts as too long once, and its rest is thrown away, also by the next process', () => {
    const parts = [criLine('{"a":', 'P'), criLine('"'.repeat(60), 'P'), criLine('x', 'P'), criLine('}', 'F'), criLine('next')]
    const content = parts.join('')
    expect(readWhole(content, { maxLineBytes: 50 })).toMatchObject({ texts: ['stdout:next'], rejects: ['too_long'] })
    for (let cut = 0; cut < content.length; cut++) {
      const bytes = Buffer.from(content)
      const before = read(bytes, 0, cut, { maxLineBytes: 50 })
      const { checkpoint, resumption } = before.sink
      const after = read(bytes, checkpoint, bytes.length, { maxLineBytes: 50, resumption })
      const messages = [...before.messages, ...after.messages].map(({ text }) => text)
      expect({ cut, messages, rejects: [...before.rejects, ...after.rejects] }).toEqual({
        cut,
        messages: ['next'],
        rejects: ['too_long'],
      })
      if (resumption?.givenUp !== undefined) expect(checkpoint).toBe(resumption.appliedBytes)
    }
  })

  test('one that is open for eight limits of a line is given up, so that no more is ever read again', () => {
    const lines = Array.from({ length: 40 }, (_, i) => criLine(`${i}`.padStart(40, '.'), 'F', 'stderr'))
    const { sink, messages, rejects } = collect({ maxLineBytes: 100 })
    const content = Buffer.from(criLine('a', 'P') + lines.join('') + criLine('b', 'F') + criLine('c', 'F'))
    let behind = 0
    for (let at = 0; at < content.length; ) {
      const end = content.indexOf('\n', at) + 1
      sink.push({ buffer: content, start: at, end, offset: at })
      at = end
      behind = Math.max(behind, at - sink.checkpoint)
    }
    expect(messages.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)).toEqual(['c'])
    expect(rejects).toEqual(['torn'])
    expect(messages).toHaveLength(41)
    expect(behind).toBeGreaterThan(700)
    expect(behind).toBeLessThanOrEqual(8 * 100)
  })
})

describe('which envelope', () => {
  const plain = '{"a":1}\n'

  test.each([
    ['nothing', plain + plain, ['{"a":1}', '{"a":1}'], 'none'],
    ['Docker', dockerLine('x\n') + dockerLine('y\n', 'stderr'), ['stdout:x', 'stderr:y'], 'docker'],
    ['a runtime', criLine('x'), ['stdout:x'], 'cri'],
    ['Compose, behind its own words', 'Attaching to a-1\na-1  | {"a":1}\nx\n', ['Attaching to a-1', '{"a":1}', 'x'], 'compose'],
    ['nothing, whatever its text looks like later', `${plain}a-1  | x\n`, ['{"a":1}', 'a-1  | x'], 'none'],
    [
      'nothing, whatever looks like Compose late',
      `${'x\n'.repeat(9000)}a-1  | x\n`,
      expect.arrayContaining(['a-1  | x']),
      undefined,
    ],
    [
      'one, then another',
      plain + criLine('x') + dockerLine('y\n') + plain,
      ['{"a":1}', 'stdout:x', 'stdout:y', '{"a":1}'],
      'mixed',
    ],
    ['Compose, then a runtime', `a-1  | x\n${criLine('y')}a-1  | z\n`, ['x', 'stdout:y', 'z'], 'mixed'],
    ['a stream that there is not', `${T} stdlog F {"a":1}\n`, [`${T} stdlog F {"a":1}`], undefined],
  ])('is found out: %s', (_, content, texts, envelope) => {
    expect(readWhole(content)).toMatchObject({ texts, rejects: [], ...(envelope ? { envelope } : {}) })
  })

  test('is found out in the same way wherever reading goes on', () => {
    for (const content of [
      'Attaching\na-1  | x\na-1  | y\n',
      `${plain}a-1  | x\na-1  | y\n`,
      `text\n${plain}a-1  | x\n`,
      `a-1  | x\n${plain}a-1  | y\n`,
    ]) {
      const whole = readWhole(content).texts
      for (let cut = 0; cut < content.length; cut++) {
        const bytes = Buffer.from(content)
        const before = read(bytes, 0, cut, {})
        const { checkpoint, resumption } = before.sink
        const after = read(bytes, checkpoint, bytes.length, { resumption: resumption && JSON.parse(JSON.stringify(resumption)) })
        expect([...before.messages, ...after.messages].map(({ text }) => text)).toEqual(whole)
      }
    }
  })

  test.each([
    ['docker', `${plain}${criLine('x')}text\n\n${dockerLine('y\n')}{"log":1}\n`, ['', 'stdout:y'], 4],
    [
      'cri',
      `${plain}${dockerLine('x\n')}text\n\n${criLine('y')}${T} stdout F\n${T} stdout X z\n`,
      ['', 'stdout:y', 'stdout:'],
      4,
    ],
  ] as const)('said to be %s: every other line is rejected', (envelope, content, texts, bad) => {
    expect(readWhole(content, { envelope })).toMatchObject({ texts, rejects: new Array(bad).fill('bad_envelope'), envelope })
  })

  test('said to be none: lines stay as they are', () => {
    const content = `${dockerLine('x\n') + criLine('y')}a-1  | z\n`
    expect(readWhole(content, { envelope: 'none' })).toMatchObject({
      texts: content.trimEnd().split('\n'),
      rejects: [],
      resumption: undefined,
    })
  })

  test('what the source knows wins over what the mapping says', () => {
    const messages: string[] = []
    const sink = new MessageStream({
      origin: { source: 's', log: 'l', file: 'f', stream: '', fields: {}, envelope: 'cri' },
      envelope: 'none',
      maxLineBytes: 1000,
      createFramer: (options) => new LineFramer(options),
      onMessage: (buffer, start, end) => messages.push(buffer.toString('utf8', start, end)),
      onReject: (reason) => messages.push(reason),
    })
    const buffer = Buffer.from(criLine('x') + plain)
    sink.push({ buffer, start: 0, end: buffer.length, offset: 0 })
    expect(messages).toEqual(['x', 'bad_envelope'])
  })

  test('a bare log has nothing to remember, so its place in the record is as it was', () => {
    expect(readWhole(plain).resumption).toBeUndefined()
    expect(readWhole(`text\n${plain}`).resumption).toBeUndefined()
  })
})

test('lines of any kind in any order, cut and killed anywhere: the same as without, and nothing throws', () => {
  const anyLine = fc.oneof(
    fc.constantFrom(
      '',
      'text',
      '{"a":1}',
      'a-1  | x',
      '{"log":"',
      `{"log":"a\\n","stream":"stdout","time":"${T}"`,
      `${T} stdout`,
      '\u0000\u0000',
      '"}',
    ),
    fc
      .tuple(fc.constantFrom('P', 'F', 'P:x', 'X'), fc.constantFrom('stdout', 'stderr', 'stdin'))
      .map(([tag, stream]) => criLine('{}', tag, stream).trimEnd()),
    fc
      .tuple(fc.constantFrom('a\n', 'b', '\n', ''), fc.constantFrom('stdout', 'stderr'), fc.nat(2))
      .map(([log, stream, i]) => dockerLine(log, stream, timeOf(i)).trimEnd()),
    fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll('\n', '')),
  )
  const envelope = fc.constantFrom('auto' as const, 'none' as const, 'docker' as const, 'cri' as const)
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })
  fc.assert(
    fc.property(
      fc.array(anyLine, { maxLength: 14 }),
      envelope,
      fc.constantFrom(40, 1000),
      cuts,
      (lines, envelope, maxLineBytes, cuts) => {
        const content = Buffer.from(lines.map((line) => `${line}\n`).join(''))
        const whole = read(content, 0, content.length, { envelope, maxLineBytes })
        const messages: Message[] = []
        const rejects: string[] = []
        let record: { readonly checkpoint: number; readonly resumption: Resumption | undefined } = {
          checkpoint: 0,
          resumption: undefined,
        }
        for (const size of [...cuts.map((cut) => Math.floor(cut * content.length)).sort((a, b) => a - b), content.length]) {
          const life = read(content, record.checkpoint, size, { envelope, maxLineBytes, resumption: record.resumption })
          messages.push(...life.messages)
          rejects.push(...life.rejects)
          const { checkpoint, resumption } = life.sink
          if (checkpoint >= record.checkpoint && life.sink.appliedBytes > 0)
            record = JSON.parse(JSON.stringify({ checkpoint, resumption }))
        }
        expect({ messages, rejects }).toEqual({ messages: whole.messages, rejects: whole.rejects })
        whole.sink.end({ buffer: content, start: whole.sink.appliedBytes, end: content.length, offset: whole.sink.appliedBytes })
        expect(whole.sink.checkpoint).toBe(content.length)
      },
    ),
    { numRuns: 3000 },
  )
})

test('a source that goes back to what it has delivered gets no message twice, and none is lost', () => {
  const content = Buffer.from(
    criLine('a', 'P') + criLine('x', 'F', 'stderr') + criLine('b', 'P') + criLine('y', 'F', 'stderr') + criLine('c'),
  )
  for (let cut = 1; cut < content.length; cut++) {
    for (const back of [0, criLine('a', 'P').length]) {
      const { sink, messages } = collect()
      const next = sink.push({ buffer: content, start: 0, end: cut, offset: 0 })
      const from = Math.min(back, next, sink.checkpoint)
      sink.push({ buffer: content, start: from, end: content.length, offset: from })
      expect({ cut, texts: messages.map(({ text }) => text) }).toEqual({ cut, texts: ['x', 'y', 'abc'] })
    }
  }
})
