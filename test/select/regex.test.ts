import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainPattern } from '../../src/select/plain-pattern.ts'
import { compileRegex, compileWithEngine, type LinearRegex } from '../../src/select/regex.ts'

function regex(pattern: string, compile = compileRegex): LinearRegex {
  const compiled = compile(pattern)
  if (!compiled.ok) throw new Error(compiled.message)
  return compiled.regex
}

test('a pattern fits anywhere; ^ and $ are the ends of the text', () => {
  const f = (pattern: string, text: string, expected: boolean): void =>
    expect([pattern, text, regex(pattern).test(text)]).toEqual([pattern, text, expected])
  f('b+', 'abbc', true)
  f('^b', 'abbc', false)
  f('c$', 'abbc', true)
  f('c$', 'abbc\n', false)
  f('c.$', 'abbc\n', false)
  f('(?i)ABB', 'abbc', true)
  f('(?m)^x$', 'a\nx\nb', true)
  f('^$', '', true)
  f('', 'x', true)
  f('^.$', '😀', true)
})

test('group 1 is given, else all that fitted', () => {
  expect(regex('code (\\d+)').group1('code 12 or 13')).toBe('12')
  expect(regex('\\d+').group1('code 12 or 13')).toBe('12')
  expect(regex('(a)|b').group1('b')).toBe('b')
  expect(regex('x(y*)').group1('x')).toBe('')
  expect(regex('z').group1('x')).toBeUndefined()
  expect(regex('(?:a|b)+').group1('xxabba')).toBe('abba')
})

test('groups are named in the way of JavaScript or of RE2', () => {
  const both = regex('(?<level>\\w+) (?P<msg>.*)')
  expect(both.groups('warn disk full')).toEqual({ level: 'warn', msg: 'disk full' })
  expect(both.groups('')).toBeUndefined()
  expect(both.groupNames).toEqual(['level', 'msg'])
  expect(regex('(?<a>x)|(?<b>y)').groups('y')).toEqual({ b: 'y' })
  expect(regex('plain').groups('plain')).toEqual({})
  expect(Object.getPrototypeOf(regex('(?<toString>x)').groups('x'))).toBeNull()
  expect(regex('(?<__proto__>x)').groups('x')).toMatchObject({})
})

test('what is no RE2, too long or too large is refused with a reason', () => {
  const f = (pattern: string, reason: RegExp): void => {
    const compiled = compileRegex(pattern)
    expect([pattern.slice(0, 20), compiled.ok, compiled.ok ? '' : compiled.message]).toEqual([
      pattern.slice(0, 20),
      false,
      expect.stringMatching(reason),
    ])
  }
  f('(', /missing closing \)/)
  f('[', /missing closing \]/)
  f('(?=x)', /\(\?=/)
  f('(?<!x)y', /\(\?</)
  f('(a)\\1', /\\1/)
  f('a**', /\*\*/)
  f('x{1001}', /repeat count/)
  f('((x{10}){10}){10}(y{1000})', /steps/)
  f('a'.repeat(1001), /1001 characters/)
  f('('.repeat(1000), /./)
})

test('patterns that stall a backtracking engine are matched in milliseconds', () => {
  const attacks: readonly (readonly [string, string])[] = [
    ['^(a+)+$', `${'a'.repeat(60_000)}!`],
    ['(a|a)*b', 'a'.repeat(60_000)],
    ['(x+x+)+y', 'x'.repeat(60_000)],
    ['(.*)*=x', 'a'.repeat(60_000)],
    ['.*.*.*=.*;', 'a='.repeat(30_000)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(60_000)],
    ['[ab]*a[ab]{30}c', 'ab'.repeat(30_000)],
    ['(a?){50}a{50}', 'a'.repeat(60_000)],
    ['(a{100}){10}(b)', 'a'.repeat(60_000)],
  ]
  for (const [pattern, text] of attacks) {
    const attacked = regex(pattern)
    const started = performance.now()
    attacked.test(text)
    attacked.group1(text)
    expect([pattern, performance.now() - started < 500]).toEqual([pattern, true])
  }
})

test('of a text past 65536 characters the engine sees the first, plain patterns see all', () => {
  const text = `${'x'.repeat(70_000)}needle`
  expect(regex('need(le|ed)').test(text)).toBe(false)
  expect(regex('needle').test(text)).toBe(true)
  expect(regex('need(le|ed)').test(`${'x'.repeat(65_530)}needle`)).toBe(true)
})

test('a hostile log cannot make the states of a pattern grow past a mebibyte or so', () => {
  const pattern = regex('[ab]*a[ab]{100}c')
  let seed = 1
  const next = (): string => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return 'ab'[(seed >> 30) & 1]!
  }
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 20; i++) pattern.test(`${Array.from({ length: 4000 }, next).join('')}c`)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 2 ** 20)
})

test('plain patterns are recognized, and only they', () => {
  const f = (pattern: string, expected: boolean): void =>
    expect([pattern, plainPattern(pattern) !== undefined]).toEqual([pattern, expected])
  for (const yes of ['exit code', '^mcp__', '\\.py$', '^a$', 'a|b', '^a|b$|c', 'a\\|b', 'é', '\\\\']) f(yes, true)
  for (const no of [
    '',
    '^',
    'a|',
    '|a',
    'a.',
    'a+',
    '(a)',
    '[a]',
    'a{2}',
    '\\d',
    '\\n',
    '^^a',
    'a$b',
    'a\\\\|b',
    '\\',
    '😀',
    'a\\',
  ])
    f(no, false)
})

const PIECES = ['a', 'b', 'ab', '\\.', '\\|', '\\\\', '\\-', '\\$', ' ', 'é', '\n', '"', '/', '_', '\\_', '<', '\\<', '~', '\\`']
const WORD = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
const BRANCH = fc.tuple(fc.constantFrom('', '^'), WORD, fc.constantFrom('', '$')).map((parts) => parts.join(''))
const TEXT = fc.array(
  fc.constantFrom('a', 'b', '.', '|', '\\', '-', '$', ' ', 'é', '\n', '"', '/', '_', '<', '~', '`', '😀', '\ud83d'),
  { maxLength: 8 },
)

test('a plain pattern finds what the engine finds (property)', () => {
  fc.assert(
    fc.property(fc.array(BRANCH, { minLength: 1, maxLength: 3 }), TEXT, (branches, units) => {
      const pattern = branches.join('|')
      const text = units.join('')
      fc.pre(plainPattern(pattern) !== undefined) // An escaped backslash before `|` is left to the engine.
      const [plain, engine] = [regex(pattern), regex(pattern, compileWithEngine)]
      expect(plain.test(text)).toBe(engine.test(text))
      expect(plain.group1(text)).toBe(engine.group1(text))
    }),
    { numRuns: 1000 },
  )
})

test('of plain alternatives the leftmost is found, the first written where several start', () => {
  expect(regex('a|ab').group1('xab')).toBe('a')
  expect(regex('ab|a').group1('xab')).toBe('ab')
  expect(regex('b|a').group1('xab')).toBe('a')
  expect(regex('b$|^x').group1('xab')).toBe('x')
})

test('no pattern makes compiling throw, and no text matching (property)', () => {
  const pattern = fc.oneof(fc.string(), fc.stringMatching(/^[()[\]{}a^$|.*+?\\0-9,<P=:-]{0,12}$/))
  fc.assert(
    fc.property(pattern, fc.string({ unit: 'binary' }), (source, text) => {
      const compiled = compileRegex(source)
      if (!compiled.ok) {
        expect(compiled.message).not.toBe('')
        return
      }
      const found = compiled.regex.group1(text)
      expect(found === undefined).toBe(!compiled.regex.test(text))
      expect(found === undefined || text.includes(found)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})
