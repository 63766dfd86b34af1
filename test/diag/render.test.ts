/** The report of diagnostics: text, JSON and GitHub annotations; where carets stand, and what a hostile text cannot do to a terminal. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Diagnostic, Place } from '../../src/diag/diagnostic.ts'
import { type ReportFormat, renderDiagnostics } from '../../src/diag/render.ts'
import { YamlSource } from '../../src/diag/yaml-source.ts'

const at = (place: Partial<Place>, more: Partial<Diagnostic> = {}): Diagnostic => ({
  severity: 'error',
  code: 'bad-value',
  message: 'wrong',
  place: { file: 'm.yaml', ...place },
  ...more,
})
const report = (text: string, diagnostics: readonly Diagnostic[], format: ReportFormat = 'text', colour = false): string =>
  renderDiagnostics(diagnostics, new Map([['m.yaml', new YamlSource('m.yaml', text)]]), format, colour)

const TEXT = 'version: 1\nmetrics:\n  - name: a_total\n    typ: counter\n'

test('a key is underlined at the key, a value at the value, a part that is missing at what is around it', () => {
  expect(report(TEXT, [at({ path: ['metrics', 0, 'typ'], part: 'key' })])).toBe(
    'm.yaml:4:5: error[bad-value]: wrong\n4 |     typ: counter\n  |     ^^^\n',
  )
  expect(report(TEXT, [at({ path: ['metrics', 0, 'typ'] })])).toContain('4 |     typ: counter\n  |          ^^^^^^^\n')
  expect(report(TEXT, [at({ path: ['metrics', 0, 'type'] })])).toContain('m.yaml:3:5: ')
})

test('problems stand in the order of the text, notes and hints below them', () => {
  const note = { message: 'first here', place: { file: 'm.yaml', path: ['version'] } }
  const text = report(TEXT, [
    at({ path: ['metrics', 0, 'typ'], part: 'key' }, { message: 'second' }),
    at({ path: ['version'] }, { message: 'first', notes: [note], hint: 'do this' }),
  ])
  expect(text.indexOf('first')).toBeLessThan(text.indexOf('second'))
  expect(text).toContain('  = note: first here: m.yaml:1:10\n  = hint: do this\n')
})

test('JSON has every field, both ends 1-based, and is a list when there is nothing to tell', () => {
  const note = { message: 'first here', place: { file: 'm.yaml', path: ['version'] } }
  const diagnostic = at({ path: ['metrics', 0, 'typ'], part: 'key' }, { hint: 'type', notes: [note] })
  expect(JSON.parse(report(TEXT, [diagnostic], 'json'))).toEqual([
    {
      file: 'm.yaml',
      line: 4,
      column: 5,
      endLine: 4,
      endColumn: 8,
      severity: 'error',
      code: 'bad-value',
      message: 'wrong',
      hint: 'type',
      notes: [{ file: 'm.yaml', line: 1, column: 10, endLine: 1, endColumn: 11, message: 'first here' }],
    },
  ])
  expect(JSON.parse(report(TEXT, [], 'json'))).toEqual([])
})

test('a GitHub annotation is one line, with percent signs and line breaks of the message escaped', () => {
  const text = report(TEXT, [at({ path: ['version'] }, { severity: 'warning', message: '50% of\r\nx', hint: 'h' })], 'github')
  expect(text).toBe('::warning file=m.yaml,line=1,endLine=1,col=10,endColumn=11,title=bad-value::50%25 of%0D%0Ax (h)\n')
})

test('colour only if told to', () => {
  expect(report(TEXT, [at({ path: ['version'] })])).not.toContain('\u001b')
  expect(report(TEXT, [at({ path: ['version'] })], 'text', true)).toContain('\u001b[31m')
})

test('tabs do not shift the caret; CRLF is no part of a line', () => {
  expect(report('a: 1\r\nb: { c: \t2 }\r\n', [at({ path: ['b', 'c'] })])).toBe(
    'm.yaml:2:10: error[bad-value]: wrong\n2 | b: { c:  2 }\n  |          ^\n',
  )
})

test.each([
  ['日本', 4],
  ['한글カナ', 8],
  ['😀', 2],
  ['ＡＢ', 4],
  ['e\u0301', 1],
  ['äö', 2],
])('%s before and under the caret takes %i columns', (wide, columns) => {
  const [, line, underline] = report(`x: 1\n"${wide}": { b: "${wide}" }\n`, [at({ path: [wide, 'b'] })]).split('\n')
  expect(line).toBe(`2 | "${wide}": { b: "${wide}" }`)
  expect(underline).toBe(`  | ${' '.repeat(columns + 2 + 7)}${'^'.repeat(columns + 2)}`)
})

test('a file that was not read has no source line', () => {
  expect(renderDiagnostics([at({ file: 'gone.yaml' })], new Map(), 'text')).toBe('gone.yaml:1:1: error[bad-value]: wrong\n')
})

test('whatever stands in text, message and hint, nothing that acts on a terminal comes out', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('a', ' ', '\t', '\u0000', '\u001b', '\u009b', '\r', '\u202e', '\u2028', '日', '"'),
    maxLength: 400,
  })
  fc.assert(
    fc.property(hostile, hostile, fc.nat(300), fc.nat(300), (line, message, start, length) => {
      const span = [start, start + length] as const
      const text = report(`a: 1\n${line}\nb: 2\n`, [at({ span }, { message, hint: message })])
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
      expect(
        Math.max(
          ...text
            .split('\n')
            .filter((shown) => /^\d+ \|/.test(shown))
            .map((shown) => shown.length),
          0,
        ),
      ).toBeLessThan(130)
    }),
  )
})

test('the caret of a long line stands under the span', () => {
  fc.assert(
    fc.property(fc.nat(400), fc.nat(400), (before, after) => {
      const text = `a: "${'x'.repeat(before)}HERE${'y'.repeat(after)}"\n`
      const start = text.indexOf('HERE')
      const [, shown, carets] = report(text, [at({ span: [start, start + 4] })]).split('\n')
      const column = carets!.indexOf('^')
      expect([shown!.slice(column, column + 4), /\^+/.exec(carets!)![0]]).toEqual(['HERE', '^^^^'])
    }),
  )
})

test('the name of a file forges no GitHub annotation', () => {
  const file = 'a,b:c\n::error::x.yaml'
  const text = renderDiagnostics([at({ file })], new Map([[file, new YamlSource(file, 'a: 1\n')]]), 'github')
  expect(text.trim().split('\n')).toHaveLength(1)
})

test('the name of a file does nothing to a terminal', () => {
  const file = 'a\u001b[2J.yaml'
  expect(renderDiagnostics([at({ file })], new Map([[file, new YamlSource(file, 'a: 1\n')]]), 'text')).not.toContain('\u001b')
})

test('a long key does not make a long message', () => {
  expect(report(TEXT, [at({ path: ['version'] }, { message: `unknown key "${'k'.repeat(100_000)}"` })]).length).toBeLessThan(5000)
})

test('people are shown the first 500 problems and how many there are besides; tools get all', () => {
  const many = Array.from({ length: 700 }, () => at({ path: ['metrics', 0] }))
  const text = report(TEXT, many)
  expect(text.match(/error\[/g)).toHaveLength(500)
  expect(text).toMatch(/\n… and 200 more\n$/)
  expect(report(TEXT, many.slice(0, 500))).not.toContain('more')
  expect(JSON.parse(report(TEXT, many, 'json'))).toHaveLength(700)
})

test('carets stand under the right characters of a line that is cut at both ends', () => {
  const line = `a: [${'x, '.repeat(100)}"中中", WRONG, ${'y, '.repeat(100)}z]\n`
  const [, shown, carets] = report(line, [at({ path: ['a', 101] })]).split('\n')
  expect(shown).toMatch(/^1 \| ….*WRONG.*…$/)
  // Each of the two wide characters takes two columns.
  expect(carets!.indexOf('^')).toBe(shown!.indexOf('WRONG') + 2)
  expect(carets!.match(/\^+/)![0]).toHaveLength('WRONG'.length)
})
