import { performance } from 'node:perf_hooks'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StreamLines } from '../../src/frame/stream-lines.ts'

function collect(maxLineBytes: number) {
  const lines: [text: string, endOffset: number][] = []
  const tooLong: [lineBytes: number, endOffset: number][] = []
  const sink = new StreamLines({
    maxLineBytes,
    onLine: (buffer, start, end, endOffset) => lines.push([buffer.toString('latin1', start, end), endOffset]),
    onTooLong: (lineBytes, endOffset) => tooLong.push([lineBytes, endOffset]),
  })
  return { sink, lines, tooLong }
}

/** Pushes the blocks one after the other and ends the stream. */
function feed(sink: StreamLines, blocks: readonly Buffer[]): void {
  let offset = 0
  for (const block of blocks) {
    const next = sink.push({ buffer: block, start: 0, end: block.length, offset })
    offset += block.length
    expect(next).toBe(offset)
  }
  sink.end({ buffer: Buffer.alloc(0), start: 0, end: 0, offset })
}

function cut(content: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((c) => Math.floor(c * content.length)).sort((a, b) => a - b), content.length]
  return at.slice(1).map((end, i) => content.subarray(at[i], end))
}

/** By bytes, each of which is one character of a line's text here. */
function naive(content: Buffer, maxLineBytes: number) {
  const lines: [string, number][] = []
  const tooLong: [number, number][] = []
  for (let start = 0; start < content.length; ) {
    const newline = content.indexOf(10, start)
    const end = newline === -1 ? content.length : newline
    const endOffset = newline === -1 ? end : end + 1
    if (end - start > maxLineBytes) tooLong.push([end - start, endOffset])
    else lines.push([content.toString('latin1', start, end), endOffset])
    start = endOffset
  }
  return { lines, tooLong }
}

const pieces = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('\n', '\r\n', 'é', '€\n', '😀', '\ufeff').map((text) => Buffer.from(text)),
  fc.nat(120_000).map((n) => Buffer.alloc(n, 'a')),
)

describe('StreamLines', () => {
  test('any split of any bytes gives the lines, offsets and too-long counts of the whole', () => {
    const cases = fc.record({
      content: fc.array(pieces, { maxLength: 14 }).map((parts) => Buffer.concat(parts)),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 }),
      maxLineBytes: fc.constantFrom(3, 100, 50_000, 1_000_000),
    })
    fc.assert(
      fc.property(cases, ({ content, cuts, maxLineBytes }) => {
        const { sink, lines, tooLong } = collect(maxLineBytes)
        feed(sink, cut(content, cuts))
        expect({ lines, tooLong }).toEqual(naive(content, maxLineBytes))
        expect(sink.checkpoint).toBe(content.length)
      }),
      { numRuns: 500 },
    )
  })

  test('the bytes of a line come as they are, also those that are no UTF-8', () => {
    const { sink, lines } = collect(4)
    feed(sink, [Buffer.from([0x7b, 0xff, 0xc3]), Buffer.from([0x28, 0x0a, 0xff, 0xff, 0xff, 0xff, 0x0a])])
    expect(lines).toEqual([
      ['{\xff\xc3(', 5],
      ['\xff\xff\xff\xff', 10],
    ])
  })

  test('each line is delivered before push answers', () => {
    const { sink, lines } = collect(100)
    const block = Buffer.from('one\ntwo\nthr')
    sink.push({ buffer: block, start: 0, end: block.length, offset: 0 })
    expect(lines).toEqual([
      ['one', 4],
      ['two', 8],
    ])
    expect(sink.checkpoint).toBe(8)
  })

  test('a stream may begin at an offset, and goes on from there', () => {
    const { sink, lines } = collect(100)
    sink.push({ buffer: Buffer.from('one\ntw'), start: 0, end: 6, offset: 1000 })
    sink.push({ buffer: Buffer.from('o\n'), start: 0, end: 2, offset: 1006 })
    expect(lines).toEqual([
      ['one', 1004],
      ['two', 1008],
    ])
    expect(sink.checkpoint).toBe(1008)
  })

  test('the block may be overwritten after push', () => {
    const { sink, lines } = collect(100)
    const block = Buffer.from('abc')
    sink.push({ buffer: block, start: 0, end: 3, offset: 0 })
    block.fill('x')
    sink.push({ buffer: Buffer.from('d\n'), start: 0, end: 2, offset: 3 })
    expect(lines).toEqual([['abcd', 5]])
  })

  test('an 8 MiB line in small writes takes time in proportion to its length', () => {
    const write = Buffer.alloc(512, 'x')
    const timeMs = (bytes: number) => {
      const { sink, lines } = collect(8 << 20)
      const startMs = performance.now()
      feed(
        sink,
        Array.from({ length: bytes / write.length }, () => write),
      )
      expect(lines.map(([text]) => text.length)).toEqual([bytes])
      return performance.now() - startMs
    }
    timeMs(1 << 20)
    // Sixteen times for a line sixteen times as long where it is linear; 256 times where each write costs the whole.
    expect(timeMs(8 << 20)).toBeLessThan(Math.max(500, 60 * timeMs(1 << 19)))
  })

  test('100 MB without a newline are thrown away and counted once', () => {
    const { sink, lines, tooLong } = collect(1 << 20)
    const block = Buffer.alloc(64 * 1024, 'x')
    const blocks = Array.from({ length: 1600 }, () => block)
    feed(sink, [...blocks, Buffer.from('\nok\n')])
    expect(tooLong).toEqual([[1600 * 65536, 1600 * 65536 + 1]])
    expect(lines).toEqual([['ok', 1600 * 65536 + 4]])
  })

  test('what onLine throws comes out of push', () => {
    const fail = () => {
      throw new Error('a bug')
    }
    const sink = new StreamLines({ maxLineBytes: 10, onLine: fail, onTooLong: fail })
    expect(() => sink.push({ buffer: Buffer.from('a\n'), start: 0, end: 2, offset: 0 })).toThrow('a bug')
  })
})
