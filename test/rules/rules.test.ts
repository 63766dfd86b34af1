/**
 * What stands in the rules without asking promtool: every alert says what it means and where to go on, names only what there is, is tested
 * firing and quiet; what was published is there. `test/real/counting/rules.test.ts` runs the unit tests themselves.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { namedIn } from '../grafana/promql.ts'
import { PRESETS, unknownIn } from './known-names.ts'
import { alertCases, alerts, type Rule, records, rules, testedExpressions, titleOf } from './rule-files.ts'

const HOME = 'https://github.com/agentlog-exporter/agentlog-exporter/blob/main/config/prometheus/runbooks.md#'
const CATALOG = join(import.meta.dirname, '../../../shared/seeds/catalog.json')
const SEVERITIES = ['critical', 'warning', 'info']
const partOf = ({ file }: Rule): string => file.replace('.yaml', '')

test('there are rules of each part', () => {
  expect([...new Set(rules.map(partOf))]).toEqual(expect.arrayContaining([...Object.keys(PRESETS), 'exporter', 'hosts']))
  expect(alerts.length).toBeGreaterThan(60)
})

test.each(rules.map((rule) => [titleOf(rule), rule] as const))(
  '%s names metrics and labels that there are',
  async (_title, rule) => {
    expect(namedIn(rule.expr).selectors.length + (rule.expr === 'vector(100)' ? 1 : 0)).toBeGreaterThan(0)
    expect(await unknownIn(partOf(rule), rule.expr)).toEqual([])
  },
)

test.each(alerts.map((rule) => [titleOf(rule), rule] as const))('%s says what it means and where to go on', (_title, rule) => {
  const { summary, description, runbook_url } = rule.annotations!
  expect(SEVERITIES).toContain(rule.labels?.severity)
  expect(rule.labels).toHaveProperty(rule.alert === 'CriticalAlertUnresolved' ? 'escalation' : 'component')
  expect(summary).toMatch(/^\S.{8,}[^:]$/)
  // A value, and after what it is what to do: two sentences at least.
  expect(description).toMatch(/\$value/)
  expect(description!.match(/[.:] [A-Z][a-z]/g)?.length).toBeGreaterThan(0)
  expect(runbook_url).toBe(`${HOME}${rule.alert!.toLowerCase()}`)
})

test.each(alerts.map((rule) => [titleOf(rule), rule] as const))(
  '%s is tested firing and quiet, with the labels it speaks of',
  (_title, rule) => {
    const cases = alertCases.filter(({ alertname }) => alertname === rule.alert)
    const firing = cases.flatMap(({ exp_alerts }) =>
      exp_alerts.filter(({ exp_labels }) => exp_labels.severity === rule.labels?.severity),
    )
    const quiet = cases.filter(
      ({ exp_alerts }) => !exp_alerts.some(({ exp_labels }) => exp_labels.severity === rule.labels?.severity),
    )
    expect(firing.length).toBeGreaterThan(0)
    expect(quiet.length).toBeGreaterThan(0)
    const spoken = Object.values(rule.annotations!).flatMap((text) =>
      [...text.matchAll(/\$labels\.(\w+)/g)].map((match) => match[1]!),
    )
    for (const label of spoken) expect(firing.some(({ exp_labels }) => exp_labels[label] !== undefined)).toBe(true)
  },
)

test.each(records.map((rule) => [titleOf(rule), rule.record!] as const))('%s has its value compared', (_title, record) => {
  expect(
    testedExpressions.filter((expression) => namedIn(expression).selectors.some(({ metric }) => metric === record)),
  ).not.toEqual([])
})

test('thresholds of quantiles are below the highest bucket, above which a quantile cannot tell', async () => {
  const found: string[] = []
  for (const rule of alerts) {
    const match = /histogram_quantile\(.*?(\w+)_bucket.*?\)+ > ([\d.]+)/s.exec(rule.expr)
    if (match === null) continue
    const { config } = await loadConfig({
      files: [],
      presets: PRESETS[partOf(rule)]!,
      presetDir: PRESET_DIR,
      validate: async (data) => shapeIssues(data),
    })
    const buckets = config.metrics.find(({ name }) => name === match[1])?.buckets
    expect([titleOf(rule), Math.max(...(buckets ?? [0])) > Number(match[2])]).toEqual([titleOf(rule), true])
    found.push(rule.alert!)
  }
  expect(found.length).toBeGreaterThan(6)
})

/** By file, name, severity, duration and comparison. */
test.each([
  ['mcpworks', 'ApiDown', 'critical', '1m', 'up{job="mcpworks-api"} == 0'],
  ['mcpworks', 'HighErrorRate', 'warning', '5m', '> 0.05'],
  ['mcpworks', 'HighLatency', 'warning', '5m', '> 1'],
  ['hosts', 'HostHighCpu', 'warning', '5m', '> 0.8'],
  ['hosts', 'HostHighMemory', 'warning', '5m', '> 0.85'],
  ['hosts', 'HostDiskLow', 'warning', '5m', '< 0.15'],
  ['callsphere', 'AgentHighErrorRate', 'critical', '5m', '> 0.05'],
  ['callsphere', 'AgentHighLatency', 'warning', '5m', '> 10'],
  ['callsphere', 'ToolCallFailureSpike', 'critical', '3m', '> 0.1'],
  ['callsphere', 'AgentQualityDegradation', 'warning', '15m', 'agent_quality_score{metric_type="groundedness"} < 0.70'],
  ['callsphere', 'AgentCostAnomaly', 'warning', '30m', '> 2 * sum(rate(agent_estimated_cost_dollars[1h] offset 1d)) * 3600'],
  ['makeaihq', 'HighToolInvocationRate', 'warning', undefined, '[5m:1m]) > 1000'],
  ['mcp-mesh', 'PrometheusHighMemoryUsage', 'warning', '15m', '> 0.8 * 4 * 1024 * 1024 * 1024'],
  ['mcp-mesh', 'PrometheusTargetDown', 'critical', '5m', 'up{job=~"mcp-mesh.*"} == 0'],
])('%s: %s stands as published', (file, name, severity, duration, comparison) => {
  const found = alerts.filter((rule) => rule.alert === name && rule.labels?.severity === severity && partOf(rule) === file)
  expect(found).toMatchObject([duration === undefined ? {} : { for: duration }])
  expect(found[0]!.expr).toContain(comparison)
})

interface Named {
  readonly name?: string
  readonly record?: string
}

test.skipIf(!existsSync(CATALOG))('no alert and no recording rule of the published catalogue is missing', () => {
  const { seeds } = JSON.parse(readFileSync(CATALOG, 'utf8')) as { seeds: { alerts: Named[]; recording_rules: Named[] }[] }
  const published = seeds
    .flatMap((seed) => [...seed.alerts, ...seed.recording_rules])
    .map(({ name, record }) => (record ?? name)!.replaceAll(' ', ''))
  // Three thresholds are published without a name: of CPU, memory and disk, in hosts.yaml.
  const named = published.filter((name) => !name.startsWith('(unnamed)'))
  expect(named.length).toBeGreaterThan(17)
  expect(named.filter((name) => !rules.some(({ alert, record }) => name === alert || name === record))).toEqual([])
})

test('a pair of warning and critical has one component, so that the one can inhibit the other', () => {
  const components = new Map<string, Set<string | undefined>>()
  for (const { alert, labels } of alerts) components.set(alert!, (components.get(alert!) ?? new Set()).add(labels?.component))
  expect([...components].filter(([, of]) => of.size > 1)).toEqual([])
})
