import { expect, test } from 'vitest'
import { FormatReader } from '../../src/decode/format/choice.ts'
import { jsonLines } from '../../src/decode/format/line-format.ts'

function formatsOf(lines: readonly string[], reader = new FormatReader('auto', undefined)): string[] {
  let endOffset = 0
  return lines.map((line) => {
    const bytes = Buffer.from(`xx${line}yy`)
    endOffset += bytes.length - 3
    return reader.of(bytes, 2, bytes.length - 2, endOffset).name
  })
}

const LOGFMT = 'level=info msg="a b" took=1s'

test('the first line that tells decides for all', () => {
  const f = (line: string, format: string): void =>
    expect([line, formatsOf([line, line, '{"a":1}', LOGFMT]).at(-1)]).toEqual([line, format])
  f('{"a":1}', 'json')
  f('\ufeff {"resourceLogs":[]}', 'otlp')
  f('{ "resourceSpans" : []}', 'otlp')
  f('{"event":"x","resourceLogs":[]}', 'json')
  f(LOGFMT, 'logfmt')
  f(`${LOGFMT} payload={a}`, 'logfmt')
  f(`${LOGFMT} payload={"a":1}`, 'json')
  f('info: {"a":1}', 'json')
  f('{"a":', 'json')
})

test('other text tells nothing', () => {
  for (const line of [
    '',
    'Starting up',
    'a=1 b=2',
    'ran with a=1 b=2 c=3',
    'a=1 b=2 c="3',
    '[1,2]',
    '# {comment}',
    '\u0000\u0000',
  ])
    expect([line, formatsOf([line, LOGFMT])]).toEqual([line, ['json', 'logfmt']])
})

test('a log that has not told in 16 KiB is JSON', () => {
  expect(formatsOf(['x'.repeat(16_384 - 2 - LOGFMT.length), LOGFMT]).at(-1)).toBe('logfmt')
  expect(formatsOf(['x'.repeat(16_384 - 1 - LOGFMT.length), LOGFMT]).at(-1)).toBe('json')
})

test('it is remembered with the position, JSON and what was said need no memory', () => {
  const reader = new FormatReader('auto', undefined)
  expect(reader.remembered(0)).toBeUndefined()
  formatsOf(['text'], reader)
  expect([reader.remembered(5), reader.remembered(16_384)]).toEqual(['undecided', undefined])
  formatsOf([LOGFMT], reader)
  expect(reader.remembered(99_999)).toBe('logfmt')
  const again = (format?: string) => new FormatReader('auto', { appliedBytes: 10, ...(format === undefined ? {} : { format }) })
  expect([again('logfmt').found?.name, again('undecided').found?.name, again().found?.name]).toEqual([
    'logfmt',
    undefined,
    'json',
  ])
  expect(new FormatReader(jsonLines, undefined).remembered(5)).toBeUndefined()
})

test('a log that is begun in its middle is JSON; one that is replaced tells anew', () => {
  const reader = new FormatReader('auto', undefined)
  reader.startWithin()
  expect(formatsOf([LOGFMT], reader)).toEqual(['json'])
  reader.reset()
  expect(formatsOf([LOGFMT], reader)).toEqual(['logfmt'])
})
