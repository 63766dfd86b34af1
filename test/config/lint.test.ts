/** Lint: silent on all that ships, accepted knowingly, and what `check --strict` makes of it. Shapes of warnings are in test/check. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { presetNames } from '../../src/config/loader.ts'
import { finish } from '../cli/program.ts'
import { codesOf, loaded, scratchFolder } from './loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)
const EXAMPLES = join(import.meta.dirname, '../../config/examples')
const examples = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml') && !/\.test\.|web-config/.test(name))

const metric = (rest: string): string => `version: 1\nmetrics:\n  - { name: a_total, type: counter, event: e, ${rest} }\n`
const codes = async (text: string): Promise<string[]> => codesOf(await loaded([folder.write('m.yaml', text)]))

test.each(await presetNames(PRESET_DIR))('the preset %s has no warning', async (preset) => {
  expect((await loaded([], [preset])).diagnostics).toEqual([])
})

test.each(examples)('the example %s has no warning', async (name) => {
  expect((await loaded([join(EXAMPLES, name)])).diagnostics).toEqual([])
})

test('a metric accepts the codes that it names, and no others', async () => {
  const labels = 'labels: { id: id, job: job }'
  expect(await codes(metric(labels))).toEqual(['reserved-name', 'unbounded-label'])
  expect(await codes(metric(`${labels}, x-lint: { ignore: [unbounded-label] }`))).toEqual(['reserved-name'])
  expect(await codes(metric(`${labels}, x-lint: { ignore: [reserved-name, unbounded-label] }`))).toEqual([])
})

test('what is accepted of one metric is told of another', async () => {
  const other = '  - { name: b_total, type: counter, event: e, labels: { id: id } }\n'
  const text = `${metric('labels: { id: id }, x-lint: { ignore: [unbounded-label] }')}${other}`
  const { diagnostics } = await loaded([folder.write('m.yaml', text)])
  expect(diagnostics.map(({ place }) => place.path)).toEqual([['metrics', 1, 'labels', 'id']])
})

test('errors cannot be accepted, and what is no code is told with the nearest', async () => {
  expect(await codes(metric('labels: { __x: a }, x-lint: { ignore: [reserved-name] }'))).toEqual(['reserved-name'])
  const { diagnostics } = await loaded([folder.write('m.yaml', metric('x-lint: { ignore: [unbound-label] }'))])
  expect(diagnostics).toMatchObject([{ code: 'bad-value', hint: 'did you mean "unbounded-label"?' }])
})

test('metrics that whoever includes them leaves out are not looked at', async () => {
  folder.write('base.yaml', metric('labels: { id: id }'))
  const main = folder.write('main.yaml', 'version: 1\ninclude: [{ file: ./base.yaml, without: [a_total] }]\n')
  expect(codesOf(await loaded([main]))).toEqual([])
})

test('a file that counts again what it includes is told where and by what', async () => {
  const base = folder.write('base.yaml', metric('labels: { tool: tool }'))
  const main = folder.write('main.yaml', metric('labels: { tool: tool }').replace('metrics', 'include: [./base.yaml]\nmetrics'))
  const { diagnostics } = await loaded([main])
  expect(diagnostics).toMatchObject([
    { code: 'counted-twice', severity: 'warning', place: { file: main }, notes: [{ place: { file: base } }] },
  ])
})

test('a rule that one source drops and another counts is not dead', async () => {
  const dropping = folder.write('dropping.yaml', 'version: 1\ndrop: [{ event: e }]\n')
  const sources = (second: string): string => `sources:
  - { use: [${dropping}], file: { paths: [/a] } }
  - { ${second}file: { paths: [/b] } }
`
  const mapping = (second: string): string => metric('labels: { tool: tool }').replace('metrics', `${sources(second)}metrics`)
  expect(await codes(mapping(''))).toEqual([])
  expect(await codes(`${mapping('')}drop: [{ event: [e, f] }]\n`)).toEqual(['dead-rule'])
})

test('files that different sources use do not count twice together', async () => {
  const text = metric('labels: { tool: tool }')
  const [a, b] = ['a.yaml', 'b.yaml'].map((name) => folder.write(name, text))
  const main = (first: string, second: string): string =>
    `version: 1\nsources:\n  - { use: [${first}], file: { paths: [/a] } }\n  - { use: [${second}], file: { paths: [/b] } }\n`
  expect(await codes(main(a!, b!))).toEqual([])
  expect(await codes(main(a!, `${a}, ${b}`))).toEqual(['counted-twice'])
})

test('check tells warnings and passes; with --strict they fail, and errors are another matter', async () => {
  const warned = folder.write('warned.yaml', metric('labels: { id: id }'))
  const wrong = folder.write('wrong.yaml', metric('labels: { id: id }, valu: v'))
  const fine = folder.write('fine.yaml', metric('labels: { tool: tool }'))
  const codeOf = async (...args: string[]): Promise<number | null> => (await finish(['check', ...args])).code
  expect(await Promise.all([codeOf(warned), codeOf('--strict', warned)])).toEqual([0, 1])
  expect(await Promise.all([codeOf('--strict', wrong), codeOf('--strict', fine)])).toEqual([2, 0])
})

test('tools get the severity, the place and the cure', async () => {
  const file = folder.write('warned.yaml', metric('labels: { id: id }'))
  const { stdout } = await finish(['check', '--strict', '--format', 'json', file])
  const hint = 'leave it out, or show it as an exemplar; { path: id, max_values: 100 } bounds it'
  expect(JSON.parse(stdout)).toMatchObject([{ file, line: 3, column: 61, severity: 'warning', code: 'unbounded-label', hint }])
})
