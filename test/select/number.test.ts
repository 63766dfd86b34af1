import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/decode/path.ts'
import type { Unit, ValueSpec } from '../../src/select/spec.ts'
import { compileValue } from '../../src/select/value.ts'
import { compiled } from './compiled.ts'

function numberOf(spec: ValueSpec, event: Json): number | undefined {
  const { made, problems, rowOf } = compiled((context) => compileValue(spec, context))
  expect(problems).toEqual([])
  return made.number(rowOf(event))
}

const number = (spec: ValueSpec, event: Json, expected: number | undefined): void =>
  expect([spec, event, numberOf(spec, event)]).toEqual([spec, event, expected])

test('numbers, strict decimal texts and booleans are numbers; everything else is none', () => {
  const f = (v: Json, expected: number | undefined): void => number('v', { v }, expected)
  f(1.5, 1.5)
  f('1.5', 1.5)
  f('+1', 1)
  f('-007', -7)
  f('1e3', 1000)
  f('1.5E-3', 0.0015)
  f(true, 1)
  f(false, 0)
  f('true', 1)
  f(12345678901234567890n, 12345678901234567000)
  f('12345678901234567890', 12345678901234567000)
  f(1e999, Number.POSITIVE_INFINITY)
  f('-1e999', Number.NEGATIVE_INFINITY)
  f('1e-999', 0)
  for (const no of [
    '',
    ' 1',
    '1 ',
    '0x10',
    '1_000',
    '1,5',
    '.5',
    '5.',
    '1e',
    'e5',
    'NaN',
    'Infinity',
    '-Infinity',
    '--1',
    '١',
    'yes',
  ])
    f(no, undefined)
  f(null, undefined)
  f({}, undefined)
  f([1], undefined)
  f('1'.repeat(401), undefined)
})

test('minus zero is zero', () => {
  for (const v of [-0, '-0', '-0.0', '-0e5']) expect(Object.is(numberOf('v', { v }), 0)).toBe(true)
  expect(Object.is(numberOf({ path: 'v', scale: -1 }, { v: 0 }), 0)).toBe(true)
  expect(Object.is(numberOf({ path: 'v', scale: -0.01 }, { v: 0 }), 0)).toBe(true)
})

test('plus and minus take a value or a list; what is left is at least 0; a missing operand makes all missing', () => {
  const event = { in: 100, cached: 60, out: 5 }
  number({ path: 'in', minus: 'cached' }, event, 40)
  number({ path: 'in', minus: ['cached', 'out', 30] }, event, 5)
  number({ path: 'cached', minus: 'in' }, event, 0)
  number({ path: 'cached', plus: 'out', minus: 'in' }, event, 0)
  number({ path: 'cached', plus: [{ path: 'out', scale: 10 }], minus: 'in' }, event, 10)
  number({ path: 'in', plus: true }, event, 101)
  number({ path: 'in', minus: 'nothing' }, event, undefined)
  number({ path: 'in', minus: { path: 'nothing', default: 0 } }, event, 100)
  number({ path: 'in', plus: 'nothing', default: 7 }, event, 7)
  number({ path: 'nothing', plus: 'in' }, event, undefined)
  number({ path: 'in', plus: 'nothing', minus: 'out' }, event, undefined)
  number({ path: 'in', plus: 'nothing', minus: 'out', default: 3 }, event, 3)
  number({ path: 'below', plus: 1 }, { below: -5 }, -4)
})

test('differences of nanoseconds past 2^53 are exact, as numbers of the event or as text', () => {
  const spec: ValueSpec = { path: 'end', minus: 'start', unit: 'ns' }
  number(spec, { start: 1769862896789000001n, end: 1769862896942000002n }, 0.153000001)
  number(spec, { start: '1769862896789000001', end: '1769862896942000002' }, 0.153000001)
  number(spec, { start: 1769862896942000002n, end: 1769862896789000001n }, 0)
  number({ path: 'v', plus: 1 }, { v: 9007199254740993n }, 9007199254740994)
})

test('the order is plus and minus, unit, scale', () => {
  number({ scale: 2, unit: 'ms', minus: 1000, path: 'v' }, { v: 3000 }, 4)
  number({ path: 'v', minus: { path: 'w', unit: 'min' } }, { v: 90, w: 1 }, 30)
  number({ path: 'v', unit: 'go_duration', minus: 1, scale: 1000 }, { v: '1.5s' }, 500)
})

test('units give seconds, bytes and ratios', () => {
  const f = (unit: Unit, v: Json, expected: number): void => number({ path: 'v', unit }, { v }, expected)
  f('ns', 1500, 0.0000015)
  f('us', 153, 0.000153)
  f('ms', 153, 0.153)
  f('ms', '153', 0.153)
  f('s', 2.5, 2.5)
  f('min', 1.5, 90)
  f('h', 2, 7200)
  f('d', 1, 86400)
  f('B', 7, 7)
  f('KB', 2, 2000)
  f('KiB', 2, 2048)
  f('MB', 1.5, 1500000)
  f('MiB', 1, 1048576)
  f('GB', 1, 1e9)
  f('GiB', 1, 1073741824)
  f('percent', 87, 0.87)
  f('ns', 1769862896789000001n, 1769862896.789)
})

test('a text that went through number stages is the text of its number', () => {
  const { made, rowOf } = compiled((context) => compileValue({ path: 'v', unit: 'ms' }, context))
  expect(made.text(rowOf({ v: '0153' }))).toBe('0.153')
  expect(made.text(rowOf({ v: 'x' }))).toBeUndefined()
})

test.each([{ unit: 's' }, { scale: 1 }, { unit: 'B' }] as const)('%o changes no number, and no other text gets by', (stage) => {
  const { made, rowOf } = compiled((context) => compileValue({ path: 'v', ...stage }, context))
  expect(['0153', 'x', '1e3', 7, true].map((v) => made.text(rowOf({ v })))).toEqual(['153', undefined, '1000', '7', '1'])
})

test('a trace names the numbers that are added and taken away', () => {
  const spec: ValueSpec = { path: 'v', plus: 'a', minus: ['b', 1] }
  const stagesOf = (given: ValueSpec): unknown => {
    const { made, rowOf } = compiled((context) => compileValue(given, context))
    return made.trace(rowOf({ v: 9, a: 5, b: 3 }), 'number').stages
  }
  expect(stagesOf(spec)).toMatchObject([
    { stage: 'plus, minus', before: 9, after: 10, operands: [{ found: 5 }, { found: 3 }, {}] },
  ])
  expect(stagesOf({ path: 'v', plus: 'a' })).toMatchObject([{ stage: 'plus', after: 14 }])
  expect(stagesOf({ path: 'v', minus: 'a' })).toMatchObject([{ stage: 'minus', after: 4 }])
})

test('Go durations are read to the nanosecond', () => {
  const f = (v: Json, expected: number | undefined): void => number({ path: 'v', unit: 'go_duration' }, { v }, expected)
  f('1h2m3.5s', 3723.5)
  f('3.758806ms', 0.003758806)
  f('-1.5h', -5400)
  f('+1s', 1)
  f('1µs', 0.000001)
  f('1μs', 0.000001)
  f('1us', 0.000001)
  f('1.s', 1)
  f('.5s', 0.5)
  f('2540400h10m10.000000000s', 9145440610)
  f('1.0000000019s', 1.000000001)
  f('0', 0)
  f('0s', 0)
  for (const no of ['', '1', '1 s', 's', '.s', '1d', '1h-2m', '-', '1.2.3s', 1, null, {}, `${'9'.repeat(80)}s`]) f(no, undefined)
})

test('ISO durations have weeks to seconds; years and months have no length', () => {
  const f = (v: Json, expected: number | undefined): void => number({ path: 'v', unit: 'iso_duration' }, { v }, expected)
  f('PT1M30.5S', 90.5)
  f('PT0.153S', 0.153)
  f('P1DT2H', 93600)
  f('P2W', 1209600)
  f('P1D', 86400)
  f('PT36H', 129600)
  f('-PT1,5S', -1.5)
  f('PT0S', 0)
  for (const no of ['', 'P', 'PT', 'P1', '1S', 'PT1', 'P1Y', 'P1M', 'PT1S1M', 'P1DT', 'PTS', 'PT-1S', 'pt1s', 5, null])
    f(no, undefined)
})

test('seconds and nanoseconds are read as object or pair', () => {
  const f = (v: Json, expected: number | undefined): void => number({ path: 'v', unit: 'secs_nanos' }, { v }, expected)
  f({ secs: 2, nanos: 500000000 }, 2.5)
  f({ seconds: '2', nanos: 1 }, 2.000000001)
  f({ nanos: 153000000 }, 0.153)
  f({ secs: 3 }, 3)
  f([1769862896, 789000000], 1769862896.789)
  f([0, 153000000], 0.153)
  for (const no of [{}, [], [1], [1, 2, 3], [1.5, 0], ['x', 0], { secs: 'x' }, { secs: null, nanos: null }, 5, '5', null])
    f(no, undefined)
  f(JSON.parse('{"__proto__":{"secs":5}}') as Json, undefined)
})

test('units of integers are the double nearest to the true quotient or product (property)', () => {
  // Independent: the quotient as decimal digits, which Number() rounds once.
  const decimal = (n: number, digits: number): number => Number(`${n}e-${digits}`)
  const cases: readonly (readonly [Unit, (n: number) => number])[] = [
    ['ns', (n) => decimal(n, 9)],
    ['us', (n) => decimal(n, 6)],
    ['ms', (n) => decimal(n, 3)],
    ['percent', (n) => decimal(n, 2)],
    ['min', (n) => Number(BigInt(n) * 60n)],
    ['GiB', (n) => Number(BigInt(n) * 1073741824n)],
    ['d', (n) => Number(BigInt(n) * 86400n)],
  ]
  for (const [unit, expected] of cases) {
    const { made, rowOf } = compiled((context) => compileValue({ path: 'v', unit }, context))
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        expect(made.number(rowOf({ v: n }))).toBe(expected(n) + 0)
      }),
    )
  }
})

test('a scale below 1 that is 1/n divides by n (property)', () => {
  const { made, rowOf } = compiled((context) => compileValue({ path: 'v', scale: 0.001 }, context))
  fc.assert(
    fc.property(fc.maxSafeInteger(), (n) => {
      expect(made.number(rowOf({ v: n }))).toBe(Number(`${n}e-3`) + 0)
    }),
  )
})

test('a double survives its text (property)', () => {
  const { made, rowOf } = compiled((context) => compileValue('v', context))
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => {
      expect(made.number(rowOf({ v: String(n) }))).toBe(n + 0)
      expect(made.text(rowOf({ v: n }))).toBe(String(n))
    }),
  )
})

test('Go durations of whole nanoseconds are exact (property)', () => {
  const { made, rowOf } = compiled((context) => compileValue({ path: 'v', unit: 'go_duration' }, context))
  fc.assert(
    fc.property(fc.nat(2_000_000), fc.nat(59), fc.nat(59), fc.nat(999_999_999), (h, m, s, ns) => {
      const total = (BigInt(h) * 3600n + BigInt(m) * 60n + BigInt(s)) * 1_000_000_000n + BigInt(ns)
      expect(made.number(rowOf({ v: `${h}h${m}m${s}.${String(ns).padStart(9, '0')}s` }))).toBe(Number(`${total}e-9`))
    }),
  )
})
