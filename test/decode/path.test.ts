import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Json, type Path, parsePath, readSteps, type Step } from '../../src/decode/path.ts'

function pathOf(text: string): Path {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem.message}`)
  return parsed.path
}

const read = (text: string, value: Json): Json => readSteps(value, pathOf(text).steps)
const name = (step: string): Step => ({ kind: 'name', name: step })

test('a path is a root and dotted steps: names, quoted names, indexes, elements, $json', () => {
  const f = (text: string, root: string, ...steps: readonly Step[]): void =>
    expect([text, pathOf(text)]).toEqual([text, { root, steps }])
  f('usage.input_tokens', '$', name('usage'), name('input_tokens'))
  f('content.0.type', '$', name('content'), { kind: 'index', index: 0 }, name('type'))
  f('a."fd.name"', '$', name('a'), name('fd.name'))
  f('"say \\"x\\" \\\\"', '$', name('say "x" \\'))
  f('$', '$')
  f('$.any', '$', name('any'))
  f('$."0".$json.subsystem', '$', name('0'), { kind: 'json' }, name('subsystem'))
  f('$block.key', '$block', name('key'))
  f('$b2.x', '$b2', name('x'))
  f('$path.project', '$path', name('project'))
  f('attributes.(key="a b").value', '$', name('attributes'), { kind: 'element', key: 'key', equals: 'a b' }, name('value'))
  f('content.( type = tool_use )', '$', name('content'), { kind: 'element', key: 'type', equals: 'tool_use' })
  f('@timestamp', '$', name('@timestamp'))
  f(':authority.x-y', '$', name(':authority'), name('x-y'))
  f('a.007', '$', name('a'), name('007'))
})

test('what is no path is refused at the character where reading stopped', () => {
  const f = (text: string, at: number): void =>
    expect([text, parsePath(text)]).toMatchObject([text, { ok: false, problem: { at } }])
  f('', 0)
  f('.a', 0)
  f('a.', 2)
  f('a..b', 2)
  f('a b', 1)
  f('"a', 0)
  f('"a"b', 3)
  f('a.(x=1', 2)
  f('a.(x)', 2)
  f('a)', 1)
  f('$b.$x', 3)
  f('a.$jsonx', 2)
  f('$1', 1)
})

test('steps are taken through own properties; what does not fit is missing', () => {
  const event = JSON.parse(`{"a":{"b.c":[{"k":"x","v":1},{"k":2,"v":"two"}]},"n":null,"s":"text","inner":"{\\"x\\":[5]}",
    "0":"zero","__proto__":{"own":true},"empty":"","zero":0,"false":false}`) as Json
  const f = (path: string, expected: Json): void => expect([path, read(path, event)]).toEqual([path, expected])
  f('a."b.c".0.v', 1)
  f('a."b.c".1.v', 'two')
  f('a."b.c".2.v', undefined)
  f('a."b.c".(k=x).v', 1)
  f('a."b.c".(k=2).v', 'two')
  f('a."b.c".(k=3).v', undefined)
  f('a."b.c".k', undefined)
  f('a."b.c".length', undefined)
  f('a.0', undefined)
  f('s.0', undefined)
  f('s.length', undefined)
  f('n', undefined)
  f('n.x', undefined)
  f('inner.$json.x.0', 5)
  f('s.$json', undefined)
  f('a.$json', undefined)
  f('0', undefined)
  f('"0"', 'zero')
  f('__proto__.own', true)
  f('a.__proto__', undefined)
  f('a.constructor', undefined)
  f('a.hasOwnProperty', undefined)
  f('empty', '')
  f('zero', 0)
  f('false', false)
})

test('JSON inside a string is bounded as a line is, and keeps the digits of its integers', () => {
  expect(read('s.$json.id', { s: '{"id":12345678901234567890,"x":1.5}' })).toBe(12345678901234567890n)
  expect(read('s.$json.x', { s: '{"id":12345678901234567890,"x":1.5}' })).toBe(1.5)
  expect(read('s.$json', { s: ' [1, 2] ' })).toEqual([1, 2])
  expect(read('s.$json', { s: 'null' })).toBeUndefined()
  expect(read('s.$json', { s: `[${'0,'.repeat(99_998)}0]` })).toHaveLength(99_999)
  expect(read('s.$json', { s: `[${'0,'.repeat(100_001)}0]` })).toBeUndefined()
  expect(read('s.$json', { s: `${'['.repeat(257)}1${']'.repeat(257)}` })).toBeUndefined()
  expect(read('s.$json', { s: '['.repeat(5_000_000) })).toBeUndefined()
  expect(read('s.$json', { s: `{"a":"${',['.repeat(500_000)}"}` })).toBeTypeOf('object')
})

test('a long run of digits inside a string costs milliseconds', () => {
  const started = performance.now()
  read('s.$json', { s: `[${'1'.repeat(1_000_000)}.5]` })
  read('s.$json', { s: `[${'1'.repeat(4_000_000)}]` })
  expect(performance.now() - started).toBeLessThan(1000)
})

test('every key can be reached quoted (property)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer(), (key, value) => {
      const event = Object.defineProperty({}, key, { value, enumerable: true }) as Json
      expect(read(`$."${key.replace(/["\\]/g, '\\$&')}"`, event)).toBe(value)
    }),
  )
})

test('no text makes parsing throw, and no value reading (property)', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[a.$"\\()= 0-9json]{0,16}$/))
  fc.assert(
    fc.property(text, fc.jsonValue(), (path, value) => {
      const parsed = parsePath(path)
      if (parsed.ok) readSteps(value as Json, parsed.path.steps)
      else expect(parsed.problem.at).toBeLessThanOrEqual(path.length)
    }),
    { numRuns: 1000 },
  )
})
