/** What masking promises whatever the text is: the rest stays, nothing is kept, the same comes of it the second time, keys count. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Masks } from '../../src/mask/masks.ts'
import { compileMasks } from '../../src/select/mask-patterns.ts'
import { KINDS, randomOf } from './made-up.ts'

const masks = new Masks()
const withPatterns = (...specs: string[]): Masks =>
  compileMasks(
    specs.map((spec) => ({ spec, place: { file: 'm.yaml' } })),
    () => expect.fail('a diagnostic'),
  )

/** Pieces of which texts are made that are hard to mask right. */
const piece = fc.constantFrom(
  ...[
    'password',
    'api_key',
    'cookie',
    'name',
    'value',
    'authorization',
    '=',
    ':',
    '"',
    "'",
    '\\',
    '\\"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ' ',
    '\n',
  ],
  ...[
    '--',
    '://',
    '@',
    'a',
    'x1',
    'Bearer ',
    'Basic ',
    'eyJ',
    '.',
    'sk-',
    'ghp_',
    'AKIA',
    '-----BEGIN PRIVATE KEY-----',
    '[masked]',
    '=>',
    '&',
    'é',
    '😀',
  ],
)
const hostile = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))

test('a text without a secret is given back as it is, the very same', () => {
  for (const text of [
    '',
    'a',
    'bash',
    'mcp__server__tool',
    'claude-sonnet-4-5',
    'a=1&b=2',
    'x: y',
    'https://host/a?b=c#d',
    '日本',
    '😀'.repeat(9),
  ])
    expect(masks.text(text)).toBe(text)
})

test('what is masked once stays as it is', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const once = masks.text(text)
      expect(masks.text(once)).toBe(once)
    }),
    { numRuns: 20_000 },
  )
})

test('all that is not masked stands in the text, in its order', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
      let at = 0
      for (const kept of masks.text(text).split('[masked]')) {
        const found = text.indexOf(kept, at)
        expect(found).toBeGreaterThanOrEqual(at)
        at = found + kept.length
      }
    }),
    { numRuns: 5000 },
  )
})

test('of two secrets side by side and of ten thousand none is left', () => {
  const random = randomOf(1)
  const secrets = Array.from({ length: 10_000 }, (_, i) => Object.values(KINDS)[i % 40]!(random))
  expect(masks.text(secrets.join(' '))).toBe(secrets.map(() => '[masked]').join(' '))
})

test('under a secret’s key a value is masked whatever it looks like, but truths and nothings are not', () => {
  expect(['x', '12', 'a b', '0'].map((value) => masks.underKey('api_key', value))).toEqual(Array(4).fill('[masked]'))
  expect(['true', 'false', 'null', ''].map((value) => masks.underKey('isSecret', value))).toEqual(['true', 'false', 'null', ''])
  expect([masks.underKey('token_type', 'bearer'), masks.underKey('msg', 'password=x1')]).toEqual(['bearer', 'password=[masked]'])
})

test('a mapping’s patterns mask group 1, else all of each fit, beside the built-in ones and in one piece with them', () => {
  const own = withPatterns('cust-\\d+', 'pin (\\d{4})', '😀+')
  expect(own.text('cust-12 and cust-345 pin 1234 pin 99 password=x1 a😀😀b')).toBe(
    '[masked] and [masked] pin [masked] pin 99 password=[masked] a[masked]b',
  )
  expect(own.text('a')).toBe('a')
  expect(withPatterns('^id\\w+', '\\bx').text('id1 id2 xx x')).toBe('[masked] id2 [masked]x [masked]')
  expect(withPatterns('unter2 and').text('password=hunter2 and so on')).toBe('password=[masked] so on')
})

test('a pattern that fits nothing, or the empty text, changes nothing', () => {
  expect(withPatterns('z*', '$', 'nothing').text('abc')).toBe('abc')
})

test('what a pattern’s engine does not look at is masked, not let by', () => {
  const text = `${'a '.repeat(40_000)}cust-1`
  const masked = withPatterns('cust-\\d').text(text)
  expect(masked.endsWith('[masked]')).toBe(true)
  expect(masked).not.toContain('cust-1')
  // Each search of this one may go to the end again: after so much work the rest counts as found.
  expect(withPatterns('x*y|x').text('x'.repeat(60_000))).toBe('[masked]')
})

test('a bad pattern is told where it stands, and the good ones hold', () => {
  const told: unknown[] = []
  const place = (i: number) => ({ file: 'm.yaml', path: ['mask', i] })
  const made = compileMasks(
    [
      { spec: '(', place: place(0) },
      { spec: 'abc', place: place(1) },
      { spec: 'x'.repeat(1001), place: place(2) },
    ],
    (d) => told.push([d.code, d.place]),
  )
  expect(told).toEqual([
    ['bad-regex', place(0)],
    ['bad-regex', place(2)],
  ])
  expect(made.text('xabcx')).toBe('x[masked]x')
})
