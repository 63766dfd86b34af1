/** Each dashboard that ships keeps the rules, and each rule finds what it is there for in a bent copy of one. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { allOf, type Dashboard, dashboardNames, type Panel, readDashboard, type Target, targetsOf } from './dashboard.ts'
import { type Known, knownOf, ownFamilies, presetFamilies, ruleNames } from './known.ts'
import { problemsOf, RULES } from './linter.ts'
import { namedIn } from './promql.ts'
import { METRIC_RULES } from './rules-of-metrics.ts'

const RUNBOOKS = join(import.meta.dirname, '../../config/prometheus/runbooks.md')
const GENERAL = ['agent', 'claude-code', 'codex']
const presetsOf = (name: string): string[] => (name === 'agents' ? GENERAL : [name])
const hasPresets = (name: string): boolean => presetsOf(name).every((preset) => existsSync(join(PRESET_DIR, `${preset}.yaml`)))
const knownFor = async (name: string): Promise<Known> =>
  knownOf([...(await presetFamilies(presetsOf(name))), ...(await ownFamilies())])

describe.each(dashboardNames())('dashboards/%s.json', (name) => {
  test.skipIf(!hasPresets(name))('keeps the rules', async () => {
    expect(problemsOf(readDashboard(name), await knownFor(name))).toEqual([])
  })

  test.skipIf(ruleNames('record').length === 0)('names only recorded series that rules of ours record', () => {
    const metrics = targetsOf(readDashboard(name)).flatMap(({ expr }) => namedIn(expr).selectors.map(({ metric }) => metric))
    expect(metrics.filter((metric) => metric.includes(':') && !ruleNames('record').includes(metric))).toEqual([])
  })

  test('leads only to what is there', () => {
    const dashboard = readDashboard(name)
    const urls = [...dashboard.links, ...allOf(dashboard).flatMap(({ links }) => links ?? [])].flatMap(({ url }) => url ?? [])
    const uids = dashboardNames().map((each) => readDashboard(each).uid)
    expect(urls.flatMap((url) => /^\/d\/(.+)$/.exec(url)?.[1] ?? []).filter((uid) => !uids.includes(uid))).toEqual([])
    const anchors = urls.flatMap((url) => /runbooks\.md#(.+)$/.exec(url)?.[1] ?? [])
    const headings = existsSync(RUNBOOKS) ? readFileSync(RUNBOOKS, 'utf8').match(/^#+ .+$/gm)! : undefined
    const written = headings?.map((heading) => heading.replace(/^#+ /, '').toLowerCase())
    expect(anchors.filter((anchor) => written !== undefined && !written.includes(anchor))).toEqual([])
  })

  test('begins with what the golden signals tell', () => {
    expect(readDashboard(name).panels[0]).toMatchObject({
      type: 'row',
      title: expect.stringMatching(/^(Golden signals|Overview)$/),
      collapsed: false,
    })
  })
})

test('no two dashboards have the same uid or title', () => {
  for (const of of [({ uid }: Dashboard) => uid, ({ title }: Dashboard) => title]) {
    const all = dashboardNames().map((name) => of(readDashboard(name)))
    expect(new Set(all).size).toBe(all.length)
  }
})

/** What a rule is to find: a dashboard that was good until `bend` changed something. */
type Bend = (dashboard: Loose) => void
// biome-ignore lint/suspicious/noExplicitAny: anything may be bent.
type Loose = any

const first = (dashboard: Loose): Panel & { targets: Target[] } & Loose =>
  dashboard.panels.find((panel: Panel) => panel.type !== 'row')
const ask =
  (expr: string): Bend =>
  (dashboard) => {
    first(dashboard).targets[0].expr = expr
  }
const variable = (dashboard: Loose, name: string): Loose => dashboard.templating.list.find((each: Loose) => each.name === name)

const BENDS: readonly (readonly [keyof typeof RULES | keyof typeof METRIC_RULES, string, Bend, RegExp])[] = [
  ['settings', 'an id', (d) => Object.assign(d, { id: 3 }), /id is 3/],
  ['settings', 'another uid', (d) => Object.assign(d, { uid: 'mine' }), /uid mine/],
  ['settings', 'another refresh', (d) => Object.assign(d, { refresh: '5s' }), /refresh is 5s/],
  ['settings', 'a schema of Grafana 7', (d) => Object.assign(d, { schemaVersion: 27 }), /schemaVersion 27/],
  ['settings', 'UTC', (d) => Object.assign(d, { timezone: 'utc' }), /timezone is utc/],
  ['settings', 'a day', (d) => Object.assign(d, { time: { from: 'now-1d', to: 'now' } }), /time is not/],
  ['settings', 'no tag', (d) => Object.assign(d, { tags: ['x'] }), /no tag agentlog/],
  ['uneditable-dashboard', 'editable', (d) => Object.assign(d, { editable: true }), /editable/],
  [
    'panel-datasource',
    'a fixed data source of a panel',
    (d) => Object.assign(first(d), { datasource: 'Prometheus' }),
    /timeseries/,
  ],
  ['panel-datasource', 'one of a query', (d) => Object.assign(first(d).targets[0], { datasource: { uid: 'p' } }), / A$/],
  ['panel-datasource', 'one of an annotation', (d) => Object.assign(d.annotations.list[0], { datasource: null }), /annotation/],
  ['panel-title-description', 'no description', (d) => Object.assign(first(d), { description: ' ' }), /timeseries/],
  ['panel-units', 'no unit', (d) => Object.assign(first(d).fieldConfig.defaults, { unit: '' }), /timeseries/],
  ['panel-no-targets', 'no query', (d) => Object.assign(first(d), { targets: [] }), /timeseries/],
  [
    'panel-thresholds',
    'thresholds elsewhere',
    (d) => Object.assign(first(d).fieldConfig.defaults, { thresholds: {} }),
    /timeseries/,
  ],
  ['panel-ids', 'an id twice', (d) => Object.assign(first(d), { id: 1 }), /id 1 /],
  ['panel-type', 'a graph', (d) => Object.assign(first(d), { type: 'graph' }), /dropped/],
  ['panel-grid', 'a panel on another', (d) => Object.assign(first(d).gridPos, { y: 0 }), /lies on/],
  ['panel-grid', 'a panel beside the grid', (d) => Object.assign(first(d).gridPos, { x: 20 }), /not on the grid/],
  ['template-datasource', 'no data source to choose', (d) => d.templating.list.shift(), /first variable/],
  ['template-job', 'no job', (d) => d.templating.list.splice(1, 1), /no variable job/],
  [
    'template-instance',
    'an instance that is a constant',
    (d) => Object.assign(variable(d, 'instance'), { type: 'constant' }),
    /constant/,
  ],
  [
    'template-label-promql',
    'a query of no selector',
    (d) => Object.assign(variable(d, 'job'), { query: 'label_values(job)' }),
    /job/,
  ],
  [
    'template-label-promql',
    'an instance of any job',
    (d) => Object.assign(variable(d, 'instance'), { query: 'label_values(up, instance)' }),
    /does not filter on job/,
  ],
  ['template-on-time-change-reload', 'read once', (d) => Object.assign(variable(d, 'job'), { refresh: 1 }), /job/],
  ['template-all', 'one value at a time', (d) => Object.assign(variable(d, 'job'), { multi: false }), /job/],
  ['template-datasource-used', 'a fixed data source', (d) => Object.assign(variable(d, 'job'), { datasource: null }), /job/],
  ['target-job', 'any job', ask('sum(rate(x_total{instance=~"$instance"}[$__rate_interval]))'), /x_total is not filtered on job/],
  ['target-instance', 'any instance', ask('sum(rate(x_total{job=~"$job"}[$__rate_interval]))'), /filtered on instance/],
  [
    'target-rate-interval',
    'five minutes',
    ask('sum by (le) (rate(x_bucket{job=~"$job",instance=~"$instance"}[5m]))'),
    /over \[5m\]/,
  ],
  ['target-counter-agg', 'a bare counter', ask('sum(http_requests_total{job=~"$job",instance=~"$instance"})'), /stands in none/],
  ['target-no-invented-zero', 'an invented zero', ask('sum(up{job=~"$job",instance=~"$instance"}) or vector(0)'), /or vector/],
  ['link-url', 'a link of another scheme', (d) => d.links.push({ type: 'link', url: 'javascript:alert(1)' }), /neither/],
  ['target-metric', 'a metric that is not', ask('sum(agentlog_linez{job=~"$job",instance=~"$instance"})'), /agentlog_linez/],
  [
    'target-labels',
    'a label that is not',
    ask('sum(rate(http_requests_total{job=~"$job",instance=~"$instance",endpoint="/"}[1h]))'),
    /no label endpoint/,
  ],
  [
    'target-groupings',
    'a sum by nothing',
    ask('sum by (server) (rate(http_requests_total{job=~"$job",instance=~"$instance"}[1h]))'),
    /has the label server/,
  ],
  [
    'target-groupings',
    'a legend that the sum lost',
    (d) => Object.assign(first(d).targets[0], { legendFormat: '{{handler}}' }),
    /the legend shows handler/,
  ],
  [
    'target-variables',
    'a panel that ignores the namespace',
    ask('sum(rate(runs_total{job=~"$job",instance=~"$instance"}[1h]))'),
    /not filtered on namespace/,
  ],
]

describe('a bent dashboard is named:', () => {
  let known: Known
  beforeAll(async () => {
    const families = [
      { name: 'http_requests_total', type: 'counter', labels: ['method', 'handler', 'status'] },
      { name: 'runs_total', type: 'counter', labels: ['namespace'] },
      { name: 'agents_total', type: 'gauge', labels: [] },
    ]
    known = knownOf([...families, ...(await ownFamilies())])
  })

  test.each(BENDS)('%s: %s', (rule, _what, bend, words) => {
    const dashboard = structuredClone(small())
    expect(problemsOf(dashboard, known)).toEqual([])
    bend(dashboard)
    const found = problemsOf(dashboard, known).filter((problem) => problem.startsWith(`${rule}: `))
    expect(found.join('\n')).toMatch(words)
  })

  test('every rule is among them', () => {
    const all = [...Object.keys(RULES), ...Object.keys(METRIC_RULES)]
    expect(all.filter((rule) => !BENDS.some(([name]) => name === rule))).toEqual([])
  })

  test('a counter is one by its type, where it is known', () => {
    const dashboard: Loose = structuredClone(small())
    ask('sum(agents_total{job=~"$job",instance=~"$instance"})')(dashboard)
    const complaints = (of?: Known): string[] =>
      problemsOf(dashboard, of).filter((problem) => problem.startsWith('target-counter-agg'))
    expect(complaints(known)).toEqual([])
    expect(complaints()).toHaveLength(1)
  })
})

/** The smallest one that keeps all rules: one row, one panel, one annotation. */
function small(): Dashboard {
  const whole = readDashboard('mcpworks')
  return { ...whole, panels: whole.panels.slice(0, 2), annotations: { list: whole.annotations.list.slice(0, 1) } }
}
