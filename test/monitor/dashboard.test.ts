/** Dashboards of mappings: all that a mapping has is on them, they keep the rules of the linter, and what they ask is in the files beside this. `UPDATE_GOLDEN=1` rewrites those. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Dashboard, panelsOf, targetsOf } from '../grafana/dashboard.ts'
import { knownOf, ownFamilies } from '../grafana/known.ts'
import { problemsOf } from '../grafana/linter.ts'
import { namedIn } from '../grafana/promql.ts'
import { MAPPINGS, madeDashboard, modelOfMapping } from './made.ts'

const GOLDEN = join(import.meta.dirname, 'golden')
const own = await ownFamilies()

/** What people see and what is asked, without the JSON around it. */
function digest({ title, panels, templating }: Dashboard): string {
  const variables = templating.list.map(({ name, query }) => `${name}: ${query}`)
  const lines = panels.map((panel) => {
    if (panel.type === 'row') return `\n## ${panel.title}`
    const asked = (panel.targets ?? []).map(
      ({ expr, legendFormat }) => `\n  ${legendFormat || '-'}: ${expr?.replace(/\n */g, ' ')}`,
    )
    return `${panel.title} [${panel.type}, ${panel.fieldConfig?.defaults?.unit}]${asked.join('')}`
  })
  return `${[`# ${title}`, ...variables, ...lines].join('\n')}\n`
}

function golden(file: string, text: string): void {
  if (process.env.UPDATE_GOLDEN) writeFileSync(join(GOLDEN, file), text)
  expect(text).toBe(readFileSync(join(GOLDEN, file), 'utf8'))
}

test.for(Object.keys(MAPPINGS))('%s: the dashboard keeps the rules of the linter, and names what there is', async (name) => {
  const model = await modelOfMapping(name)
  const families = model.families.map(({ name: metric, type, labels }) => ({
    name: metric,
    type,
    labels: labels.map((label) => label.name),
  }))
  expect(problemsOf(madeDashboard(model), knownOf([...own, ...families]))).toEqual([])
})

test.for(Object.keys(MAPPINGS))('%s: every metric of the mapping has a panel', async (name) => {
  const model = await modelOfMapping(name)
  const asked = targetsOf(madeDashboard(model)).flatMap(({ expr }) => namedIn(expr).selectors.map(({ metric }) => metric))
  const missing = model.families.filter(
    (family) => !asked.some((metric) => metric.replace(/_(?:bucket|sum|count)$/, '') === family.name || metric === family.name),
  )
  expect(model.families.length).toBeGreaterThan(0)
  expect(missing.map((family) => family.name)).toEqual([])
})

const SHOWN = ['first', 'gateway', 'nested', 'docker', 'kubernetes', 'preset-agent', 'preset-claude-code']
test.for(SHOWN)('%s: the dashboard asks what its file says', async (name) => {
  golden(`${name}.dashboard.txt`, digest(madeDashboard(await modelOfMapping(name), name)))
})

test('the dashboard of the first example is its file to the last bracket, but for the row about the exporter, whose words are elsewhere', async () => {
  const dashboard = madeDashboard(await modelOfMapping('first'), 'first')
  const end = dashboard.panels.findIndex(({ title }) => title === 'Exporter')
  expect(end).toBeGreaterThan(8)
  golden('first.dashboard-json.txt', `${JSON.stringify({ ...dashboard, panels: dashboard.panels.slice(0, end) }, null, 2)}\n`)
})

test('a label that the agent may leave empty hides nothing from who looks at all', async () => {
  const { templating } = madeDashboard(await modelOfMapping('preset-agent'))
  const all = Object.fromEntries(templating.list.map(({ name, allValue }) => [name, allValue]))
  expect(all).toMatchObject({ job: '.+', instance: '.+', agent: '.*', tool: '.*', model: '.*' })
})

test('what cannot be read well without words and colours has them', async () => {
  const panels = panelsOf(madeDashboard(await modelOfMapping('preset-claude-code')))
  const unitOf = (title: string) => panels.find((panel) => panel.title === title)?.fieldConfig?.defaults
  expect(unitOf('Tool calls that failed by tool')).toMatchObject({
    unit: 'percentunit',
    thresholds: { steps: [{}, { value: 0.05 }, { value: 0.2 }] },
  })
  expect(unitOf('LLM cost per hour by model')).toMatchObject({ unit: 'currencyUSD' })
  expect(unitOf('Tool duration, p50, p95 and p99')).toMatchObject({ unit: 's' })
  expect(unitOf('Session last activity, time since')).toMatchObject({ unit: 's' })
  expect(unitOf('MCP server up by server')).toMatchObject({ mappings: [{ options: { 0: { text: 'down' }, 1: { text: 'up' } } }] })
})
