/** Whatever a mapping file holds, loading and compiling it tells problems and does not throw. */
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { codesOf, loaded, scratchFolder } from './loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)
const codes = async (text: string): Promise<string[]> => codesOf(await loaded([folder.write('m.yaml', text)]))
const rule = (part: string): string => `version: 1\nmetrics: [{ name: a_total, type: counter, event: e, ${part} }]\n`

const KEYS = [
  'version',
  'sources',
  'input',
  'drop',
  'metrics',
  'defaults',
  'limits',
  'mask',
  'derive',
  'name',
  'type',
  'labels',
  'quantiles',
  'one_per',
  'rules',
  'event',
  'each',
  'where',
  'value',
  'split',
  'op',
  'path',
  'const',
  'map',
  'map_re',
  'one_of',
  'else',
  'plus',
  'take',
  'sum',
  'match',
  'unit',
  'default',
  'any',
  'none',
  'expr',
  'not',
  'regex',
  'gt',
  'file',
  'paths',
  'fields',
  'event_name',
  'time_zone',
  'line_bytes',
  'a',
  'price',
  'once',
  'rise',
  'key',
  'within',
  'baseline',
  'new',
  'only',
  'format',
  'x-lint',
  'ignore',
  'remember',
  'pair',
  'start',
  'end',
  'carry',
  'collect',
  'session',
  'derived',
  'scope',
  'reset',
]
const scalar = fc.oneof(
  fc.constantFrom('counter', 'gauge', 'a_total', '$b.c', '(', '', 'ms'),
  fc.integer({ min: -2, max: 5 }),
  fc.boolean(),
  fc.constant(null),
)
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    scalar,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('tree'), { maxKeys: 4 }),
  ),
}))

const valid = (): object => ({
  version: 1,
  input: { event_name: ['event'], time_zone: 'UTC' },
  sources: [
    {
      name: 'f',
      file: { paths: ['/x'], fields: '(?<a>x)' },
      labels: { tenant: { const: 'a' } },
      only: ['a_total'],
      input: { format: { regex: ['(?<event>.*)'] } },
    },
  ],
  drop: [{ event: 'd', where: { a: 1 } }],
  defaults: { labels: { d: 'x' }, max_series: 5 },
  limits: { series: 5, line_bytes: '8MiB' },
  remember: { model: { event: 'c', path: 'm', scope: '$log', where: { a: 1 }, first: true } },
  derive: [
    {
      pair: 'run',
      start: { event: 'e', each: { b: 'list' }, where: { '$b.t': 'x' }, key: '$b.id', carry: { tool: '$b.name' } },
      end: { event: 'f', key: ['id'], carry: { failed: 'x' } },
      timeout: '30m',
      order: 'fifo',
    },
    {
      session: 'chat',
      event: ['e', 'f'],
      key: 'user',
      end: { event: 'x', key: 'user' },
      idle: '1h',
      collect: { n: { op: 'sum', event: 'e', value: 'v', rise: 'id' } },
    },
    {
      sequence: 'step',
      event: 'e',
      key: 'user',
      value: 't',
      same: ['t', 'p'],
      reset: { event: 'x', key: 'user' },
      scope: '$log',
    },
    { silence: 'quiet', event: 'e', key: 'agent', after: '5m' },
  ],
  metrics: [
    {
      name: 'run_duration_seconds',
      type: 'histogram',
      derived: 'run',
      value: 'duration',
      labels: { tool: 'tool', d: null },
    },
    {
      name: 'a_total',
      type: 'counter',
      event: ['e', 'f'],
      each: { b: 'list' },
      where: { '$b.t': 'x', n: { gt: 1, not: [1, 2] }, any: [{ a: 1 }], none: [{ b: { exists: true } }] },
      labels: { l: { path: ['a', 'b'], map: { x: 'y' }, map_re: [['^5', 'z']], one_of: ['y', 'z'], else: 'o' }, m: null },
      value: { path: 'v', plus: ['w', { const: 1 }], minus: { path: 'q', default: 0 }, unit: 'percent', scale: 2 },
    },
    {
      name: 'h',
      type: 'histogram',
      buckets: [1, 2],
      rules: [{ event: 'e', value: { sum: 'l', take: 'x' }, labels: { k: { const: 1 } } }],
    },
    { name: 's', type: 'summary', event: 'e', value: 'v', quantiles: [0.5] },
    { name: 'g', type: 'gauge', event: 'e', value: 'v', op: 'max', one_per: ['l'], labels: { l: 'x' } },
    { name: 'k_total', type: 'counter', event: 'c', labels: { model: '$kept.model' } },
    { name: 't_total', type: 'counter', event: 'e', split: { t: { i: 'a', o: { path: 'b' } } }, rise: 'id' },
    { name: 'u_total', type: 'counter', event: 'e', once: { key: ['id', { path: 'p' }], within: '24h' } },
    {
      name: 'v_total',
      type: 'counter',
      event: 'e',
      value: 'n',
      rise: { key: 'id', new: 'skip', fall: 'reset', baseline: { forked: true } },
      'x-lint': { ignore: ['bad-unit'] },
    },
  ],
})

type Holder = Record<string | number, unknown>
const pathsOf = (value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] => [
  at,
  ...(typeof value === 'object' && value !== null
    ? Object.keys(value).flatMap((key) => pathsOf((value as Holder)[key], [...at, key]))
    : []),
]
const put = (root: object, path: readonly (string | number)[], value: unknown): void => {
  const parent = path.slice(0, -1).reduce((holder, step) => holder[step] as Holder, root as Holder)
  parent[path.at(-1)!] = value
}

test('the mapping that the next test breaks has no problem', async () => {
  const { diagnostics } = await loaded([folder.write('m.yaml', JSON.stringify(valid()))])
  expect(diagnostics).toEqual([])
})

test('any part of a mapping may be replaced by anything: it is told, and nothing throws', async () => {
  const paths = pathsOf(valid()).filter((path) => path.length > 0)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), tree, async (path, value) => {
      const mapping = valid()
      put(mapping, path, value)
      await expect(loaded([folder.write('broken.yaml', JSON.stringify(mapping))])).resolves.toBeInstanceOf(Object)
    }),
    { numRuns: Number(process.env.AGENTLOG_RUNS ?? 300) },
  )
}, 120_000)

test('a __proto__ key at the top, in limits or among labels is told', async () => {
  expect(await codes('version: 1\nlimits: { __proto__: 1 }\n')).toEqual(['yaml-syntax'])
  expect(await codes(rule('labels: { __proto__: x }'))).toContain('yaml-syntax')
})

for (const part of [
  'where: { __proto__: null }',
  'split: { t: { a: x, __proto__: null } }',
  'each: { __proto__: null }',
  'labels: { __proto__: [] }',
])
  test(`a bad value under __proto__ is told: ${part}`, async () => {
    expect(await codes(rule(part))).not.toEqual([])
  })

test('an include without a file is told', async () => {
  expect(await codes('version: 1\ninclude: [{ without: [a] }]\n')).toContain('missing-key')
})

test('a format without expressions is told, of a source too', async () => {
  const format = 'format: { regex: [] }'
  expect(await codes(`version: 1\ninput: { ${format} }\n`)).toEqual(['bad-value'])
  expect(await codes(`version: 1\nsources: [{ stdin: {}, input: { ${format} } }]\n`)).toEqual(['bad-value'])
})

test('buckets without start are told', async () => {
  const text = 'version: 1\nmetrics: [{ name: h, type: histogram, event: e, value: v, buckets: { factor: 2, count: 3 } }]\n'
  expect(await codes(text)).toContain('missing-key')
})

test('very many syntax errors are told', async () => {
  expect((await codes(']'.repeat(150_000))).length).toBeGreaterThan(0)
})

for (const part of ['where: &w { any: [*w] }', 'value: &v { path: a, plus: *v }'])
  test(`an alias inside its own anchor is told: ${part}`, async () => {
    expect(await codes(rule(part))).not.toEqual([])
  })

const metrics = (count: number, of: (i: number) => string): string =>
  `version: 1\nmetrics:\n${Array.from({ length: count }, (_, i) => `  - { ${of(i)} }\n`).join('')}`
const merged = (levels: number, each: number): string => {
  const level = (i: number): string =>
    `x-${i}: &m${i} { <<: [${Array(each)
      .fill(`*m${i - 1}`)
      .join(', ')}], k${i}: 1 }\n`
  return `version: 1\nx-0: &m0 { a: 1 }\n${Array.from({ length: levels }, (_, i) => level(i + 1)).join('')}`
}
const nested = (depth: number): string => rule(`where: { ${'any: [{ '.repeat(depth)}a: 1${' }]'.repeat(depth)} }`)

/** What is refused before it is taken apart costs the time of reading it. */
test.each([
  ['a mapping of 1 MB', `version: 1\nx-a: ${'x'.repeat(1024 * 1024)}\n`, 'the file is larger than 524288 bytes'],
  ['10,000 metrics', metrics(10_000, (i) => `name: m${i}_total, type: counter, event: e`), 'the file has more than 20000 values'],
  ['lists in lists', `version: 1\nx-a: ${'['.repeat(5000)}${']'.repeat(5000)}\n`, 'nested deeper than 64 levels'],
  ['conditions in conditions', nested(40), 'nested deeper than 64 levels'],
  ['a list of 30,000 texts', rule(`labels: { a: { path: a, one_of: [${'v,'.repeat(30_000)}] } }`), 'more than 20000 values'],
  ['merge keys of merge keys', merged(9, 9), 'alias'],
  ['a tag of another language', 'version: 1\nmetrics: !!python/object/apply:os.system [id]\n', 'Unresolved tag'],
  ['a tag of its own', 'version: 1\nx-a: !secret a\n', 'Unresolved tag'],
])('%s: one diagnostic says why', async (_, text, why) => {
  const { diagnostics } = await loaded([folder.write('m.yaml', text)])
  expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([['yaml-syntax', 'error']])
  expect(diagnostics[0]!.message).toContain(why)
})

test.each([
  ['steps', '(a{1,99}){1,99}'],
  ['repeats of repeats', '((a{0,100}){0,100}){0,100}'],
  ['letters', 'a'.repeat(1001)],
  ['lookahead', '(?=a+)+'],
])('a regular expression with too many %s is refused where it stands', async (_, pattern) => {
  const { diagnostics } = await loaded([folder.write('m.yaml', rule(`where: { a: { regex: '${pattern}' } }`))])
  expect(diagnostics).toMatchObject([{ code: 'bad-regex', place: { path: ['metrics', 0, 'where', 'a', 'regex'] } }])
})

test('a regular expression that others take exponential time for is taken, and is linear', async () => {
  expect(await codes(rule("where: { a: { regex: '^(a+)+$' } }"))).toEqual([])
})

test('as many warnings as a file can hold are all told', async () => {
  expect(new Set(await codes(metrics(3000, (i) => `name: m${i}_ms, type: summary, event: e, value: v`)))).toEqual(
    new Set(['bad-unit']),
  )
  expect(await codes(metrics(2000, () => 'name: a_total, type: counter, event: e'))).toHaveLength(1999)
})

test('two presets that define one metric unequally: both places, and how to serve them apart', async () => {
  const presetDir = join(folder.path, 'presets')
  folder.write('presets/one.yaml', 'version: 1\nmetrics: [{ name: a_seconds, type: summary, event: e, value: v }]\n')
  folder.write('presets/two.yaml', 'version: 1\nmetrics: [{ name: a_seconds, type: gauge, event: f, value: v }]\n')
  const validate = async (data: unknown) => shapeIssues(data)
  const { diagnostics } = await loadConfig({ files: [], presets: ['one', 'two'], presetDir, validate })
  expect(diagnostics).toMatchObject([
    { code: 'conflict', place: { file: 'preset:two' }, notes: [{ place: { file: 'preset:one' } }] },
  ])
  expect(diagnostics[0]!.hint).toContain('--preset NAME=/path')
})
