import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineFramer, PEEK_BYTES } from '../../src/frame/line-framer.ts'
import { Replay } from './replay.ts'

interface Seen {
  readonly lines: [text: string, endOffset: number][]
  readonly tooLong: [lineBytes: number, endOffset: number][]
}

function collect(maxLineBytes: number) {
  const seen: Seen = { lines: [], tooLong: [] }
  const framer = new LineFramer({
    maxLineBytes,
    onLine: (buffer, start, end, endOffset) => seen.lines.push([buffer.toString('latin1', start, end), endOffset]),
    onTooLong: (lineBytes, endOffset) => seen.tooLong.push([lineBytes, endOffset]),
  })
  return { framer, seen }
}

/** The same from the whole text at once, by other means. */
function naive(content: Buffer, maxLineBytes: number, takesRest: boolean): Seen {
  const seen: Seen = { lines: [], tooLong: [] }
  const parts = content.toString('latin1').split('\n')
  let offset = 0
  for (const [i, part] of parts.entries()) {
    const isRest = i === parts.length - 1
    offset += part.length + (isRest ? 0 : 1)
    const text = part.replace(/^\u0000+/, '')
    if (isRest && (!takesRest || text === '')) continue
    if (text.length > maxLineBytes) seen.tooLong.push([text.length, offset])
    else seen.lines.push([text, offset])
  }
  return seen
}

const line = (bytes: number, letter = 'x') => `${letter.repeat(bytes)}\n`

/** Bytes of few kinds, with some lines long enough to be only looked at. */
const contents = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom('\n', '\n\n', '\r\n', 'é\n'),
      fc.nat(3 * PEEK_BYTES).map((n) => 'a'.repeat(n)),
      fc.nat(3 * PEEK_BYTES).map((n) => '\u0000'.repeat(n)),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => Buffer.from(parts.join('')))

describe('LineFramer', () => {
  test('any split of any bytes gives the lines, offsets and too-long counts of the whole', () => {
    const cases = fc.record({
      content: contents,
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
      windowBytes: fc.constantFrom(PEEK_BYTES, PEEK_BYTES + 1, 4 * PEEK_BYTES),
      maxLineBytes: fc.constantFrom(5, 1000, PEEK_BYTES, 2 * PEEK_BYTES),
      ends: fc.boolean(),
    })
    fc.assert(
      fc.property(cases, ({ content, cuts, windowBytes, maxLineBytes, ends }) => {
        const sizes = [...cuts.map((cut) => Math.floor(cut * content.length)).sort((a, b) => a - b), content.length]
        const { framer, seen } = collect(maxLineBytes)
        const source = new Replay(framer, content, windowBytes).play(...sizes)
        if (ends) source.end()
        expect(seen).toEqual(naive(content, maxLineBytes, ends))
        const lastNewline = content.lastIndexOf('\n')
        expect(framer.checkpoint).toBe(ends ? content.length : lastNewline + 1)
      }),
      { numRuns: 400 },
    )
  })

  test('a carriage return stays and an empty line is a line', () => {
    const { framer, seen } = collect(100)
    new Replay(framer, Buffer.from('a\r\n\nb\n')).play(6)
    expect(seen.lines).toEqual([
      ['a\r', 3],
      ['', 4],
      ['b', 6],
    ])
  })

  test('an unfinished line is asked for from its start', () => {
    const { framer, seen } = collect(100)
    const first = Buffer.from('one\ntw')
    expect(framer.push({ buffer: first, start: 0, end: 6, offset: 0 })).toBe(4)
    expect(framer.checkpoint).toBe(4)
    const second = Buffer.from('two\n')
    expect(framer.push({ buffer: second, start: 0, end: 4, offset: 4 })).toBe(8)
    expect(seen.lines.map(([text]) => text)).toEqual(['one', 'two'])
  })

  test('a line of exactly the limit is delivered and one byte more is not', () => {
    const { framer, seen } = collect(200_000)
    const content = Buffer.from(line(200_000) + line(200_001) + line(3))
    new Replay(framer, content).play(content.length)
    expect(seen.lines.map(([text, endOffset]) => [text.length, endOffset])).toEqual([
      [200_000, 200_001],
      [3, 400_007],
    ])
    expect(seen.tooLong).toEqual([[200_001, 400_003]])
  })

  test('100 MB without a newline are read once, keep the checkpoint and count as one line', () => {
    const { framer, seen } = collect(8 << 20)
    const block = Buffer.alloc(256 * 1024, 'x')
    let offset = 0
    for (; offset < 100e6; ) {
      const next = framer.push({ buffer: block, start: 0, end: block.length, offset })
      expect(next).toBe(offset + block.length)
      expect(framer.needBytes).toBe(0)
      offset = next
    }
    expect(framer.checkpoint).toBe(0)
    const tail = Buffer.from('\n{}\n')
    expect(framer.push({ buffer: tail, start: 0, end: 4, offset })).toBe(offset + 4)
    expect(seen).toEqual({ lines: [['{}', offset + 4]], tooLong: [[offset, offset + 1]] })
  })

  test('a hole of any size before a line is no part of it, and is passed over when the line has ended', () => {
    const { framer, seen } = collect(100)
    const hole = Buffer.alloc(256 * 1024)
    let offset = 0
    for (; offset < 1e9; offset += hole.length)
      expect(framer.push({ buffer: hole, start: 0, end: hole.length, offset })).toBe(offset + hole.length)
    const head = Buffer.from('\0\0{"a"')
    expect(framer.push({ buffer: head, start: 0, end: head.length, offset })).toBe(offset + head.length)
    expect(framer.checkpoint).toBe(0)
    const tail = Buffer.from(':1}\n')
    const lineStart = offset + 2
    expect(framer.push({ buffer: tail, start: 0, end: tail.length, offset: offset + head.length })).toBe(lineStart)
    expect([framer.checkpoint, framer.needBytes]).toEqual([lineStart, 8])
    const whole = Buffer.from('{"a":1}\n')
    framer.push({ buffer: whole, start: 0, end: whole.length, offset: lineStart })
    expect(seen).toEqual({ lines: [['{"a":1}', lineStart + 8]], tooLong: [] })
  })

  test('an 8 MiB line that grows in small steps is delivered to the framer hardly more than twice', () => {
    const { framer, seen } = collect(8 << 20)
    const content = Buffer.from(line((8 << 20) - 10))
    const sizes = Array.from({ length: Math.ceil(content.length / 10_000) }, (_, i) => Math.min(content.length, (i + 1) * 10_000))
    const { deliveredBytes } = new Replay(framer, content).play(...sizes)
    expect(seen.lines.map(([text]) => text.length)).toEqual([(8 << 20) - 10])
    // Twice, and the first PEEK_BYTES again at each step until it is only looked at.
    expect(deliveredBytes).toBeLessThan(2 * content.length + (PEEK_BYTES / 10_000 + 2) * PEEK_BYTES)
  })

  test('lines of the size of a window cost at most one more reading', () => {
    const { framer, seen } = collect(8 << 20)
    const content = Buffer.from(Array.from({ length: 60 }, (_, i) => line(70_000 + i * 5000)).join(''))
    const { deliveredBytes } = new Replay(framer, content).play(content.length)
    expect(seen.lines.length).toBe(60)
    expect(deliveredBytes).toBeLessThan(2.5 * content.length)
  })

  test('content that changed since it was looked at is taken as it is now', () => {
    const { framer, seen } = collect(8 << 20)
    const old = Buffer.alloc(100_000, 'o')
    expect(framer.push({ buffer: old, start: 0, end: old.length, offset: 0 })).toBe(100_000)
    const newline = Buffer.from('\n')
    expect(framer.push({ buffer: newline, start: 0, end: 1, offset: 100_000 })).toBe(0)
    expect(framer.needBytes).toBe(100_001)
    const changed = Buffer.from(`new\n${'n'.repeat(99_997)}`)
    expect(framer.push({ buffer: changed, start: 0, end: changed.length, offset: 0 })).toBe(4)
    expect(seen.lines).toEqual([['new', 4]])
    expect(framer.needBytes).toBe(0)
  })

  test('after a reset the stream starts anew', () => {
    const { framer, seen } = collect(100)
    const content = Buffer.from('a\nbb')
    framer.push({ buffer: content, start: 0, end: 4, offset: 0 })
    framer.reset()
    expect(framer.checkpoint).toBe(0)
    new Replay(framer, Buffer.from('c\n')).play(2)
    expect(seen.lines).toEqual([
      ['a', 2],
      ['c', 2],
    ])
  })

  test('a source may start in the middle', () => {
    const { framer, seen } = collect(100)
    const content = Buffer.from('abc\n')
    expect(framer.push({ buffer: content, start: 0, end: 4, offset: 1000 })).toBe(1004)
    expect(seen.lines).toEqual([['abc', 1004]])
    expect(framer.checkpoint).toBe(1004)
  })

  test('the end delivers an unterminated line that was only looked at', () => {
    const { framer, seen } = collect(8 << 20)
    const content = Buffer.from(`a\n${'z'.repeat(300_000)}`)
    new Replay(framer, content).play(content.length).end()
    expect(seen.lines.map(([text, endOffset]) => [text.length, endOffset])).toEqual([
      [1, 2],
      [300_000, 300_002],
    ])
  })
})
