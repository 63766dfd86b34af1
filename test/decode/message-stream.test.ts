/** What agents write, through every envelope, cut anywhere and read again after any death: the same messages, each once. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MessageStream } from '../../src/decode/message-stream.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import type { Origin, Resumption } from '../../src/source/source.ts'
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
