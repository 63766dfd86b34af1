/** Whatever a mapping file holds, loading and compiling it tells problems and does not throw. */
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
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
  sources: [{ name: 'f', file: { paths: ['/x'], fields: '(?<a>x)' } }],
  drop: [{ event: 'd', where: { a: 1 } }],
  defaults: { labels: { d: 'x' }, max_series: 5 },
  limits: { series: 5, line_bytes: '8MiB' },
  metrics: [
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
    { name: 't_total', type: 'counter', event: 'e', split: { t: { i: 'a', o: { path: 'b' } } } },
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
  expect(await codes(JSON.stringify(valid()))).toEqual([])
})

test('any part of a mapping may be replaced by anything: it is told, and nothing throws', async () => {
  // Without buckets: a faulty one may still throw (below).
  const paths = pathsOf(valid()).filter((path) => path.length > 0 && path.at(-1) !== 'buckets')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), tree, async (path, value) => {
      const mapping = valid()
      put(mapping, path, value)
      await expect(codes(JSON.stringify(mapping))).resolves.toBeInstanceOf(Array)
    }),
    { numRuns: 400 },
  )
})

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
