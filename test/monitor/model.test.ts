/** What a metric tells, found out from its type, its name, its labels and its rules. */
import { expect, test } from 'vitest'
import type { FamilyFacts } from '../../src/monitor/model.ts'
import { modelOfText } from './made.ts'

async function factsOf(metric: string, rest = ''): Promise<FamilyFacts> {
  return (await modelOfText(`version: 1\n${rest}\nmetrics:\n  - ${metric}\n`)).families[0]!
}

test.for([
  ['calls_total, type: counter, event: a', 'events', 'none'],
  ['read_bytes_total, type: counter, event: a, value: n', 'amount', 'bytes'],
  ['llm_tokens_total, type: counter, event: a, split: { type: { in: i, out: o } }', 'amount', 'tokens'],
  ['llm_cost_usd_total, type: counter, event: a, value: c', 'amount', 'dollars'],
  ['spent_total, type: counter, event: a, value: { price: { model: m, input: i } }', 'amount', 'dollars'],
  ['revenue_total, type: counter, event: a, value: v', 'events', 'none'],
  ['call_duration_seconds, type: histogram, event: a, value: { path: ms, unit: ms }', 'distribution', 'seconds'],
  ['time_per_token_seconds, type: histogram, event: a, value: s', 'distribution', 'seconds'],
  ['turns, type: histogram, event: a, value: n, buckets: count', 'distribution', 'none'],
  ['body_size_bytes, type: summary, event: a, value: n', 'quantiles', 'bytes'],
  ['agent_info, type: info, event: a, labels: { version: v }', 'info', 'none'],
  ['seen_timestamp_seconds, type: gauge, event: a, value: $time, op: max', 'moment', 'seconds'],
  ['cache_hit_ratio, type: gauge, event: a, value: r', 'level', 'ratio'],
  ['runs_in_progress, type: gauge, event: a, value: r', 'in_flight', 'none'],
] as const)('%s', async ([metric, tells, unit]) => {
  expect(await factsOf(`{ name: ${metric} }`)).toMatchObject({ tells, unit })
})

const RUN = 'derive: [{ pair: run, start: { event: a, key: id }, end: { event: b, key: id }, timeout: 10m }]'
test('what is open of a pair is in flight, until its timeout, and its ends are counted where the mapping counts them', async () => {
  const { families } = await modelOfText(
    `version: 1\n${RUN}\nmetrics:\n  - { name: runs, type: gauge, open: run }\n  - { name: run_seconds, type: histogram, derived: run, value: duration }\n`,
  )
  expect(families[0]).toMatchObject({ tells: 'in_flight', timeoutSeconds: 600, endedIn: 'run_seconds_bucket' })
  expect(await factsOf('{ name: runs, type: gauge, open: run }', RUN)).toMatchObject({ tells: 'in_flight', endedIn: undefined })
})

test('open connections and sessions last: they are no calls that hang', async () => {
  expect(await factsOf('{ name: client_connections, type: gauge, open: run }', RUN)).toMatchObject({
    tells: 'level',
    merging: 'sum',
  })
})

test('what is open of a silence is who is not heard of', async () => {
  const silence = 'derive: [{ silence: quiet, event: beat, key: agent, after: 5m }]'
  expect(await factsOf('{ name: agents_quiet, type: gauge, open: quiet }', silence)).toMatchObject({ tells: 'silent' })
})

test.for([
  ['status: { path: s, one_of: [success, error, timeout] }', 'status', ['error', 'timeout']],
  ['how: { path: s, map: { 1: ok, 2: failed } }', 'how', ['failed']],
  ['ok: { path: s, one_of: [true, false] }', 'ok', ['false']],
  ['is_error: { path: s, one_of: [true, false] }', 'is_error', ['true']],
  ['status: s', 'status', []],
  ['code: { path: s, default: unknown }', 'code', []],
] as const)('failures are told by { %s }', async ([labels, label, failures]) => {
  expect((await factsOf(`{ name: calls_total, type: counter, event: a, labels: { tool: t, ${labels} } }`)).outcome).toEqual({
    label,
    failures,
  })
})

test.for([
  'kind: { path: k, one_of: [rate_limit, timeout, overloaded] }',
  'escalated: { path: k, one_of: [true, false] }',
  'status: { path: k, one_of: [open, closed] }',
  'tool: t',
])('{ %s } tells no failures', async (labels) => {
  expect((await factsOf(`{ name: calls_total, type: counter, event: a, labels: { ${labels} } }`)).outcome).toBeUndefined()
})

test.for([
  ['sandbox_violations_total, type: counter, event: a', true],
  ['stopped_total, type: counter, event: [sandbox_violation, promptInjection]', true],
  ['stopped_total, type: counter, event: [sandbox_violation, call]', false],
  ['stopped_total, type: counter', false],
  ['agent_loop_iterations_total, type: counter, event: agent_loop_start', false],
  ['prompt_injection_scans_total, type: counter, event: a', false],
  ['prompt_injection_scans_blocked_total, type: counter, event: [prompt_injection_blocked]', true],
  ['eventloop_lags_total, type: counter, event: a', false],
  ['violations, type: gauge, event: a, value: n', false],
] as const)('{ %s } must never rise: %s', async ([metric, isAlarming]) => {
  expect((await factsOf(`{ name: ${metric}, where: { x: { exists: true } } }`)).isAlarming).toBe(isAlarming)
})

test.for([
  ['{ name: a, type: gauge, event: e, value: v, op: max }', 'max'],
  ['{ name: a, type: gauge, event: e, value: v, op: min }', 'min'],
  ['{ name: a, type: gauge, event: e, value: v, op: mean, over: 1h }', 'avg'],
  ['{ name: a, type: gauge, event: e, value: v, op: add }', 'sum'],
  ['{ name: a_up, type: gauge, event: e, value: v }', 'min'],
  ['{ name: a_ratio, type: gauge, event: e, value: v }', 'max'],
  ['{ name: a_bytes, type: gauge, event: e, value: v }', 'sum'],
] as const)('series of %s become one by %s', async ([metric, merging]) => {
  expect((await factsOf(metric)).merging).toBe(merging)
})

test('labels of sources are labels of the metrics that they touch, and those of targets are called as Prometheus calls them', async () => {
  const { families } = await modelOfText(`version: 1
sources: [{ name: x, file: { paths: [/tmp/x.log] }, labels: { team: { const: search } } }]
metrics: [{ name: calls_total, type: counter, event: a, labels: { job: j, instance: i } }]
`)
  expect(families[0]!.labels.map(({ name }) => name).sort()).toEqual(['exported_instance', 'exported_job', 'team'])
})
