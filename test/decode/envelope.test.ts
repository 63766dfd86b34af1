/** Each envelope alone: what it takes, what it does not, and that nothing inside of a message can pose as it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrapCompose } from '../../src/decode/envelope/compose.ts'
import { unwrapCri } from '../../src/decode/envelope/cri.ts'
import { unwrapAnyDocker, unwrapDocker } from '../../src/decode/envelope/docker.ts'
import type { Content, Unwrap } from '../../src/decode/envelope/envelope.ts'
import { unescapeJson } from '../../src/decode/envelope/json-text.ts'
import { Wrapping } from '../../src/decode/envelope/wrapping.ts'

/** In a larger buffer: nothing around the line may be looked at. */
function unwrapped(unwrap: Unwrap, line: string) {
  const bytes = Buffer.from(line)
  const buffer = Buffer.concat([Buffer.from('"}{"log":"2026'), bytes, Buffer.from(' stdout F "}')])
  const content: Content = { buffer, start: 0, end: 0, isLast: true }
  const wrapping = new Wrapping()
  if (!unwrap(buffer, 14, 14 + bytes.length, content, wrapping)) return undefined
  const { stream, container, time } = wrapping
  const text = content.buffer.toString('utf8', content.start, content.end)
  return [text, stream || container, time, content.isLast ? 'last' : 'part'].join('|')
}

const T = '2026-01-31T12:00:00.123456789Z'

describe('a CRI line', () => {
  test.each([
    [`${T} stdout F {"a":1}`, `{"a":1}|stdout|${T}|last`],
    [`${T} stderr P {"a":`, `{"a":|stderr|${T}|part`],
    [`${T} stdout F:tag:x=1 a`, `a|stdout|${T}|last`],
    [`${T} stdout P: a`, `a|stdout|${T}|part`],
    [`${T} stdout F `, `|stdout|${T}|last`],
    [`${T} stdout F`, `|stdout|${T}|last`],
    [`${T} stdout F  a `, ` a |stdout|${T}|last`],
    [`2026-01-31T12:00:00Z stdout F a`, 'a|stdout|2026-01-31T12:00:00Z|last'],
    [`2026-01-31T12:00:00.1+02:00 stdout F a`, 'a|stdout|2026-01-31T12:00:00.1+02:00|last'],
    // A date that there is not is the decoder's to judge.
    [`2026-99-31T12:00:00Z stdout F a`, 'a|stdout|2026-99-31T12:00:00Z|last'],
    [`${T} stdin F a`, undefined],
    [`${T} stdoutF a`, undefined],
    [`${T} stdout X a`, undefined],
    [`${T} stdout FF a`, undefined],
    [`${T} stdout`, undefined],
    [`${T} stdout `, undefined],
    [`${T}  stdout F a`, undefined],
    [` ${T} stdout F a`, undefined],
    ['2026-01-31 12:00:00 stdout F a', undefined],
    [`2026-01-31T12:00:00.${'1'.repeat(40)}Z stdout F a`, undefined],
    ['2026-01-31T12:00', undefined],
    ['', undefined],
  ])('%j', (line, expected) => {
    expect(unwrapped(unwrapCri, line)).toBe(expected)
  })
})

describe("a record of Docker's", () => {
  const record = (log: string, rest = `"stream":"stdout","time":"${T}"`) => `{"log":${log},${rest}}`
  test.each([
    [record('"a\\n"'), `a|stdout|${T}|last`],
    [record('"a"', `"stream":"stderr","time":"${T}"`), `a|stderr|${T}|part`],
    [record('"\\n"'), `|stdout|${T}|last`],
    [record('""'), `|stdout|${T}|part`],
    [record('"a\\r\\n"'), `a\r|stdout|${T}|last`],
    [record('"a\\nb\\n"'), `a\nb|stdout|${T}|last`],
    [record('"\\u003c\\u00e9\\ud83d\\ude00é\\u2028\\"\\\\\\/\\b\\f\\t\\n"'), `<é😀é\u2028"\\/\b\f\t|stdout|${T}|last`],
    [record('"\\ud83d\\n"'), `\ufffd|stdout|${T}|last`],
    // What a message says stays in the message.
    [
      record('"x\\",\\"stream\\":\\"stderr\\",\\"time\\":\\"2020-01-01T00:00:00Z\\"}\\n"'),
      `x","stream":"stderr","time":"2020-01-01T00:00:00Z"}|stdout|${T}|last`,
    ],
    [record('"2020-01-01T00:00:00Z stderr P x\\n"'), `2020-01-01T00:00:00Z stderr P x|stdout|${T}|last`],
  ])('%j', (line, expected) => {
    expect(unwrapped(unwrapDocker, line)).toBe(expected)
    expect(unwrapped(unwrapAnyDocker, line)).toBe(expected)
  })

  test.each([
    [record('"a\\n"', `"stream":"stdout","attrs":{"tag":"x","stream":"stderr"},"time":"${T}"`), `a|stdout|${T}|last`],
    [`${record('"a\\n"')} `, `a|stdout|${T}|last`],
    [record('"é\\n"', `"time":"${T}", "stream":"stderr"`), `é|stderr|${T}|last`],
  ])('with attributes, or written otherwise: %j', (line, expected) => {
    expect(unwrapped(unwrapDocker, line)).toBe(expected)
    expect(unwrapped(unwrapAnyDocker, line)).toBe(expected)
  })

  test.each([
    [`{"time":"${T}", "stream":"stderr", "log":"é\\n"}`, `é|stderr|${T}|last`],
    [` ${record('"a\\n"')}`, `a|stdout|${T}|last`],
  ])('in another order, taken only where it is said: %j', (line, expected) => {
    expect(unwrapped(unwrapDocker, line)).toBeUndefined()
    expect(unwrapped(unwrapAnyDocker, line)).toBe(expected)
  })

  test.each([
    record('"a"b\\n"'),
    record('"a\\x"'),
    record('"a\\u12g4"'),
    record('"a\\u12'),
    record('"a\tb"'),
    record('"a\\n"', `"stream":"stdin","time":"${T}"`),
    record('"a\\n"', '"stream":"stdout"'),
    record('"a\\n"', `"stream":"stdout","time":"${'1'.repeat(41)}"`),
    record('"a\\n"', `"stream":"stdout","level":"info","time":"${T}"`),
    record('{"a":1}'),
    `{"stream":"stdout","time":"${T}"}`,
    `{"log":"stream":"stdout","time":"${T}"}`,
    `","stream":"stdout","time":"${T}"}`,
    '{"log":"',
    '{"log"',
    '{',
    'null',
    '[]',
    '',
  ])('is not %j', (line) => {
    expect(unwrapped(unwrapDocker, line)).toBeUndefined()
    expect(unwrapped(unwrapAnyDocker, line)).toBeUndefined()
  })
})

test('a line that looks like the head of a record is not parsed past the bounds of one', () => {
  const line = `{"log":"a\\n","stream":"stdout","time":"${T}","attrs":[${'{},'.repeat(2_500_000)}{}]}`
  const before = process.memoryUsage().heapUsed
  const start = performance.now()
  expect(unwrapped(unwrapAnyDocker, line)).toBeUndefined()
  expect(performance.now() - start).toBeLessThan(1000)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(60 << 20)
})

describe("Compose's prefix", () => {
  test.each([
    ['agent-1  | {"a":1}', '{"a":1}|agent-1||last'],
    ['web_1       | x', 'x|web_1||last'],
    ['\u001b[36magent-1  | \u001b[0m{"a":1}', '{"a":1}|agent-1||last'],
    ['\u001b[36magent-1  |\u001b[0m {"a":1}', '{"a":1}|agent-1||last'],
    [`agent-1  | ${T} {"a":1}`, `{"a":1}|agent-1|${T}|last`],
    [`agent-1  | ${T}x`, `${T}x|agent-1||last`],
    ['agent-1  | ', '|agent-1||last'],
    ['agent-1  |   | x', '  | x|agent-1||last'],
    ['agent-1  | other-1  | {"a":1}', 'other-1  | {"a":1}|agent-1||last'],
    ['agent-1  | \u001b[31mred', '\u001b[31mred|agent-1||last'],
    ['a | {', undefined],
    ['agent-1 | {"a":1}', undefined],
    ['agent-1  |{"a":1}', undefined],
    ['agent 1  | x', undefined],
    ['-agent  | x', undefined],
    ['{"a":"b  | c"}', undefined],
    ['| x', undefined],
    [`${'a'.repeat(200)}  | x`, undefined],
    ['', undefined],
  ])('%j', (line, expected) => {
    expect(unwrapped(unwrapCompose, line)).toBe(expected)
  })
})

test('a JSON string is unescaped as JSON.parse has it, and refused where that refuses it', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(
      '\\"',
      '\\\\',
      '\\n',
      '\\u00e9',
      '\\u',
      '\\u12',
      '\\ud83d\\ude00',
      '\\ud83d',
      '\\ude00',
      '\\x',
      '"',
      '\\',
      '\u0001',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const inside = Buffer.from(pieces.join(''))
      const out = Buffer.alloc(inside.length + 8)
      const bytes = unescapeJson(inside, 0, inside.length, out)
      let parsed: string | undefined
      try {
        parsed = JSON.parse(`"${inside.toString()}"`) as string
      } catch {
        parsed = undefined
      }
      expect(bytes < 0 ? undefined : out.toString('utf8', 0, bytes)).toEqual(parsed && Buffer.from(parsed).toString())
    }),
    { numRuns: 5000 },
  )
})
