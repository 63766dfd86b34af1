/**
 * Dashboards and rules that are made of mappings, before the real components: promtool reads every expression and runs the alerts on
 * series that must and must not wake somebody, and a Prometheus that scraped the exporter answers each panel.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Dashboard, targetsOf } from '../grafana/dashboard.ts'
import { hostileModel } from '../monitor/hostile.ts'
import { MAPPINGS, madeDashboard, madeRulesText, modelOfMapping, modelOfText } from '../monitor/made.ts'
import { Prometheus } from './prometheus-server.ts'
import { Exporter, isMissing, ROOT, type Running, Scratch, until } from './workbench.ts'

const isWithout = isMissing('promtool', 'prometheus')
const scratch = new Scratch()
const processes: Running[] = []
afterAll(async () => {
  for (const running of processes) await running.stop()
  scratch.remove()
})

function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', cwd: scratch.path })
  return status === 0 ? 'fine' : `exit ${status}\n${stdout}${stderr}`
}

/** As Grafana asks: variables with all of their values, ranges of a minute. */
function asked(expr: string, { templating }: Dashboard): string {
  const all = new Map(templating.list.map(({ name, allValue = '' }) => [name, allValue]))
  return expr.replace(/\$(?:__rate_interval|__range)/g, '1m').replace(/\$(\w+)/g, (_, name: string) => all.get(name)!)
}

/** PromQL's own words, as names of metrics and labels. */
const WORDS = 'on by and or unless bool ignoring group_left offset start end sum atan2 without inf nan time'.split(' ')
const WORDY = JSON.stringify({
  version: 1,
  metrics: WORDS.map((name) => ({
    name,
    ...{ type: 'counter', event: 'a' },
    labels: { ...Object.fromEntries(WORDS.map((label) => [label, label])), status: { path: 's', one_of: ['success', 'error'] } },
  })),
})
const ODD = ['{{ $labels.nobody }}{{', '"\n- alert: "X', "' # \u0000\u2028\ud800😀", '$job [[job]] ${x} \\', ': |\n  a', 'größer']

test.skipIf(isWithout)('promtool takes the rules and the expressions of all mappings, whatever words they have', async () => {
  const models = await Promise.all([
    ...Object.keys(MAPPINGS).map(async (name) => [name, await modelOfMapping(name)] as const),
    modelOfText(WORDY).then((model) => ['words', model] as const),
    ...ODD.map(async (words, i) => [`odd-${i}`, await hostileModel(words, words)] as const),
  ])
  const files = models.flatMap(([name, model]) => {
    const dashboard = madeDashboard(model)
    const rules = targetsOf(dashboard).map(({ expr }, i) => ({ record: `panel:${i}`, expr: asked(expr, dashboard) }))
    return [
      scratch.write(`${name}.yaml`, madeRulesText(model, name)),
      scratch.write(`${name}-of-job.yaml`, madeRulesText(model, name, ODD[0] + name, `https://wiki.example.org/${ODD[0]}#`)),
      scratch.write(`${name}-panels.yaml`, JSON.stringify({ groups: [{ name: 'panels', rules }] })),
    ]
  })
  expect(files.length).toBeGreaterThan(30)
  expect(promtool('check', 'rules', ...files)).toBe('fine')
})

interface Case {
  readonly name: string
  /** Series and their values, an interval apart, as promtool writes them. */
  readonly series: Readonly<Record<string, string>>
  readonly at: string
  readonly alert: string
  /** Labels of what fires beside the alert's own; none: it is quiet. */
  readonly fires: readonly Readonly<Record<string, string>>[]
}

/** What alerts are and when they fire; words are tested elsewhere. */
async function firing(mapping: string, cases: readonly Case[], interval = '1m'): Promise<string> {
  const rules = madeRulesText(await modelOfMapping(mapping), mapping).replace(/^ {8}annotations:\n(?: {10}.*\n)+/gm, '')
  const severityOf = (alert: string) => {
    const [, severity, component] = new RegExp(`alert: ${alert}\n[\\s\\S]*?severity: (\\w+)\n +component: (\\w+)`).exec(rules)!
    return { severity, component }
  }
  const tests = cases.map(({ name, series, at, alert, fires }) => ({
    name,
    interval,
    input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
    alert_rule_test: [
      {
        eval_time: at,
        alertname: alert,
        exp_alerts: fires.map((labels) => ({ exp_labels: { ...severityOf(alert), ...labels } })),
      },
    ],
  }))
  const file = scratch.write(`${mapping}.rules.yaml`, rules)
  return promtool(
    'test',
    'rules',
    scratch.write(`${mapping}.test.yaml`, JSON.stringify({ rule_files: [file], evaluation_interval: interval, tests })),
  )
}

const calls = (tool: string, status: string): string =>
  `shop_agent_tool_calls_total{job="j",instance="i",tool="${tool}",status="${status}"}`
const violations = (kind: string): string => `shop_agent_sandbox_violations_total{job="j",instance="i",kind="${kind}"}`
const tokens = (model: string): string => `shop_agent_tokens_total{job="j",instance="i",model="${model}",type="input"}`
const buckets = (bound: string): string =>
  `shop_agent_tool_duration_seconds_bucket{job="j",instance="i",tool="bash",le="${bound}"}`

test.skipIf(isWithout)('alerts on what the first example counts fire, and are quiet', async () => {
  const failing = { alert: 'ShopAgentToolCallsFailing', at: '25m' }
  const slow = { alert: 'ShopAgentToolDurationSlow', at: '30m' }
  const seen = { alert: 'ShopAgentSandboxViolationsSeen', at: '12m' }
  const said = await firing('first', [
    {
      ...failing,
      name: 'one of five fails',
      series: { [calls('bash', 'error')]: '0+1x30', [calls('bash', 'success')]: '0+4x30', [calls('grep', 'success')]: '0+4x30' },
      fires: [{ job: 'j', tool: 'bash' }],
    },
    {
      ...failing,
      name: 'one of twenty fails',
      series: { [calls('bash', 'error')]: '0+1x30', [calls('bash', 'success')]: '0+19x30' },
      fires: [],
    },
    { ...failing, name: 'all fail, but they are few', series: { [calls('bash', 'error')]: '0x15 1x5 2x20' }, fires: [] },
    {
      ...failing,
      name: 'no traffic',
      series: { [calls('bash', 'error')]: '9x30', [calls('bash', 'success')]: '1x30' },
      fires: [],
    },
    {
      ...seen,
      name: 'the first violation',
      series: { [violations('network')]: '0x9 1x9', [violations('process')]: '0x20' },
      fires: [{ job: 'j', kind: 'network' }],
    },
    { ...seen, name: 'an old violation', series: { [violations('network')]: '3x20' }, fires: [] },
    {
      ...slow,
      name: 'above the bucket before the last',
      series: { [buckets('5')]: '0x40', [buckets('30')]: '0+2x40', [buckets('+Inf')]: '0+2x40' },
      fires: [{ job: 'j', tool: 'bash' }],
    },
    {
      ...slow,
      name: 'quick',
      series: { [buckets('5')]: '0+2x40', [buckets('30')]: '0+2x40', [buckets('+Inf')]: '0+2x40' },
      fires: [],
    },
    {
      ...slow,
      name: 'slow, but few',
      series: { [buckets('5')]: '0x40', [buckets('30')]: '0x35 1x5', [buckets('+Inf')]: '0x35 1x5' },
      fires: [],
    },
  ])
  expect(said).toBe('fine')
})

const cost = 'agent_llm_cost_usd_total{job="j",instance="i",agent="a",model="m"}'
const flight = 'agent_tool_calls_in_flight{job="j",instance="i",agent="claude-code",tool="bash"}'
const ended = 'agent_tool_calls_total{job="j",instance="i",agent="claude-code",tool="bash",status="success"}'

test.skipIf(isWithout)('what never failed has a failure ratio of 0, and what did not come has none', async () => {
  const file = scratch.write('ratio.rules.yaml', madeRulesText(await modelOfMapping('first'), 'first'))
  const ratio = 'job_tool:shop_agent_tool_calls:failure_ratio_rate15m'
  const tests = [
    {
      interval: '1m',
      input_series: [
        { series: calls('never', 'success'), values: '0+1x30' },
        { series: calls('idle', 'success'), values: '7x30' },
      ],
      promql_expr_test: [
        { expr: ratio, eval_time: '25m', exp_samples: [{ labels: `${ratio}{job="j",tool="never"}`, value: 0 }] },
      ],
    },
  ]
  expect(promtool('test', 'rules', scratch.write('ratio.test.yaml', JSON.stringify({ rule_files: [file], tests })))).toBe('fine')
})

test.skipIf(isWithout)('more tokens than the day before wake somebody, if they are many', async () => {
  const spike = { alert: 'ShopAgentTokensSpike', at: '1d25m' }
  const said = await firing(
    'first',
    [
      {
        ...spike,
        name: 'ten times as many tokens',
        series: { [tokens('m')]: '0+5000x288 1440000+100000x8' },
        fires: [{ job: 'j', model: 'm' }],
      },
      { ...spike, name: 'as many as ever', series: { [tokens('m')]: '0+100000x300' }, fires: [] },
      { ...spike, name: 'ten times as many, but few', series: { [tokens('m')]: '0+50x288 14400+500x8' }, fires: [] },
      {
        ...spike,
        name: 'an hour of work a day',
        series: { [tokens('m')]: '0x107 100000+100000x11 1200000x168 1300000+100000x8' },
        fires: [],
      },
      { ...spike, name: 'a new model', series: { [tokens('new')]: '_x288 0+100000x8' }, fires: [] },
    ],
    '5m',
  )
  expect(said).toBe('fine')
})

test.skipIf(isWithout)('alerts on cost, on what hangs and on who is silent fire, and are quiet', async () => {
  const anomaly = { alert: 'AgentLlmCostAnomaly', at: '1d1h' }
  const budget = { alert: 'AgentLlmCostOverBudget', at: '2h' }
  const silent = { alert: 'AgentSessionLastActivitySilent', at: '1d50m' }
  const seen = 'agent_session_last_activity_timestamp_seconds{job="j",instance="i",agent="a"}'
  expect(
    await firing(
      'preset-agent',
      [
        {
          ...anomaly,
          name: 'three times yesterday',
          series: { [cost]: '0+0.05x288 14.4+0.25x24' },
          fires: [{ job: 'j', agent: 'a' }],
        },
        {
          ...anomaly,
          name: 'three hours of work a day, today earlier than yesterday',
          series: { [cost]: '0x47 1+1x35 36x203 37+1x20' },
          fires: [],
        },
        { ...anomaly, name: 'as yesterday', series: { [cost]: '0+0.25x320' }, fires: [] },
        { ...anomaly, name: 'pennies', series: { [cost]: '0+0.0005x288 0.144+0.05x24' }, fires: [] },
        { ...budget, name: 'twelve dollars an hour', series: { [cost]: '0+1x30' }, fires: [{ job: 'j' }] },
        { ...budget, name: 'nine dollars an hour', series: { [cost]: '0+0.75x30' }, fires: [] },
        {
          ...silent,
          name: 'active yesterday, silent for 50 minutes',
          series: { [seen]: '0+300x288 86400x12' },
          fires: [{ job: 'j', agent: 'a' }],
        },
        { ...silent, name: 'as silent yesterday', series: { [seen]: '_x12 0x300' }, fires: [] },
        { ...silent, name: 'active', series: { [seen]: '0+300x300' }, fires: [] },
      ],
      '5m',
    ),
  ).toBe('fine')
  const stuck = { alert: 'AgentToolCallsInFlightStuck', at: '40m' }
  const hangs = { job: 'j', instance: 'i', agent: 'claude-code', tool: 'bash' }
  expect(
    await firing('preset-claude-code', [
      { ...stuck, name: 'a call hangs', series: { [flight]: '0x5 1x50', [ended]: '0+1x5 5x50' }, fires: [hangs] },
      { ...stuck, name: 'one call after the other', series: { [flight]: '1x60', [ended]: '0+1x60' }, fires: [] },
      { ...stuck, name: 'nothing runs', series: { [flight]: '0x60', [ended]: '5x60' }, fires: [] },
    ]),
  ).toBe('fine')
})

test.skipIf(isWithout)('alerts on the exporter fire, and are quiet', async () => {
  const of = (name: string, labels = ''): string => `${name}{job="j",instance="i"${labels}}`
  const up = { alert: 'AgentlogExporterDown', at: '25m' }
  const build = of('agentlog_build_info', ',version="1"')
  const source = ',source="s"'
  const fires = [{ job: 'j', instance: 'i', source: 's' }]
  const stalled = { alert: 'AgentlogSourceStalled', at: '40m' }
  const nothing = { alert: 'AgentlogNothingMapped', at: '45m' }
  const events = (outcome: string): string => of('agentlog_events_total', `${source},outcome="${outcome}"`)
  expect(
    await firing('first', [
      {
        ...up,
        name: 'an exporter is gone',
        series: { [of('up')]: '1x10 0x20', [build]: '1x10 _x20' },
        fires: [{ job: 'j', instance: 'i' }],
      },
      {
        ...up,
        name: 'something else is gone',
        series: { 'up{job="k",instance="k"}': '0x30', [of('up')]: '1x30', [build]: '1x30' },
        fires: [],
      },
      {
        alert: 'AgentlogNotDurable',
        at: '25m',
        name: 'the disk is full',
        series: { [of('agentlog_state_durable')]: '1x10 0x20' },
        fires: [{ job: 'j', instance: 'i' }],
      },
      {
        alert: 'AgentlogNotDurable',
        at: '25m',
        name: 'the disk was full from the start',
        series: {
          [of('agentlog_state_durable')]: '0x30',
          [of('agentlog_state_commits_total', ',outcome="failed"')]: '0+1x30',
        },
        fires: [{ job: 'j', instance: 'i' }],
      },
      {
        alert: 'AgentlogNotDurable',
        at: '25m',
        name: 'in memory by choice',
        series: { [of('agentlog_state_durable')]: '0x30' },
        fires: [],
      },
      {
        alert: 'AgentlogSourceLag',
        at: '20m',
        name: 'far behind',
        series: { [of('agentlog_source_lag_seconds', source)]: '100x30' },
        fires,
      },
      {
        alert: 'AgentlogSourceLag',
        at: '20m',
        name: 'a moment behind',
        series: { [of('agentlog_source_lag_seconds', source)]: '5x30' },
        fires: [],
      },
      {
        alert: 'AgentlogSeriesOverflow',
        at: '20m',
        name: 'its first value',
        series: { [of('agentlog_series_overflow_total', ',metric="m"')]: '_x14 1x30' },
        fires: [{ job: 'j', instance: 'i', metric: 'm' }],
      },
      {
        ...stalled,
        name: 'unread and not read',
        series: { [of('agentlog_source_lag_bytes', source)]: '9x50', [of('agentlog_lines_total', source)]: '5x50' },
        fires,
      },
      {
        ...stalled,
        name: 'unread and read',
        series: { [of('agentlog_source_lag_bytes', source)]: '9x50', [of('agentlog_lines_total', source)]: '0+5x50' },
        fires: [],
      },
      {
        ...nothing,
        name: 'the agent calls things otherwise now',
        series: { [events('unmapped')]: '0+5x60', [events('mapped')]: '7x60' },
        fires,
      },
      {
        ...nothing,
        name: 'some are mapped',
        series: { [events('unmapped')]: '0+5x60', [events('mapped')]: '0+1x60' },
        fires: [],
      },
    ]),
  ).toBe('fine')
  const silent = { alert: 'AgentlogSourceSilent', at: '1d1h' }
  const lines = of('agentlog_lines_total', source)
  expect(
    await firing(
      'first',
      [
        { ...silent, name: 'lines at this time yesterday', series: { [lines]: '0+9x288 2592x20' }, fires },
        { ...silent, name: 'as silent yesterday', series: { [lines]: '5x320' }, fires: [] },
        { ...silent, name: 'lines', series: { [lines]: '0+9x320' }, fires: [] },
      ],
      '5m',
    ),
  ).toBe('fine')
})

const TOOLS_OVER_LIMIT = 130
/** Of the example. */
const TOOLS_AT_MOST = 100
/** Of the tool bash one call of four fails; more tools than the mapping allows; something of all that the exporter tells about itself. */
const LINES = [
  ...['ok', 'ok', 'error', 'ok'].map((status) =>
    JSON.stringify({ event: 'tool_invocation', tool_name: 'bash', status, duration_ms: 700 }),
  ),
  ...Array.from({ length: TOOLS_OVER_LIMIT }, (_, i) =>
    JSON.stringify({ event: 'tool_invocation', tool_name: `t${i}`, status: 'ok' }),
  ),
  JSON.stringify({ event: 'llm_call', model: 'm', usage: { input: 10, output: 5 } }),
  JSON.stringify({ event: 'sandbox_violation', kind: 'network' }),
  JSON.stringify({ event: 'nobody_waits_for_it' }),
  'no JSON',
]

test.skipIf(isWithout)('a Prometheus that scraped the exporter has an answer for each panel, and the right one', async () => {
  const log = scratch.write('agent.jsonl', '')
  const exporter = await Exporter.start('-c', join(ROOT, 'config/examples/first.yaml'), log)
  processes.push(exporter)
  const scrape = { job_name: 'agents', static_configs: [{ targets: [exporter.url.replace('http://', '')] }] }
  const configuration = JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [scrape] })
  const prometheus = await Prometheus.prepared(scratch.write('prometheus.yml', configuration), scratch.file('tsdb'))
  processes.push(prometheus)
  await until('prometheus', () => prometheus.isReady())
  await until('a scrape', async () => ((await prometheus.query('agentlog_build_info')).length > 0 ? true : undefined))
  appendFileSync(log, `${LINES.join('\n')}\n`)
  await exporter.caughtUp(LINES.length)

  const dashboard = madeDashboard(await modelOfMapping('first'))
  const answers = new Map<
    string,
    readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[]
  >()
  for (const { place, expr } of targetsOf(dashboard)) {
    const answer = await until(`an answer for ${place}`, async () => {
      const found = await prometheus.query(asked(expr, dashboard))
      return found.length > 0 && found.every(({ value }) => value[1] !== 'NaN') ? found : undefined
    })
    answers.set(place, answer)
  }
  const shown = (place: string, label: string, text: string): number =>
    Number(answers.get(place)?.find(({ metric }) => metric[label] === text)?.value[1])
  expect(answers.size).toBeGreaterThan(15)
  expect(shown('"Tool calls that failed by tool" A', 'tool', 'bash')).toBeCloseTo(1 / 4, 9)
  expect(shown('"Tool calls that failed by tool" A', 'tool', 't0')).toBe(0)
  expect(answers.get('"Tool calls that failed" A')?.map(({ value }) => Number(value[1]))).toEqual([
    expect.closeTo(1 / (TOOLS_OVER_LIMIT + 4), 9),
  ])
  expect(shown('"Tool duration, p95 by tool" A', 'tool', 'bash')).toBeCloseTo(0.5 + 0.95 * 0.5, 9)
  expect(shown('"Tool calls that failed by tool" A', 'tool', '_other')).toBe(0)
  expect(shown('"Updates that went to _other, since its start" A', 'metric', 'shop_agent_tool_calls_total')).toBe(
    TOOLS_OVER_LIMIT + 1 - TOOLS_AT_MOST,
  )
  expect(shown('"Lines that made no event, since its start" A', 'reason', 'not_json')).toBe(1)
  expect(shown('"Events that no rule waits for, since its start" A', 'event', 'nobody_waits_for_it')).toBe(1)
  expect(shown('"Updates that did not count, since its start" A', 'reason', 'no_value')).toBe(TOOLS_OVER_LIMIT)
})
