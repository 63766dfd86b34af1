import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logfmtLines, readLogfmt } from '../../src/decode/format/logfmt.ts'

const BOUNDS = { maxValues: 1000, maxDepth: 20 }

function read(text: string | Buffer): unknown {
  const reader = logfmtLines.newReader(BOUNDS, false)
  const bytes = Buffer.from(text as string)
  const padded = Buffer.concat([Buffer.from('x='), bytes, Buffer.from('y=')])
  return reader.read(padded, 2, 2 + bytes.length) ?? reader.body
}

test('fields are texts, names alone are true, quotes hold anything', () => {
  const f = (text: string | Buffer, fields: object): void => expect(read(text)).toEqual(fields)
  f('level=info msg="tool call" took=1.5 cached', { level: 'info', msg: 'tool call', took: '1.5', cached: true })
  f('\u0000\ufeff a=1\tb=2\r', { a: '1', b: '2' })
  f('\u001b[32mlevel\u001b[0m=info', { level: 'info' })
  f('a= b="" c=d=e url=http://x?q=1&r="2"', { a: '', b: '', c: 'd=e', url: 'http://x?q=1&r="2"' })
  f('req.method=GET @ts=1 ключ=значение', { 'req.method': 'GET', '@ts': '1', ключ: 'значение' })
  f(String.raw`a="say \"hi\"\n\\ \u00e9\x1b\U0001F600" b="C:\Users" c="\xff"`, {
    a: 'say "hi"\n\\ é\u001b😀',
    b: String.raw`C:\Users`,
    c: '\ufffd',
  })
  f('a=1 a=2', { a: '2' })
  f('a="1"b=2', { a: '1', b: '2' })
  f('a=1\u0000b=2', { a: '1', b: '2' })
  f(Buffer.concat([Buffer.from('a='), Buffer.from([0xff])]), { a: '\ufffd' })
})

test('names that objects have of themselves are names like all others', () => {
  const body = read('__proto__=x constructor=y toString="z" 0=n a=1') as Record<string, unknown>
  expect(Object.keys(body).sort()).toEqual(['0', '__proto__', 'a', 'constructor', 'toString'])
  expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
  expect(Object.getOwnPropertyDescriptor(body, '__proto__')?.value).toBe('x')
})

test('what is no logfmt is rejected by reason', () => {
  const f = (text: string, reason: string): void => expect([text, read(text)]).toEqual([text, reason])
  f('', 'blank')
  f(' \t\u0000\r', 'blank')
  f('plain words only', 'not_logfmt')
  f('He said "a=1"', 'not_logfmt')
  f('=====', 'not_logfmt')
  f('{"event":"a"}', 'not_logfmt')
  f('a="no end', 'malformed')
  f('a="no end \\"', 'malformed')
  f('a=1 =2', 'malformed')
  f('a=1 b"c', 'malformed')
  f('a=1 '.repeat(1001), 'too_many_values')
})

test('a fault is told where it is', () => {
  expect(readLogfmt('a=1 b="x', 10)).toMatchObject({ fault: 'malformed', at: 6 })
  expect(readLogfmt('a=1 b"', 10)).toMatchObject({ fault: 'malformed', at: 5 })
})

test('megabytes of hostile text take no more than one walk', () => {
  const started = performance.now()
  for (const part of ['a=', 'a="', '="', '\\"', 'a="\\', '"', 'a ', '__proto__=1 ', '\u0000', 'a="\\x'])
    read(part.repeat(1_000_000 / part.length))
  expect(performance.now() - started).toBeLessThan(3000)
})

/** What a careful reader would do by hand, one token at a time. */
function naive(text: string): Record<string, string | boolean> | undefined {
  const fields = Object.create(null) as Record<string, string | boolean>
  let rest = text
  let hasValue = false
  for (;;) {
    rest = rest.replace(/^[\u0000- ]+/, '')
    if (rest === '') return hasValue ? fields : undefined
    const token = /^([^\u0000- ="]+)(?:(=)(?:"((?:[^"\\]|\\[\s\S])*)"|(?!")([^\u0000- ]*))|(?![="]))/.exec(rest)
    if (token === null) return undefined
    const [all, name, equals, quoted, word] = token
    fields[name!] = equals === undefined ? true : (quoted ?? word!)
    hasValue ||= equals !== undefined
    rest = rest.slice(all.length)
  }
}

test('reads what a naive reader reads', () => {
  const piece = fc.constantFrom('a', 'b=', '=', '"', ' ', '\t', '\u0000', 'x', '__proto__', '1', 'é', '\\"', '"y z"')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('')
      const found = readLogfmt(text, 1000)
      const wanted = naive(text)
      const fields = 'fault' in found ? undefined : (found.fields as Record<string, unknown>)
      const plain = (value: object | undefined) =>
        value && Object.entries(value).map(([name, of]) => [name, typeof of === 'string' ? of.replaceAll('\\"', '"') : of])
      expect(plain(fields)).toEqual(plain(wanted))
    }),
    { numRuns: 3000 },
  )
})

test('what was written so is read so', () => {
  const name = fc
    .string({ minLength: 1, unit: 'grapheme' })
    .filter((text) => !/[\u0000-\u0020="\ud800-\udfff\u001b\ufeff]/.test(text))
  const value = fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString())
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([of]) => of, minLength: 1 }), (pairs) => {
      const line = pairs.map(([of, text]) => `${of}=${JSON.stringify(text)}`).join(' ')
      const found = readLogfmt(line, 1000) as { fields: object }
      expect(Object.entries(found.fields).sort()).toEqual([...pairs].sort())
    }),
  )
})
