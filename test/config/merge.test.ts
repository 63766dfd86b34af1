/** What several definitions, defaults and files come to. */
import { afterAll, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { codesOf, loaded, scratchFolder } from './loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)
const counter = (more: string): string => `  - { name: a_total, type: counter, event: e${more} }\n`
const config = async (text: string): Promise<Config> => {
  const result = await loaded([folder.write('main.yaml', `version: 1\n${text}`)])
  expect(result.diagnostics.filter((d) => d.severity === 'error')).toEqual([])
  return result.config
}
const codes = async (text: string): Promise<string[]> => codesOf(await loaded([folder.write('main.yaml', `version: 1\n${text}`)]))
const base = (text: string): void => void folder.write('base.yaml', `version: 1\n${text}`)

test('unequal types and unequal buckets are told at the second, with the place of the first', async () => {
  base('metrics: [{ name: h, type: histogram, event: e, value: v, buckets: [1, 2] }]\n')
  const main = folder.write(
    'main.yaml',
    'version: 1\ninclude: [./base.yaml]\nmetrics: [{ name: h, type: histogram, event: f, value: v, buckets: [1, 3] }]\n',
  )
  const [only, ...more] = (await loaded([main])).diagnostics
  expect(more).toEqual([])
  expect(only).toMatchObject({ code: 'conflict', place: { file: main, path: ['metrics', 0, 'buckets'] } })
  expect(only?.notes?.[0]?.place.file).toBe(`${folder.path}/base.yaml`)
})

test.each([
  ['quantiles', 'type: summary, value: v', '[0.5, 0.9]', '[0.5, 0.99]', '[0.9, 0.5]'],
  ['one_per', 'type: gauge, value: v, labels: { a: a, b: b }', '[a]', '[a, b]', '[a]'],
])(
  'unequal %s are told with both places; equal ones in another order, and none, are no conflict',
  async (key, rest, one, other, same) => {
    const metric = (given: string, event = 'f'): string => `metrics: [{ name: m, ${rest}, event: ${event}${given} }]\n`
    base(metric(`, ${key}: ${one}`, 'e'))
    const twice = async (given: string) =>
      loaded([folder.write('main.yaml', `version: 1\ninclude: [./base.yaml]\n${metric(given)}`)])
    const [only, ...more] = (await twice(`, ${key}: ${other}`)).diagnostics
    expect(more).toEqual([])
    expect(only).toMatchObject({ code: 'conflict', place: { path: ['metrics', 0, key] } })
    expect(only?.notes?.[0]?.place).toMatchObject({ file: `${folder.path}/base.yaml`, path: ['metrics', 0, key] })
    expect((await twice(`, ${key}: ${same}`)).diagnostics).toEqual([])
    expect((await twice('')).diagnostics).toEqual([])
  },
)

test('equal buckets written in two ways are equal', async () => {
  base('metrics: [{ name: h, type: histogram, event: e, value: v, buckets: [1, 10, 100] }]\n')
  const { metrics } = await config(
    'include: [./base.yaml]\nmetrics: [{ name: h, type: histogram, event: f, value: v, buckets: { start: 1, factor: 10, count: 3 } }]\n',
  )
  expect(metrics.map((metric) => [metric.buckets, metric.rules.length])).toEqual([[[1, 10, 100], 2]])
})

test('labels: defaults, then the metric’s, then the rule’s; the nearer wins, null takes one off', async () => {
  const { metrics } = await config(
    'defaults: { labels: { a: d, b: d, c: d } }\nmetrics:\n  - name: a_total\n    type: counter\n    labels: { b: m, c: null, e: m }\n    rules: [{ event: x, labels: { e: r } }, { event: y, labels: { a: null } }]\n',
  )
  const labels = metrics[0]!.rules.map((rule) => rule.labels.map((label) => [label.name, label.spec]))
  expect(labels).toEqual([
    [
      ['a', 'd'],
      ['b', 'm'],
      ['e', 'r'],
    ],
    [
      ['b', 'm'],
      ['e', 'm'],
    ],
  ])
})

test('input merges by key, the later file wins', async () => {
  base('input: { event_name: kind, event_time: at }\n')
  const { input } = await config('include: [./base.yaml]\ninput: { event_name: [a, b], time_zone: Europe/Berlin }\n')
  expect([input.eventName.spec, input.eventTime.spec, input.timeZone]).toEqual([{ path: ['a', 'b'] }, 'at', 'Europe/Berlin'])
})

test('sizes are bytes, decimal and binary', async () => {
  for (const [text, bytes] of [
    ['65536', 65536],
    ['3KB', 3000],
    ['3KiB', 3072],
    ['2MiB', 2097152],
  ] as const)
    expect([text, (await config(`limits: { line_bytes: ${text} }\n`)).limits.lineBytes]).toEqual([text, bytes])
})

test('bounds of a progression are the decimals that one would write', async () => {
  const buckets = async (spec: string): Promise<readonly number[]> =>
    (await config(`metrics: [{ name: h, type: histogram, event: e, value: v, buckets: ${spec} }]\n`)).metrics[0]!.buckets
  expect(await buckets('{ start: 0.07, factor: 10, count: 3 }')).toEqual([0.07, 0.7, 7])
  expect(await buckets('{ start: 0.15, factor: 2, count: 4 }')).toEqual([0.15, 0.3, 0.6, 1.2])
})

test('shipped bucket lists ascend', async () => {
  for (const name of ['seconds', 'model_seconds', 'run_seconds', 'tokens', 'bytes', 'usd', 'count']) {
    const { metrics } = await config(`metrics: [{ name: h, type: histogram, event: e, value: v, buckets: ${name} }]\n`)
    const bounds = metrics[0]!.buckets
    expect([name, bounds.length > 5, bounds]).toEqual([name, true, [...new Set(bounds)].sort((a, b) => a - b)])
  }
})

test('a file that is included twice, or over two ways, counts once', async () => {
  base(`metrics:\n${counter('')}`)
  folder.write('left.yaml', 'version: 1\ninclude: [./base.yaml]\n')
  folder.write('right.yaml', 'version: 1\ninclude: [./base.yaml]\n')
  expect((await config('include: [./left.yaml, ./right.yaml]\n')).metrics[0]!.rules).toHaveLength(1)
})

test('a preset that is named and included counts once', async () => {
  const main = folder.write('main.yaml', 'version: 1\ninclude: [preset:agent]\n')
  const once = (await loaded([], ['agent'])).config.metrics.map((metric) => metric.rules.length)
  expect((await loaded([main], ['agent'])).config.metrics.map((metric) => metric.rules.length)).toEqual(once)
})

test('max_series: 2000 that is written beats another number of an included file', async () => {
  base(`metrics:\n${counter(', max_series: 500')}`)
  expect((await config(`include: [./base.yaml]\nmetrics:\n${counter(', max_series: 2000')}`)).metrics[0]!.maxSeries).toBe(2000)
})

test('help that is written beats help that is generated', async () => {
  base(`metrics:\n${counter('')}`)
  expect((await config(`include: [./base.yaml]\nmetrics:\n${counter(', help: Mine.')}`)).metrics[0]!.help).toBe('Mine.')
})

test('one_per may name a default label', async () => {
  expect(
    await codes(
      'defaults: { labels: { agent: agent } }\nmetrics: [{ name: g, type: gauge, event: e, value: v, one_per: [agent] }]\n',
    ),
  ).toEqual([])
})

test('le as a default label of a histogram, and quantile of a summary, are refused', async () => {
  const one = await codes(
    'defaults: { labels: { le: x } }\nmetrics: [{ name: h, type: histogram, event: e, value: v, buckets: [1] }]\n',
  )
  const two = await codes('defaults: { labels: { quantile: x } }\nmetrics: [{ name: s, type: summary, event: e, value: v }]\n')
  expect([one, two]).toEqual([['reserved-name'], ['reserved-name']])
})

test('every source has a name of its own', async () => {
  folder.write('one.yaml', 'version: 1\nsources: [{ file: { paths: [/a] } }]\n')
  folder.write('two.yaml', 'version: 1\nsources: [{ file: { paths: [/b] } }]\n')
  const { sources } = await config('include: [./one.yaml, ./two.yaml]\n')
  expect(new Set(sources.map((source) => source.name)).size).toBe(2)
})

test('patterns of all files mask, those of included files first', async () => {
  base("mask: ['one', 'two']\n")
  const { mask } = await config("include: [./base.yaml]\nmask: ['three']\n")
  expect(mask.map(({ spec, place }) => [spec, place.path])).toEqual([
    ['one', ['mask', 0]],
    ['two', ['mask', 1]],
    ['three', ['mask', 0]],
  ])
})

test('the envelope of the file that includes wins, and a source may say its own', async () => {
  folder.write('one.yaml', 'version: 1\ninput: { envelope: cri }\n')
  expect((await config('include: [./one.yaml]\n')).envelope).toBe('cri')
  expect((await config('include: [./one.yaml]\ninput: { envelope: none }\n')).envelope).toBe('none')
  const { envelope, sources } = await config('sources: [{ stdin: {} }, { file: { paths: [/a] }, input: { envelope: docker } }]\n')
  expect([envelope, ...sources.map((source) => source.envelope)]).toEqual(['auto', undefined, 'docker'])
})
