/** Rules of mappings: what they name is there, each alert can be understood and tuned, and the files beside this say them. `UPDATE_GOLDEN=1` rewrites those. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Known, knownOf, ownFamilies } from '../grafana/known.ts'
import { namedIn } from '../grafana/promql.ts'
import { MAPPINGS, type MadeRule, madeRules, madeRulesText, modelOfMapping, modelOfText } from './made.ts'

const GOLDEN = join(import.meta.dirname, 'golden')
const RUNBOOKS = join(import.meta.dirname, '../../config/prometheus/runbooks.md')
const own = await ownFamilies()

/** Series and labels of an expression that nothing has; recorded series are known by their rules. */
function strangers({ expr }: MadeRule, known: Known, rules: readonly MadeRule[]): string[] {
  const { selectors, groupings } = namedIn(expr)
  const labels = selectors.flatMap(({ metric }) => known.get(metric)?.labels ?? [])
  const recorded = rules.flatMap(({ record }) => record ?? [])
  return [
    ...selectors.filter(({ metric }) => !known.has(metric) && !recorded.includes(metric)).map(({ metric }) => metric),
    ...selectors.flatMap(({ metric, matchers }) =>
      matchers.map(({ label }) => label).filter((label) => label !== 'job' && !known.get(metric)?.labels.includes(label)),
    ),
    ...groupings.filter((label) => !['job', 'instance', 'le'].includes(label) && !labels.includes(label)),
  ]
}

/** Labels that the alert's series have, by what its expression groups by; undefined: all of the metric. */
function labelsShown({ annotations = {} }: MadeRule): string[] {
  return [
    ...Object.values(annotations)
      .join(' ')
      .matchAll(/\$labels\.(\w+)/g),
  ].map((match) => match[1]!)
}

const NAMES = Object.keys(MAPPINGS)
test.for(NAMES)('%s: rules name metrics and labels that there are, with and without a job', async (name) => {
  const model = await modelOfMapping(name)
  const families = model.families.map(({ name: metric, type, labels }) => ({
    name: metric,
    type,
    labels: labels.map((label) => label.name),
  }))
  const known = knownOf([...own, ...families])
  for (const job of [undefined, 'agents']) {
    const rules = madeRules(madeRulesText(model, name, job))
    expect(rules.length).toBeGreaterThan(8)
    for (const rule of rules)
      expect([rule.alert ?? rule.record, strangers(rule, known, rules)]).toEqual([rule.alert ?? rule.record, []])
  }
})

test.for(NAMES)('%s: each alert has a name of its own, a severity, and words', async (name) => {
  const alerts = madeRules(madeRulesText(await modelOfMapping(name))).filter(({ alert }) => alert !== undefined)
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
  for (const rule of alerts) {
    expect(rule.alert).toMatch(/^[A-Z][A-Za-z0-9]+$/)
    expect(rule.labels?.severity).toMatch(/^(?:critical|warning|info)$/)
    expect(rule.annotations).toMatchObject({
      summary: expect.stringMatching(/\S.*\.$/),
      description: expect.stringMatching(/\S/),
      runbook_url: expect.stringMatching(/^https:\/\/\S+#\w+$/),
    })
    const grouped = namedIn(rule.expr).groupings
    const isGrouped = /^(?:sum|max|min|avg) by|^histogram_quantile|^time\(\)/.test(rule.expr)
    if (isGrouped)
      for (const label of labelsShown(rule)) expect([rule.alert, grouped]).toEqual([rule.alert, expect.arrayContaining([label])])
  }
})

test.for(['first', 'preset-agent', 'preset-claude-code'])('%s: the rules are their file', async (name) => {
  const text = madeRulesText(await modelOfMapping(name), name)
  const file = join(GOLDEN, `${name}.rules.yaml`)
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
})

test('what a mapping has decides which alerts there are', async () => {
  const alertsOf = async (name: string) =>
    madeRules(madeRulesText(await modelOfMapping(name)))
      .filter(({ labels }) => labels !== undefined && labels.component !== 'monitoring')
      .map(({ alert, labels }) => `${labels?.severity} ${alert}`)
  expect(await alertsOf('first')).toEqual([
    'warning ShopAgentToolCallsFailing',
    'warning ShopAgentToolDurationSlow',
    'warning ShopAgentTokensSpike',
    'critical ShopAgentSandboxViolationsSeen',
  ])
  expect(await alertsOf('preset-claude-code')).toEqual(
    expect.arrayContaining([
      'warning AgentLlmCostAnomaly',
      'warning AgentLlmCostOverBudget',
      'warning AgentToolCallsInFlightStuck',
      'warning AgentLoopsSeen',
      'info AgentSessionLastActivitySilent',
    ]),
  )
})

test('a time that stands still by its nature makes nobody silent', async () => {
  const gauge = (name: string) => `{ name: ${name}, type: gauge, event: a, value: $time }`
  const model = await modelOfText(
    `version: 1\nmetrics: [${gauge('agent_start_time_seconds')}, ${gauge('agent_last_seen_timestamp_seconds')}]\n`,
  )
  const silent = madeRules(madeRulesText(model)).flatMap(({ alert }) => (alert?.endsWith('Silent') ? [alert] : []))
  expect(silent).toEqual(['AgentLastSeenSilent', 'AgentlogSourceSilent'])
})

test('a quantile is asked for below the highest bucket, above which it cannot tell', async () => {
  const model = await modelOfMapping('preset-agent')
  const slow = madeRules(madeRulesText(model)).filter(({ alert }) => alert?.endsWith('Slow'))
  const limits = Object.fromEntries(slow.map(({ alert, expr }) => [alert, Number(/\) > ([\d.]+)\nand/.exec(expr)?.[1])]))
  expect(limits).toEqual({ AgentToolDurationSlow: 30, AgentLlmRequestDurationSlow: 40.96, AgentRunDurationSlow: 3600 })
})

test('a job stands in every selector, and its up is watched', async () => {
  const rules = madeRules(madeRulesText(await modelOfMapping('preset-agent'), 'agent', 'my "agents"'))
  const asked = rules.flatMap(({ expr }) => namedIn(expr).selectors)
  const recorded = rules.flatMap(({ record }) => record ?? [])
  const without = asked.filter(
    ({ metric, matchers }) => !recorded.includes(metric) && !matchers.some(({ label }) => label === 'job'),
  )
  expect(without).toEqual([])
  expect(rules.find(({ alert }) => alert === 'AgentlogExporterDown')?.expr).toBe(
    'up{job="my \\"agents\\""} == 0\nor\nabsent(up{job="my \\"agents\\""})',
  )
})

test('runbooks of ones own take the place of the shipped', async () => {
  const rules = madeRules(madeRulesText(await modelOfMapping('first'), 'first', undefined, 'https://wiki.example.org/r#'))
  const urls = rules.flatMap(({ annotations }) => annotations?.runbook_url ?? [])
  expect(urls.filter((url) => !url.startsWith('https://wiki.example.org/r#'))).toEqual([])
  expect(urls).toContain('https://wiki.example.org/r#shopagenttoolcallsfailing')
})

test.skipIf(!existsSync(RUNBOOKS))('the shipped runbooks have the headings that alerts point at', async () => {
  const headings = [...readFileSync(RUNBOOKS, 'utf8').matchAll(/^#+ (\w+)$/gm)].map((match) => match[1]!.toLowerCase())
  for (const name of NAMES) {
    const rules = madeRules(madeRulesText(await modelOfMapping(name)))
    const anchors = rules.flatMap(({ annotations }) => annotations?.runbook_url?.split('#')[1] ?? [])
    expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([])
  }
})

test('labels that an alert says itself tell no alerts apart: two of one set of labels are an error, and neither fires', async () => {
  const labels = 'labels: { kind: k, severity: s, component: c, alertname: n, alertstate: x'
  const model = await modelOfText(`version: 1
metrics:
  - { name: made_violations_total, type: counter, event: a, ${labels} } }
  - { name: made_calls_total, type: counter, event: a, ${labels}, status: { path: s, one_of: [success, error] } } }
  - { name: made_wait_seconds, type: histogram, event: a, value: v, buckets: [1, 2], ${labels} } }
  - { name: made_cost_usd_total, type: counter, event: a, value: v, ${labels} } }
  - { name: made_tokens_total, type: counter, event: a, value: v, ${labels} } }
  - { name: made_last_seen_timestamp_seconds, type: gauge, event: a, value: $time, ${labels} } }
  - { name: made_in_flight, type: gauge, event: a, value: v, ${labels} } }
`)
  const alerts = madeRules(madeRulesText(model)).filter(({ alert }) => alert?.startsWith('Made'))
  expect(alerts.length).toBeGreaterThan(7)
  const ofAlerts = /severity|component|alertname|alertstate/
  for (const { expr, annotations, alert } of alerts) {
    const isBySeries = alert === 'MadeInFlightStuck'
    if (isBySeries) expect(expr).toMatch(/^max without \(alertname, alertstate, component, severity\) \(/)
    else expect([expr, ofAlerts.test(expr)]).toEqual([expr, false])
    expect(annotations?.description).not.toMatch(ofAlerts)
  }
})
