/** What is open of a source that a reload took away: no other source's labels or choice of metrics are told of it. */
import { expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { Exposition } from '../../src/exposition/exposition.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan, type Plan, takeOver } from '../../src/pipeline/plan.ts'
import { configOf } from '../config/loading.ts'

const START = 1_700_000_000
const RULES = `
derive:
  - { pair: run, start: { event: start, key: id }, end: { event: end, key: id }, timeout: 1h }
metrics:
  - { name: runs_total, type: counter, labels: { tenant: { const: nobody } }, derived: run }
  - { name: open_runs, type: gauge, labels: { tenant: { const: nobody } }, open: run }
`

const reading = (...sources: string[]): Promise<Config> =>
  configOf(`version: 1\nsources:\n${sources.map((one) => `  - ${one}\n`).join('')}${RULES}`)

const of = (name: string, labels: string): string => `{ name: ${name}, file: { paths: [/${name}.log] }, labels: { ${labels} } }`

/** A start in the log of source a; then another mapping takes over and two hours go by. */
async function afterReload(...sources: string[]): Promise<string[]> {
  const plan = compilePlan(await reading(of('a', 'tenant: { const: A }'), of('b', 'tenant: { const: B }')), () => {})
  read(plan, { event: 'start', id: '1', ts: START })
  const next = takeOver(await reading(...sources), plan)
  const shown = textOf(next)
  next.clocks.moveOn(7_200_000_000_000n)
  return [...shown, ...textOf(next)].filter((line) => !line.startsWith('#') && !line.endsWith(' 0'))
}

function read({ mappings, own, sightings, registry, cleanLabel }: Plan, event: object): void {
  const origin = { source: 'a', log: 'log', file: '/a.log', stream: '', fields: {} }
  const mapping = mappings.reading('a')
  const bounds = { maxValues: 100, maxDepth: 100 }
  const onBug = (error: unknown): never => {
    throw error
  }
  const options = {
    source: 'a',
    mapping,
    own,
    sightings,
    births: registry.births,
    bounds,
    cleanLabel,
    wallClockMs: () => START * 1000,
    onBug,
  }
  const line = Buffer.from(JSON.stringify(event))
  new LineApplier(options, origin).apply(line, 0, line.length, origin)
}

function textOf({ registry, own }: Plan): string[] {
  return new Exposition({ registry, own, others: () => [], nowMs: () => 0 })
    .mappedText()
    .split('\n')
    .filter((line) => line !== '')
}

test('what runs out of a source that stays is counted under its labels', async () => {
  expect(await afterReload(of('b', 'tenant: { const: B }'), of('a', 'tenant: { const: A }'))).toEqual([
    'open_runs{tenant="A"} 1',
    'runs_total{tenant="A"} 1',
  ])
})

test("what runs out of a source that is gone is not told as another one's", async () => {
  expect(await afterReload(of('b', 'tenant: { const: B }'))).toEqual([])
})

test('a source without labels and choice of metrics counts it by the rules alone', async () => {
  expect(await afterReload(of('b', 'tenant: { const: B }'), '{ name: c, file: { paths: [/c.log] } }')).toEqual([
    'open_runs{tenant="nobody"} 1',
    'runs_total{tenant="nobody"} 1',
  ])
})
