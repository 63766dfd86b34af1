import { expect, test } from 'vitest'
import { FormatReader } from '../../src/decode/format/choice.ts'
import { foundIn } from '../../src/decode/format/found.ts'
import { jsonLines } from '../../src/decode/format/line-format.ts'
import { logfmtLines } from '../../src/decode/format/logfmt.ts'
import type { Resumption, Unfinished } from '../../src/source/source.ts'

function formatsOf(lines: readonly string[], reader = new FormatReader('auto', undefined), writer = ''): string[] {
  return lines.map((line) => {
    const bytes = Buffer.from(`xx${line}yy`)
    return reader.of(bytes, 2, bytes.length - 2, writer).name
  })
}

const LOGFMT = 'level=info msg="a b" took=1s'
const remembered = (formats: Resumption['formats']) =>
  new FormatReader('auto', { appliedBytes: 10, ...(formats === undefined ? {} : { formats }) })

test('the first line that tells decides for all', () => {
  const f = (line: string, format: string): void =>
    expect([line, formatsOf([line, line, '{"a":1}', LOGFMT]).at(-1)]).toEqual([line, format])
  f('{"a":1}', 'json')
  f('\ufeff {"resourceLogs":[]}', 'otlp')
  f('{ "resourceSpans" : []}', 'otlp')
  f('{"resource_logs":[]}', 'otlp')
  f('{"event":"x","resourceLogs":[]}', 'json')
  f(`{"resourceLogs":[${' '.repeat(100_000)}]}`, 'otlp')
  f(LOGFMT, 'logfmt')
  f(`${LOGFMT} payload={a}`, 'logfmt')
  f(`${LOGFMT} payload={"a":1}`, 'json')
  f('info: {"a":1}', 'json')
  f('{"a":', 'json')
  f('{', 'json-documents')
  f('\u001b[1;39m{\u001b[0m', 'json-documents')
})

test('other text tells nothing', () => {
  for (const line of [
    '',
    'Starting up',
    'function main() {',
    'a=1 b=2',
    'ran with a=1 b=2 c=3',
    'a=1 b=2 c="3',
    '[1,2]',
    '# {comment}',
    '\u0000\u0000',
  ])
    expect([line, formatsOf([line, LOGFMT])]).toEqual([line, ['json', 'logfmt']])
})

test('each writer tells for itself', () => {
  const reader = new FormatReader('auto', undefined)
  expect(formatsOf(['{"a":1}', LOGFMT], reader, 'stdout')).toEqual(['json', 'json'])
  expect(formatsOf(['text', LOGFMT, '{"a":1}'], reader, 'stderr')).toEqual(['json', 'logfmt', 'logfmt'])
  expect(formatsOf([LOGFMT], reader, 'stdout')).toEqual(['json'])
  expect(reader.remembered).toEqual({ stdout: 'json', stderr: 'logfmt' })
  expect(foundIn(reader)).toMatchObject({ name: 'stdout json, stderr logfmt' })
})

test('who has not told in 16 KiB writes JSON; the line that passes them is still looked at', () => {
  const text = 'x'.repeat(16_383)
  expect(formatsOf([text, LOGFMT]).at(-1)).toBe('json')
  expect(formatsOf([text.slice(1), LOGFMT]).at(-1)).toBe('logfmt')
  expect(formatsOf([text.slice(1), `${LOGFMT} x=${text}`]).at(-1)).toBe('logfmt')
})

test('it is remembered with the position; of a log that is all JSON nothing is', () => {
  const reader = new FormatReader('auto', undefined)
  formatsOf(['text'], reader)
  expect(reader.remembered).toEqual({ '': 5 })
  formatsOf([LOGFMT], reader)
  expect(reader.remembered).toEqual({ '': 'logfmt' })
  const json = new FormatReader('auto', undefined)
  formatsOf(['text', '{"a":1}'], json)
  expect([json.remembered, foundIn(json)?.name]).toEqual([undefined, 'json'])
  expect(formatsOf([LOGFMT], json, 'stdout')).toEqual(['json'])
})

test('it goes on as it was remembered', () => {
  expect(formatsOf(['{"a":1}'], remembered({ '': 'logfmt' }))).toEqual(['logfmt'])
  expect(formatsOf([LOGFMT], remembered({ '': 16_384 }))).toEqual(['json'])
  expect(formatsOf([LOGFMT], remembered({ '': 16_383 }))).toEqual(['logfmt'])
  expect(formatsOf([LOGFMT], remembered({ stdout: 'json' }), 'stderr')).toEqual(['logfmt'])
  expect(formatsOf([LOGFMT], remembered({}))).toEqual(['logfmt'])
  expect(formatsOf([LOGFMT], remembered(undefined))).toEqual(['json'])
  expect(formatsOf([LOGFMT], remembered({ '': 'of a later version' }))).toEqual(['json'])
})

test('what was said needs no memory, but one that it was not found out', () => {
  expect(new FormatReader(jsonLines, undefined).remembered).toBeUndefined()
  expect(new FormatReader(logfmtLines, { appliedBytes: 9, formats: { '': 'otlp' } }).remembered).toEqual({})
  expect(foundIn(new FormatReader(logfmtLines, undefined))).toEqual({ name: 'logfmt' })
})

test('a log that is begun in its middle is JSON; one that is replaced tells anew', () => {
  const reader = new FormatReader('auto', undefined)
  reader.startWithin()
  expect(formatsOf([LOGFMT], reader)).toEqual(['json'])
  reader.reset()
  expect(formatsOf([LOGFMT], reader)).toEqual(['logfmt'])
})

test('the next generation of a container is what the one before was; a file without an envelope tells anew', () => {
  const before: Unfinished = { partOf: () => undefined, settle: () => {}, formatOf: () => 'logfmt' }
  const reader = new FormatReader('auto', undefined)
  reader.follow(before)
  expect(formatsOf(['{"a":1}'], reader, 'stdout')).toEqual(['logfmt'])
  expect(formatsOf(['{"a":1}'], reader)).toEqual(['json'])
})

test('a forged prefix of Compose cannot make it remember without end', () => {
  const reader = new FormatReader('auto', undefined)
  for (let i = 0; i < 1000; i++) formatsOf([LOGFMT], reader, `name-${i}`)
  expect(Object.keys(reader.remembered ?? {})).toHaveLength(64)
  expect(foundIn(reader)?.name).toBe('logfmt')
  expect(formatsOf([LOGFMT], reader, 'name-2000')).toEqual(['json'])
})
