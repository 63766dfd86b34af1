import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonLine } from '../../src/decode/json-line.ts'

const BOUNDS = { maxValues: 1000, maxDepth: 20 }

function read(text: string | Buffer, bounds = BOUNDS) {
  const line = new JsonLine(bounds)
  const bytes = Buffer.from(text as string)
  const padded = Buffer.concat([Buffer.from('xx'), bytes, Buffer.from('yy')])
  const outcome = line.read(padded, 2, 2 + bytes.length)
  line.parseFaithfully()
  return [outcome, line.body]
}

test('a JSON object is an event, with the dirt that real logs put around it', () => {
  const event = { event: 'a', n: 1 }
  const f = (text: string | Buffer): void => expect(read(text)).toEqual([undefined, event])
  f('{"event":"a","n":1}')
  f('{"event":"a","n":1}\r')
  f('  \t{"event":"a","n":1}  ')
  f('\ufeff{"event":"a","n":1}')
  f('\u0000\u0000\u0000{"event":"a","n":1}')
  f('2026-01-01 12:00:00 INFO agent: {"event":"a","n":1}')
  f('[2026-01-01 12:00:00] {"event":"a","n":1}')
  f('\u001b[32minfo\u001b[0m {"event":"a","n":1}\u001b[0m')
  f('{"event":\u001b[33m"a"\u001b[0m,"n":1}')
})

test('what is no event is rejected by reason, and makes no body', () => {
  const f = (text: string | Buffer, reason: string): void => expect(read(text)).toEqual([reason, undefined])
  f('', 'blank')
  f(' \t\r', 'blank')
  f('\u001b[0m', 'blank')
  f('hello', 'not_json')
  f('Traceback {most recent}', 'not_json')
  f('{"event":"a"', 'malformed')
  f('{"event":NaN}', 'malformed')
  f('{"event":"a"} {"event":"b"}', 'malformed')
  f('{"a":1\u0000}', 'malformed')
  f('null', 'not_object')
  f('123', 'not_object')
  f('"{}"', 'not_object')
  f('[{"event":"a"}]', 'not_object')
  f(Buffer.from([0xff, 0xfe, 0x80]), 'not_json')
})

test('invalid UTF-8 inside a string becomes U+FFFD', () => {
  const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')])
  expect(read(bytes)).toEqual([undefined, { a: '\ufffd' }])
})

test('bytes that are no UTF-8 are told where a text was read, in each gait; U+FFFD that the writer wrote is none', () => {
  const told = (line: Buffer, isAlwaysUtf8 = false): boolean => {
    const reader = new JsonLine(BOUNDS, isAlwaysUtf8)
    reader.read(line, 0, line.length)
    reader.parseFaithfully()
    return reader.hasInvalidUtf8
  }
  for (const odd of ['c080', 'eda080', 'f8888080', 'f4908080', 'e282', 'ff', '80']) {
    const line = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(odd, 'hex'), Buffer.from('"}')])
    expect([odd, told(line), told(line, true), told(Buffer.concat([Buffer.from('x '), line]))]).toEqual([odd, true, true, true])
  }
  for (const text of ['{"a":"\ufffdé😀"}', '{"a":"\\ud800"}', 'é {"a":1}']) expect(told(Buffer.from(text))).toBe(false)
  const reader = new JsonLine(BOUNDS)
  for (const [bytes, expected] of [
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), true],
    [Buffer.from('{"a":1}'), false],
  ] as const) {
    reader.read(bytes, 0, bytes.length)
    reader.parseFaithfully()
    expect(reader.hasInvalidUtf8).toBe(expected)
  }
})

test('of a key that comes twice the last holds, also beside long integers', () => {
  expect(read('{"a":1,"a":2}')).toEqual([undefined, { a: 2 }])
  expect(read('{"a":12345678901234567890,"a":"x","b":12345678901234567891,"b":12345678901234567892}')).toEqual([
    undefined,
    { a: 'x', b: 12345678901234567892n },
  ])
})

/** Processor time, the least of five: the machine may be busy with other tests. */
function leastMs(line: Buffer): number {
  const took = [0, 1, 2, 3, 4].map(() => {
    const before = process.cpuUsage()
    const reader = new JsonLine({ maxValues: 100_000, maxDepth: 256 })
    reader.read(line, 0, line.length)
    reader.parseFaithfully()
    return process.cpuUsage(before).user / 1000
  })
  return Math.min(...took)
}

test.each([
  ['a text', '{"a":"', 'x', '"}'],
  ['escapes', '{"a":"', '\\u00e9\\"\\\\', '"}'],
  ['backslashes', '{"a":"', '\\\\', '"}'],
  ['no ASCII', '{"a":"', 'é', '"}'],
  ['digits', '{"a":', '9', '}'],
  ['digits with points', '{"a":"', '9.', '"}'],
  ['long integers', '{"a":[', '12345678901234567890,', '1]}'],
  ['arrays', '{"a":', '[', ''],
  ['objects', '{"a":', '{"a":', ''],
  ['values', '{"a":[', '{},', '{}]}'],
  ['keys', '{', '"k":1,', '"a":1}'],
  ['braces', '', '{', ''],
  ['text before a brace', '', 'x', '{"a":1}'],
  ['colours', '', '\u001b[31m', '{"a":1}'],
  ['colours without an end', '{"a":', '\u001b]', ''],
  ['escape characters', '{"a":', '\u001b', '}'],
  ['NULs', 'x', '\u0000', ''],
  ['blanks', '{', ' ', ''],
  ['quotes', '{', '"', ''],
])('a megabyte of %s is read within 100 ms, on an idle machine within 50', (_, open, piece, close) => {
  const lineOf = (bytes: number): Buffer => Buffer.from(open + piece.repeat(bytes / Buffer.byteLength(piece)) + close)
  expect(leastMs(lineOf(1e6))).toBeLessThan(100)
})

test('values and depth are bounded before a line is parsed', () => {
  const deep = (n: number): string => `${'{"a":'.repeat(n)}1${'}'.repeat(n)}`
  expect(read(deep(20))[0]).toBeUndefined()
  expect(read(deep(21))[0]).toBe('too_deep')
  const wide = (n: number): string => `{"a":[${Array(n).fill('1').join(',')}]}`
  expect(read(wide(998))[0]).toBeUndefined()
  expect(read(wide(999))[0]).toBe('too_many_values')
  expect(read(`{"a":"${'[,{'.repeat(5000)}"}`)[0]).toBeUndefined()
  expect(read(`{"a":"\\"${'[,{'.repeat(5000)}"}`)[0]).toBeUndefined()
  expect(read('{},'.repeat(2_796_202))[0]).toBe('too_many_values')
})

test('what is bounded is what is parsed: quotes in a prefix or a terminal sequence hide nothing', () => {
  const wide = `"a":[${Array(2000).fill('{}').join(',')}]`
  const deep = `"a":${'['.repeat(30)}${']'.repeat(30)}`
  for (const [body, reason] of [
    [wide, 'too_many_values'],
    [deep, 'too_deep'],
  ]) {
    const f = (line: string): void => expect(read(line)).toEqual([reason, undefined])
    f(`{${body}}`)
    f(`said "x {${body}}`)
    f(`said {"u":"\u0122",${body}}`)
    f(`\u001b[32minfo\u001b[0m " {${body}}`)
    f(`{\u001b]0;"\u0007${body}}`)
    f(`\u001b]0;"\u0007[{${body}}]`)
    f(`\u001b]0;"\u0007{${body}}`)
  }
  expect(read(`said "x {"a":${JSON.stringify('[{,'.repeat(1000))}}`)[0]).toBeUndefined()
})

test('a line within the bounds by an independent count is never refused, one beyond them never accepted', () => {
  const count = (value: unknown): { values: number; depth: number } => {
    if (typeof value !== 'object' || value === null) return { values: 1, depth: 0 }
    const inner = Object.values(value).map(count)
    return { values: 1 + inner.reduce((sum, i) => sum + i.values, 0), depth: 1 + Math.max(0, ...inner.map((i) => i.depth)) }
  }
  fc.assert(
    fc.property(
      fc.object({ maxDepth: 6, withNullPrototype: false }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 6 }),
      (value, maxValues, maxDepth) => {
        const json = JSON.stringify(value)
        const real = count(JSON.parse(json))
        const [outcome] = read(json, { maxValues, maxDepth })
        expect(outcome === undefined).toBe(real.values <= maxValues && real.depth <= maxDepth)
      },
    ),
    { numRuns: 500 },
  )
})

test('garbage of any kind is an outcome, never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void read(Buffer.from(bytes))),
    { numRuns: 2000 },
  )
})

test('the quick gait differs from the faithful one only where it says so', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.stringMatching(/^[a-z]{1,5}$/),
        fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String)),
      ),
      (event) => {
        const text = `{${Object.entries(event)
          .map(
            ([key, value]) =>
              `"${key}":${typeof value === 'string' && /^-?\d{17,}$/.test(value) ? value : JSON.stringify(value)}`,
          )
          .join(',')}}`
        const line = new JsonLine({ maxValues: 1000, maxDepth: 20 })
        const bytes = Buffer.from(text)
        expect(line.read(bytes, 0, bytes.length)).toBeUndefined()
        const quick = { ...(line.body as object) } as Record<string, never>
        const doubtful = new Set(Object.keys(quick).filter((key) => line.mayDiffer(quick[key])))
        line.parseFaithfully()
        const faithful = line.body as Record<string, never>
        for (const key of Object.keys(quick)) if (!doubtful.has(key)) expect([key, quick[key]]).toEqual([key, faithful[key]])
      },
    ),
    { numRuns: 500 },
  )
})

test('a line is parsed again for the digits of a long integer, not for a number that is infinite anyway', () => {
  const line = new JsonLine(BOUNDS)
  expect([2 ** 53, -(2 ** 60), 2 ** 53 - 1, 1e400, -1e400].map((value) => line.mayDiffer(value))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})
