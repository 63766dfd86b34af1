import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { Json } from '../../src/decode/path.ts'
import { loadExpressionParser } from '../../src/select/cel/parser.ts'
import { compileWhere } from '../../src/select/condition.ts'
import type { WhereSpec } from '../../src/select/spec.ts'
import { compiled } from './compiled.ts'

beforeAll(loadExpressionParser)

function holds(spec: WhereSpec, event: Json): boolean {
  const { made, problems, rowOf } = compiled((context) => compileWhere(spec, context))
  expect(problems).toEqual([])
  const row = rowOf(event)
  expect(made.trace(row).holds).toBe(made.test(row))
  return made.test(row)
}

const f = (spec: WhereSpec, event: Json, expected: boolean): void =>
  expect([spec, event, holds(spec, event)]).toEqual([spec, event, expected])

test('a scalar asks for equality of text, a list for one of them', () => {
  f({ v: 200 }, { v: 200 }, true)
  f({ v: 200 }, { v: '200' }, true)
  f({ v: '200' }, { v: 200 }, true)
  f({ v: 200 }, { v: 2000 }, false)
  f({ v: '0200' }, { v: 200 }, false)
  f({ v: 'true' }, { v: true }, true)
  f({ v: true }, { v: 'true' }, true)
  f({ v: true }, { v: 1 }, false)
  f({ v: 1 }, { v: true }, false)
  f({ v: '' }, { v: '' }, true)
  f({ v: '' }, {}, false)
  f({ v: '12345678901234567890' }, { v: 12345678901234567890n }, true)
  f({ v: '12345678901234567891' }, { v: 12345678901234567890n }, false)
  f({ v: 0 }, { v: -0 }, true)
  f({ v: '1e+21' }, { v: 1e21 }, true)
  f({ v: '1e21' }, { v: 1e21 }, false)
  f({ v: ['a', 5] }, { v: 'a' }, true)
  f({ v: ['a', 5] }, { v: '5' }, true)
  f({ v: ['a', 5] }, { v: 5 }, true)
  f({ v: ['a', 5] }, { v: 'b' }, false)
  f({ v: ['a', 5] }, { v: null }, false)
  f({ v: [] }, { v: 'a' }, false)
})

test('an object or list exists, equals nothing, and fulfils not', () => {
  for (const v of [{}, [], ['a'], { a: 1 }]) {
    f({ v: { exists: true } }, { v }, true)
    f({ v: { exists: false } }, { v }, false)
    f({ v: 'a' }, { v }, false)
    f({ v: '' }, { v }, false)
    f({ v: ['a', '[object Object]'] }, { v }, false)
    f({ v: { not: 'a' } }, { v }, true)
    f({ v: { regex: '' } }, { v }, false)
    f({ v: { gte: 0 } }, { v }, false)
  }
})

test('of what is missing only exists: false and not hold', () => {
  for (const event of [{}, { v: null }, { v: undefined }]) {
    f({ v: { exists: false } }, event, true)
    f({ v: { exists: true } }, event, false)
    f({ v: { not: 'a' } }, event, true)
    f({ v: { not: ['a', ''] } }, event, true)
    f({ v: 'undefined' }, event, false)
    f({ v: 'null' }, event, false)
    f({ v: { regex: '.*' } }, event, false)
    for (const key of ['gt', 'gte', 'lt', 'lte']) f({ v: { [key]: 0 } }, event, false)
  }
})

test('not takes a scalar or a list', () => {
  f({ v: { not: 'a' } }, { v: 'a' }, false)
  f({ v: { not: 'a' } }, { v: 'b' }, true)
  f({ v: { not: 200 } }, { v: '200' }, false)
  f({ v: { not: ['a', 'b'] } }, { v: 'b' }, false)
  f({ v: { not: ['a', 'b'] } }, { v: 'c' }, true)
  f({ v: { not: false } }, { v: false }, false)
})

test('regex looks anywhere in the text', () => {
  f({ v: { regex: '^mcp__' } }, { v: 'mcp__server__tool' }, true)
  f({ v: { regex: '^mcp__' } }, { v: 'x mcp__' }, false)
  f({ v: { regex: 'o+l$' } }, { v: 'tool' }, true)
  f({ v: { regex: '^5\\d\\d$' } }, { v: 503 }, true)
  f({ v: { regex: 'rue' } }, { v: true }, true)
})

test('gt, gte, lt and lte compare numbers, of numeric text too', () => {
  f({ v: { gt: 5 } }, { v: 5 }, false)
  f({ v: { gt: 5 } }, { v: 5.1 }, true)
  f({ v: { gte: 5 } }, { v: '5' }, true)
  f({ v: { lt: 5 } }, { v: '5' }, false)
  f({ v: { lt: 5 } }, { v: -7 }, true)
  f({ v: { lte: 5 } }, { v: 5 }, true)
  f({ v: { lte: 5 } }, { v: 'low' }, false)
  f({ v: { gte: 0 } }, { v: '' }, false)
  f({ v: { gt: 9007199254740992 } }, { v: 9007199254740993n }, true)
  f({ v: { gt: 0 } }, { v: true }, true)
})

test('several keys of a test, and several paths, all hold', () => {
  f({ v: { gte: 200, lt: 500 } }, { v: 404 }, true)
  f({ v: { gte: 200, lt: 500 } }, { v: 500 }, false)
  f({ v: { gte: 200, lt: 500, not: 404 } }, { v: 404 }, false)
  f({ v: { exists: true, not: 'x', regex: 'a' } }, { v: 'abc' }, true)
  f({ a: 1, b: 2 }, { a: 1, b: 2 }, true)
  f({ a: 1, b: 2 }, { a: 1 }, false)
  f({}, {}, true)
})

test('any wants one of its list, none wants none; both nest', () => {
  f({ any: [{ a: 1 }, { b: 2 }] }, { b: 2 }, true)
  f({ any: [{ a: 1 }, { b: 2 }] }, { b: 1 }, false)
  f({ any: [{ a: 1, c: 3 }, { b: 2 }] }, { a: 1 }, false)
  f({ any: [] }, {}, false)
  f({ none: [{ a: 1 }, { b: 2 }] }, { a: 1 }, false)
  f({ none: [{ a: 1 }, { b: 2 }] }, {}, true)
  f({ none: [] }, {}, true)
  f({ a: 1, any: [{ none: [{ b: 2 }] }, { c: 3 }] }, { a: 1, b: 2, c: 3 }, true)
  f({ a: 1, any: [{ none: [{ b: 2 }] }, { c: 3 }] }, { a: 1, b: 2 }, false)
  f({ '$.any': 'x' }, { any: 'x' }, true)
})

test('paths reach into the event and to $ names, and own properties only', () => {
  f({ 'a."b.c".0': 'x' }, { a: { 'b.c': ['x'] } }, true)
  f({ $name: 'named' }, { $name: 'forged' }, true)
  f({ '$path.project': 'p1' }, {}, true)
  f({ constructor: { exists: true } }, {}, false)
  f({ '__proto__.x': 'y' }, JSON.parse('{"__proto__":{"x":"y"}}') as Json, true)
})

test('a trace names each piece with the path, what was asked and what was found', () => {
  const spec: WhereSpec = { status: ['error', 'timeout'], n: { gte: 40, not: 50 }, any: [{ a: 1 }] }
  const { made, rowOf } = compiled((context) => compileWhere(spec, context))
  expect(made.trace(rowOf({ status: 'ok', n: '41' }))).toEqual({
    kind: 'all',
    holds: false,
    parts: [
      { kind: 'test', path: 'status', asks: 'is "error" or "timeout"', found: 'ok', holds: false },
      { kind: 'test', path: 'n', asks: 'not 50', found: '41', holds: true },
      { kind: 'test', path: 'n', asks: 'gte 40', found: '41', holds: true },
      {
        kind: 'any',
        holds: false,
        parts: [
          { kind: 'all', holds: false, parts: [{ kind: 'test', path: 'a', asks: 'is 1', found: undefined, holds: false }] },
        ],
      },
    ],
  })
})

test('a trace of none tells what it forbids', () => {
  const { made, rowOf } = compiled((context) => compileWhere({ none: [{ a: 1 }, { b: 2 }] }, context))
  const parts = [
    { kind: 'all', parts: [{ path: 'a', holds: true }] },
    { kind: 'all', parts: [{ path: 'b', holds: false }] },
  ]
  expect(made.trace(rowOf({ a: 1, b: 3 }))).toMatchObject({ holds: false, parts: [{ kind: 'none', holds: false, parts }] })
})

test('problems are reported at the key or the value that has them, and such a test never holds', () => {
  const spec: WhereSpec = { 'a..b': 1, v: { regex: '(' }, any: [{ $nothing: 1 }], expr: 'evnt.x > 1.0' }
  const { made, problems, rowOf } = compiled((context) => compileWhere(spec, context))
  expect(problems.map(({ code, place }) => [code, place.path, place.part])).toEqual([
    ['bad-path', ['at', 'a..b'], 'key'],
    ['bad-regex', ['at', 'v', 'regex'], undefined],
    ['unknown-name', ['at', 'any', 0, '$nothing'], 'key'],
    ['unknown-name', ['at', 'expr'], undefined],
  ])
  expect(made.test(rowOf({ v: '(' }))).toBe(false)
})

test('a value equals another exactly if their texts are the same (property)', () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  fc.assert(
    fc.property(scalar, scalar, (a, b) => {
      expect(holds({ v: a }, { v: a })).toBe(true)
      expect(holds({ v: String(a) }, { v: a })).toBe(true)
      expect(holds({ v: a }, { v: String(a) })).toBe(true)
      expect(holds({ v: a }, { v: b })).toBe(String(a) === String(b))
      expect(holds({ v: [a, 'x'] }, { v: b })).toBe(String(a) === String(b) || b === 'x')
      expect(holds({ v: { not: a } }, { v: b })).toBe(String(a) !== String(b))
    }),
  )
})
