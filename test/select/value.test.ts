import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/decode/path.ts'
import { textOf } from '../../src/select/scalar-text.ts'
import type { ValueSpec } from '../../src/select/spec.ts'
import { compileValue } from '../../src/select/value.ts'
import { compiled } from './compiled.ts'

function readAll(spec: ValueSpec, event: Json) {
  const { made, problems, rowOf } = compiled((context) => compileValue(spec, context))
  expect(problems).toEqual([])
  const row = rowOf(event)
  return { raw: made.raw(row), text: made.text(row), number: made.number(row), trace: made.trace(row), closed: made.closedTexts }
}

const text = (spec: ValueSpec, event: Json, expected: string | undefined): void =>
  expect([spec, readAll(spec, event).text]).toEqual([spec, expected])
const number = (spec: ValueSpec, event: Json, expected: number | undefined): void =>
  expect([spec, event, readAll(spec, event).number]).toEqual([spec, event, expected])

test('a string is a path, a number or boolean is itself', () => {
  text('a.b', { a: { b: 'x' } }, 'x')
  text('a.b', { a: 5 }, undefined)
  text(7, {}, '7')
  text(true, {}, 'true')
  number(7, {}, 7)
  number(true, {}, 1)
  number('n', { n: 3 }, 3)
})

test('a text is the scalar as written, shortest for numbers; null, objects and lists are missing', () => {
  const f = (value: Json, expected: string | undefined): void => text('v', { v: value }, expected)
  f('', '')
  f(' spaced ', ' spaced ')
  f(1.5, '1.5')
  f(1e21, '1e+21')
  f(-0, '0')
  f(false, 'false')
  f(12345678901234567890n, '12345678901234567890')
  f(null, undefined)
  f({}, undefined)
  f(['x'], undefined)
})

test('the first present path of a list is taken, and an empty text is present', () => {
  const spec = { path: ['a', 'b', 'c'] }
  text(spec, { a: null, b: '', c: 'x' }, '')
  text(spec, { c: 'x' }, 'x')
  text(spec, { c: {} }, undefined)
  text(spec, {}, undefined)
})

test('const gives itself, whatever the event', () => {
  text({ const: 'a.b' }, { a: { b: 'x' } }, 'a.b')
  text({ const: false }, {}, 'false')
  number({ const: '12' }, {}, 12)
})

test('key_of gives the first key of an object, or the first that match fits', () => {
  text({ key_of: 'call' }, { call: { shell: 1, other: 2 } }, 'shell')
  text({ key_of: 'call' }, { call: {} }, undefined)
  text({ key_of: 'call' }, { call: ['x'] }, undefined)
  text({ key_of: 'call' }, { call: 'text' }, undefined)
  text({ key_of: '$', match: '^process_' }, { time: 1, process_exec: {}, process_exit: {} }, 'process_exec')
  text({ key_of: 'c', match: '^(.*)ToolCall$' }, { c: { id: 1, readToolCall: {} } }, 'read')
  text({ key_of: 'c', match: 'ToolCall$' }, { c: { id: 1 } }, undefined)
  text({ key_of: 'c' }, JSON.parse('{"c":{"__proto__":1}}') as Json, '__proto__')
})

test('length counts elements, keys and characters; anything else is missing', () => {
  const f = (value: Json, expected: number | undefined): void => number({ length: 'v' }, { v: value }, expected)
  f([1, null, {}], 3)
  f([], 0)
  f({ a: 1, b: 2 }, 2)
  f('häß', 3)
  f('a😀b', 3)
  f('\ud83d', 1)
  f('\ud83d\ud83d\ude00', 2)
  f(5, undefined)
  f(null, undefined)
})

test('sum adds the elements of a list or the values of an object, or what is taken in them', () => {
  number({ sum: 'v' }, { v: [1, '2.5', true] }, 4.5)
  number({ sum: 'v' }, { v: { a: 1, b: 2 } }, 3)
  number({ sum: 'v' }, { v: [] }, 0)
  number({ sum: 'v' }, { v: [1, 'x', null, {}] }, 1)
  number({ sum: 'v' }, { v: ['x'] }, undefined)
  number({ sum: 'v' }, { v: 5 }, undefined)
  number({ sum: 'v' }, {}, undefined)
  number({ sum: 'v', take: 'cost.usd' }, { v: [{ cost: { usd: 1 } }, {}, { cost: { usd: 2.5 } }], cost: { usd: 100 } }, 3.5)
  number({ sum: 'v', take: { path: ['a', 'b'], default: 10 } }, { v: [{ b: 1 }, { a: 2 }, {}] }, 13)
  number({ sum: 'v', take: { sum: 'w', take: 'x' } }, { v: [{ w: [{ x: 1 }, { x: 2 }] }, { w: [{ x: 4 }] }] }, 7)
  number({ sum: 'v', take: { path: 'n', plus: '$bytes' } }, { v: [{ n: 1 }, { n: 2 }] }, 87)
  number({ sum: 'v', take: 'ms', unit: 'ms' }, { v: [{ ms: 100 }, { ms: 53 }] }, 0.153)
})

test('match gives group 1, else all that fitted; no fit is missing', () => {
  text({ path: 'm', match: 'code (\\d+)' }, { m: 'exited with code 12.' }, '12')
  text({ path: 'm', match: 'code \\d+' }, { m: 'exited with code 12.' }, 'code 12')
  text({ path: 'm', match: 'code (\\d+)' }, { m: 'signal 9' }, undefined)
  text({ path: 'm', match: '^4' }, { m: 404 }, '4')
  text({ path: 'm', match: '.*' }, { m: {} }, undefined)
  number({ path: 'm', match: 'Wall time: ([\\d.]+)' }, { m: 'Wall time: 1.25 seconds' }, 1.25)
})

test('part gives the host of a URL or authority', () => {
  const f = (from: string, expected: string | undefined): void => text({ path: 'v', part: 'host' }, { v: from }, expected)
  f('https://api.example.com/v1?x=http://other/', 'api.example.com')
  f('https://user:p%40ss@API.Example.com:8443', 'api.example.com')
  f('api.example.com:443', 'api.example.com')
  f('localhost', 'localhost')
  f('error: broken', undefined)
  f('C:\\work\\a.ts', undefined)
  f('http://a.example:http/', undefined)
  f('a.example:', 'a.example')
  f('localhost:11434/api', 'localhost')
  f('//cdn.example.com/x', 'cdn.example.com')
  f('http://ollama/api', 'ollama')
  f('http://[::1]:8080/', '::1')
  f('[fe80::1]:53', 'fe80::1')
  f('::1', '::1')
  f('10.0.0.1', '10.0.0.1')
  f('wss://h?x', 'h')
  f('nonsense', undefined)
  f('https://', undefined)
  f('/etc/passwd', undefined)
  f('two words.com', undefined)
  f('http://a\nb/', undefined)
  f('', undefined)
  f('http://[::1', undefined)
})

test('part gives the last step of a file path', () => {
  const f = (from: string, expected: string | undefined): void => text({ path: 'v', part: 'basename' }, { v: from }, expected)
  f('/usr/bin/bash', 'bash')
  f('bash', 'bash')
  f('/usr/bin/', 'bin')
  f('C:\\Windows\\cmd.exe', 'cmd.exe')
  f('/', undefined)
  f('', undefined)
})

test('map knows whole texts, map_re the first fit; else is for a text that neither knows', () => {
  const spec = {
    path: 'v',
    map: { ok: 'success', 0: 'zero', true: 'yes' },
    map_re: [
      ['^5', 'server'],
      ['5', 'five'],
    ] as const,
  }
  text(spec, { v: 'ok' }, 'success')
  text(spec, { v: 0 }, 'zero')
  text(spec, { v: true }, 'yes')
  text(spec, { v: 503 }, 'server')
  text(spec, { v: 450 }, 'five')
  text(spec, { v: 'okay' }, 'okay')
  text({ ...spec, else: 'rest' }, { v: 'okay' }, 'rest')
  text({ ...spec, else: 'rest' }, {}, undefined)
  text(spec, { v: '__proto__' }, '__proto__')
  text({ path: 'v', map: { ok: 'x' } }, { v: 'constructor' }, 'constructor')
  number({ path: 'v', map: { low: 1, high: true } }, { v: 'low' }, 1)
  number({ path: 'v', map: { low: 1, high: true } }, { v: 'high' }, 1)
})

test('one_of lets its texts by and gives else, or other, for all others; a map before it lets unknown texts by', () => {
  const spec = { path: 'v', map: { ok: 'success' }, one_of: ['success', 'error', 404] }
  text(spec, { v: 'ok' }, 'success')
  text(spec, { v: 'error' }, 'error')
  text(spec, { v: 404 }, '404')
  text(spec, { v: 'weird' }, 'other')
  text({ ...spec, else: 'rest' }, { v: 'error' }, 'error')
  text({ ...spec, else: 'rest' }, { v: 'weird' }, 'rest')
  text({ ...spec, default: 'none' }, {}, 'none')
  text(spec, { v: null }, undefined)
})

test('the text stages run in the order of the language, however written', () => {
  const spec = { one_of: ['bash'], map: { sh: 'bash' }, lower: true, part: 'basename', match: 'run (\\S+)', path: 'v' } as const
  text(spec, { v: 'run /bin/SH now' }, 'bash')
  text({ path: 'v', lower: true, normalize: ['hex'] }, { v: 'ID 0XABCDEF' }, 'id {hex}')
})

test('the default stands in for what is missing at the end, whatever made it missing', () => {
  text({ path: 'v', default: 'd' }, {}, 'd')
  text({ path: 'v', default: 'd' }, { v: [] }, 'd')
  text({ path: 'v', match: 'x', default: '' }, { v: 'y' }, '')
  number({ path: 'v', default: 0 }, { v: 'abc' }, 0)
  number({ path: 'v', minus: 'w', default: -1 }, { v: 5 }, -1)
  text({ path: 'v', unit: 'ms', default: 'n/a' }, { v: 'x' }, 'n/a')
  number({ path: 'v', unit: 'ms', default: 5 }, {}, 5)
})

test('raw is what the source gives, before any other stage', () => {
  expect(readAll({ path: 'v', default: 1 }, { v: [1, 2] }).raw).toEqual([1, 2])
  expect(readAll({ path: 'v', lower: true }, { v: 'X' }).raw).toBe('X')
  expect(readAll({ path: 'v', default: 1 }, {}).raw).toBeUndefined()
})

test('the texts of a const, a literal and one_of are known, also through its stages', () => {
  const f = (spec: ValueSpec, expected: readonly string[] | undefined): void =>
    expect([spec, readAll(spec, {}).closed]).toEqual([spec, expected])
  f(5, ['5'])
  f(true, ['true'])
  f({ const: 'x' }, ['x'])
  f({ const: 'X', lower: true }, ['x'])
  f({ const: 'x', match: 'y', default: 'z' }, ['z'])
  f({ path: 'v', one_of: ['a', 5] }, ['a', '5'])
  f({ path: 'v', one_of: ['a', 'other'], default: 'a' }, ['a', 'other'])
  f({ path: 'v', one_of: ['a'], else: 'b', default: 'c' }, ['a', 'c'])
  f({ path: 'v', one_of: ['1'], unit: 'ms' }, undefined)
  f({ path: 'v', map: { a: 'b' } }, undefined)
  f('v', undefined)
})

test('a trace shows each stage with what went in and came out', () => {
  const spec = { path: ['a', 'b', 'c'], lower: true, map: { ok: 'success' }, one_of: ['success'], default: 'none' }
  expect(readAll(spec, { b: 'OK', c: 'later' }).trace).toEqual({
    source: 'path',
    of: 'a, b, c',
    tried: [
      { path: 'a', found: undefined },
      { path: 'b', found: 'OK' },
    ],
    found: 'OK',
    stages: [
      { stage: 'lower', detail: undefined, before: 'OK', after: 'ok' },
      { stage: 'map', detail: undefined, before: 'ok', after: 'success' },
      { stage: 'one_of', detail: 'success', before: 'success', after: 'success' },
    ],
    fallback: undefined,
    result: 'success',
  })
  expect(readAll({ path: 'v', minus: 'w', unit: 'ms' }, { v: '200', w: 47 }).trace.stages).toMatchObject([
    { stage: 'number', before: '200', after: 200 },
    { stage: 'minus', before: 200, after: 153, operands: [{ of: 'w', result: 47 }] },
    { stage: 'unit', detail: 'ms', before: 153, after: 0.153 },
  ])
  expect(readAll({ path: 'v', default: 'd' }, { v: {} }).trace).toMatchObject({ found: {}, fallback: 'd', result: 'd' })
  expect(readAll('v', { v: { a: 1 } }).trace).toMatchObject({ found: { a: 1 }, result: undefined })
})

test('a trace of a number ends in the number, also where the value has no number stage', () => {
  const { made, rowOf } = compiled((context) => compileValue({ path: 'v', default: 3 }, context))
  expect(made.trace(rowOf({ v: '12' }), 'number')).toMatchObject({ stages: [{ stage: 'number', after: 12 }], result: 12 })
  expect(made.trace(rowOf({ v: 'x' }), 'number')).toMatchObject({ stages: [{ after: undefined }], fallback: 3, result: 3 })
  expect(made.trace(rowOf({ v: 'x' }), 'text')).toMatchObject({ stages: [], fallback: undefined, result: 'x' })
})

test('problems are reported where they stand, all of them, and the value is missing or goes on without the piece', () => {
  const spec: ValueSpec = {
    path: ['ok', 'a..b'],
    match: '(',
    map_re: [
      ['fine', 'x'],
      ['[', 'y'],
    ],
    minus: ['$nothing'],
    default: 'd',
  }
  const { made, problems, rowOf } = compiled((context) => compileValue(spec, context))
  expect(problems.map(({ code, place }) => [code, place.path])).toEqual([
    ['bad-path', ['at', 'path', 1]],
    ['bad-regex', ['at', 'match']],
    ['bad-regex', ['at', 'map_re', 1, 0]],
    ['unknown-name', ['at', 'minus', 0]],
  ])
  expect(made.text(rowOf({}))).toBe('d')
})

test('$ names are read from the row, not from the event', () => {
  text('$name', { $name: 'forged' }, 'named')
  text('$source', {}, 'src')
  text('$path.project', {}, 'p1')
  text('$path.toString', {}, undefined)
  number('$bytes', {}, 42)
  number('$time', {}, 1769862896.789)
})

const SCALARS = fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.integer(), fc.boolean(), fc.bigInt(), fc.constant(null))

test('the number of a value depends on its text alone (property)', () => {
  const viaText = compiled((context) => compileValue({ path: 'v', map: {} }, context))
  const direct = compiled((context) => compileValue('v', context))
  fc.assert(
    fc.property(SCALARS, (v) => {
      fc.pre(v !== Number.POSITIVE_INFINITY && v !== Number.NEGATIVE_INFINITY)
      expect(viaText.made.number(viaText.rowOf({ v }))).toBe(direct.made.number(direct.rowOf({ v })))
    }),
  )
})

test('no event makes a value throw, and text is always a text (property)', () => {
  const specs: ValueSpec[] = [
    'a.b',
    'a.(b=c).d',
    'a.$json.b',
    {
      path: ['a.b', 'a'],
      match: '(a+)+$',
      part: 'host',
      normalize: ['uuid', 'hex', 'number', 'email'],
      lower: true,
      one_of: ['x'],
    },
    { path: 'a', part: 'basename', map: { a: 'b' }, map_re: [['x', 1]], else: 'y' },
    { key_of: 'a', match: 'b' },
    { length: 'a' },
    { sum: 'a', take: { path: 'b', minus: 'c' } },
    { path: 'a', plus: 'b', minus: ['a', 'a.b'], unit: 'ns', scale: 0.001 },
    { path: 'a', unit: 'go_duration' },
    { path: 'a', unit: 'iso_duration' },
    { path: 'a', unit: 'secs_nanos' },
  ]
  const all = specs.map((spec) => compiled((context) => compileValue(spec, context)))
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'secs', 'nanos', '__proto__', 'constructor', 'toString')
  const { event } = fc.letrec((tie) => ({
    event: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
    any: fc.oneof(
      { depthSize: 'small' },
      SCALARS,
      tie('event'),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.constant('1h2m'),
      fc.constant('{"b":1}'),
    ),
  }))
  fc.assert(
    fc.property(event, (e) => {
      for (const { made, rowOf } of all) {
        const row = rowOf(e as Json)
        expect(['string', 'undefined']).toContain(typeof made.text(row))
        expect(['number', 'undefined']).toContain(typeof made.number(row))
        expect([e, textOf(made.trace(row).result)]).toEqual([e, made.text(row)])
        const { result } = made.trace(row, 'number')
        expect([e, result === undefined ? undefined : Number(result)]).toEqual([e, made.number(row)])
      }
    }),
  )
})

test('a value that is mebibytes long, or nested deeply, costs milliseconds', () => {
  const long = 'a@'.repeat(2 ** 21)
  let deep: Json = 'x'
  for (let i = 0; i < 10_000; i++) deep = [deep]
  const spec = { path: ['v'], match: '(a@)+', normalize: ['uuid', 'hex', 'number', 'email'] as const, lower: true }
  const { made, rowOf } = compiled((context) => compileValue(spec, context))
  const started = performance.now()
  for (const v of [long, deep, '1'.repeat(2 ** 22), '{'.repeat(2 ** 20), 'a%40'.repeat(2 ** 20), '%2F1'.repeat(2 ** 20)]) {
    made.text(rowOf({ v }))
    made.number(rowOf({ v }))
    made.trace(rowOf({ v }))
  }
  expect(performance.now() - started).toBeLessThan(2000)
})
