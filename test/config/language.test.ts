/** What the mapping language lets by and refuses, by its page; mistakes with their whole report are in test/check. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { codesOf, loaded, scratchFolder } from './loading.ts'

const WISHES = join(import.meta.dirname, '../../../shared/design/examples/wishes.yaml')

const folder = scratchFolder()
afterAll(folder.remove)
const codes = async (text: string): Promise<string[]> => codesOf(await loaded([folder.write('m.yaml', `version: 1\n${text}`)]))
const rule = (part: string): Promise<string[]> => codes(`metrics: [{ name: a_total, type: counter, event: e, ${part} }]\n`)

test.skipIf(!existsSync(WISHES))('the worked example of the design loads without a word', async () => {
  expect(codesOf(await loaded([WISHES]))).toEqual([])
})

test('a field called any or none is written with $, and is a test like others', async () => {
  expect(await rule('where: { $.any: x, $.none: [1, 2] }')).toEqual([])
})

test('a source has an input of its own, with all keys', async () => {
  const source = (input: string) => codes(`sources: [{ stdin: {}, input: { ${input} } }]\n`)
  for (const key of ['envelope: cri', 'event_name: kind', 'event_time: [at, ts]', 'time_zone: UTC', 'count_malformed: true'])
    expect([key, await source(key)]).toEqual([key, []])
  expect(await source('envelope: compose')).toEqual(['bad-value'])
  for (const format of ['auto', 'json', 'logfmt', 'otlp', 'json-documents', "{ regex: ['(?<a>x)', '(?P<b>y)'] }"])
    expect([format, await source(`format: ${format}`), await codes(`input: { format: ${format} }\n`)]).toEqual([format, [], []])
  for (const format of ["{ regex: ['(x)'] }", "{ regex: ['(?<a>x)', '(?<a>'] }"])
    expect([format, await source(`format: ${format}`)]).toEqual([format, ['bad-regex']])
})

test('keys with x- are free at the top', async () => {
  expect(await codes('x-mine: { anything: [1] }\n')).toEqual([])
  expect(await rule('xmine: 1')).toEqual(['unknown-key'])
})

test('any and none take lists of tests, nothing else', async () => {
  expect([await rule('where: { any: ab }'), await rule('where: { none: 5 }')]).toEqual([['bad-type'], ['bad-type']])
})

test('a path is not compared with a mapping', async () => {
  expect(await rule('where: { status: [{ a: 1 }] }')).not.toEqual([])
})

for (const part of ['{}', '{ default: 1 }', '{ path: a, const: 1 }', '{ path: a, sum: b }', '{ path: a, take: b }'])
  test(`a long value has exactly one source, and take only with sum: ${part}`, async () => {
    expect(await rule(`value: ${part}`)).not.toEqual([])
  })

test('the order of the keys of each does not matter', async () => {
  expect(await rule('each: { part: $group.parts, group: groups }')).toEqual([])
})

test('a name that each binds may have digits', async () => {
  expect(await rule('each: { b1: list }, labels: { a: $b1.c }')).toEqual([])
})

test('the mapping of section 1 of the language, with nothing filled in, loads', async () => {
  const text =
    'sources: []\ninput: {}\ndrop: []\nremember: {}\nderive: []\nmetrics: []\nmask: []\ndefaults: { labels: {}, buckets: {}, expire: 0s, max_series: 2000 }\nlimits: { series: 20000, keys: 200000, line_bytes: 8MiB, line_values: 100000, line_depth: 256, label_length: 128 }\n'
  expect(await codes(text)).toEqual([])
})

test('a bare yes or no is a warning as a key too', async () => {
  expect(await rule('labels: { a: { path: x, map: { yes: ok, no: bad } } }')).toHaveLength(2)
})
