/** What each query of the general dashboard must show of a log that the preset `agent` reads. */
import { type Facts, NOTHING, type Table } from '../facts.ts'
import { Vector } from '../vector.ts'
import { starts } from './starts.ts'

const FAILED = { status: /error|timeout/ }
const HOUR_MS = 3600_000
const ALIVE_SECONDS = 300
const CALLS = 'agent_tool_calls_total'
const TOOL_SECONDS = 'agent_tool_duration_seconds'
const MODEL_SECONDS = 'agent_llm_request_duration_seconds'
const DOLLARS = 'agent_llm_cost_usd_total'

const risen = (f: Facts, metric: string, ...by: readonly string[]): Vector => f.increase(metric, {}, f.moment.rateMs).by(...by)
const instances = (f: Facts, value: number): Vector =>
  f
    .now('agentlog_lines_total')
    .by('instance')
    .map(() => value)
const between = (low: Vector, high: Vector): { atLeast: Vector; atMost: Vector } => ({ atLeast: low, atMost: high })

/** Of metrics that the preset `agent` has not. They must answer of three hours ago, when logs of coding agents were read. */
const codingAgents: Table = {
  'Open Work A': (f) => f.now('agent_tool_calls_in_flight').by('agent'),
  'Open Work B': (f) => f.now('agent_sessions_open').by('agent'),
  'Open Work C': (f) => f.now('agent_context_window_used_ratio').largest('agent'),
  'Open Work D': (f) => f.now('agent_rate_limit_used_ratio').largest('agent'),
  'Loops A': (f) => f.increase('agent_loops_total').by(),
  'Loops by Kind A': (f) => risen(f, 'agent_loops_total', 'agent', 'kind'),
  'Errors and Retries A': (f) => risen(f, 'agent_llm_api_errors_total', 'kind'),
  'Errors and Retries B': (f) => risen(f, 'agent_llm_retries_total', 'kind'),
  'Ends of Answers A': (f) => f.rate('agent_llm_stops_total').by('reason'),
  'Refused Calls A': (f) => risen(f, 'agent_tool_decisions_total', 'tool', 'decision'),
  'Refused Calls B': (f) => risen(f, 'agent_permission_denials_total', 'tool'),
  'Costliest Open Session A': (f) => f.now('agent_open_session_cost_usd').largest(),
  'What Agents May Do A': (f) => f.now('agent_sandbox_policy_info').largest('agent', 'sandbox', 'approval'),
  'Unpriced Tokens A': (f) => f.highest('agentlog_unpriced_tokens_total').by('model'),
}

export const ANSWERED_EARLIER = new Set(Object.keys(codingAgents))

const calls: Table = {
  'Calls A': (f) => f.rate(CALLS).by('agent'),
  'Calls B': (f) => f.rate('agent_llm_requests_total').by('agent'),
  'Failing A': (f) => f.share(CALLS, FAILED, ['agent']),
  'Failing B': (f) => f.share('agent_runs_total', { outcome: /error|timeout/ }, ['agent']),
  'P95 Duration A': (f) => f.quantile(0.95, TOOL_SECONDS, ['agent']),
  'P95 Duration B': (f) => f.quantile(0.95, MODEL_SECONDS, ['agent']),
  'Agents A': (f) =>
    f
      .now('agent_session_last_activity_timestamp_seconds')
      .filter((at) => f.moment.atMs / 1000 - at < ALIVE_SECONDS)
      .howMany(),
  'Cost A': (f) => f.increase(DOLLARS).by(),
  'Tokens A': (f) => f.increase('agent_llm_tokens_total').by(),
  'Sandbox Violations A': (f) => f.increase('agent_sandbox_violations_total').by(),
  'Prompt Injections A': (f) => f.increase('agent_prompt_injections_total').by(),
  'Runs A': (f) => risen(f, 'agent_runs_total', 'outcome'),
  'Run Duration A': (f) => f.quantile(0.5, 'agent_run_duration_seconds', ['agent']),
  'Run Duration B': (f) => f.quantile(0.95, 'agent_run_duration_seconds', ['agent']),
  'Calls by Tool A': (f) => f.rate(CALLS).by('tool').top(10),
  'Failing Calls by Tool A': (f) => f.share(CALLS, FAILED, ['tool']).top(10),
  'P95 by Tool A': (f) => f.quantile(0.95, TOOL_SECONDS, ['tool']).top(10),
  'Ends of Calls A': (f) => f.rate(CALLS).by('status'),
  'Duration of Tool Calls A': (f) => f.rate(`${TOOL_SECONDS}_bucket`).by('le'),
  'Tools A': (f) => f.increase(CALLS).by('agent', 'tool'),
  'Tools B': (f) => f.share(CALLS, FAILED, ['agent', 'tool'], {}, f.moment.rangeMs),
  'Tools C': (f) => f.quantile(0.95, TOOL_SECONDS, ['agent', 'tool'], {}, f.moment.rangeMs),
  'Violations by Kind A': (f) => risen(f, 'agent_sandbox_violations_total', 'kind'),
  'Prompt Injections by Server A': (f) => risen(f, 'agent_prompt_injections_total', 'agent', 'server'),
  'Sandbox Executions A': (f) => f.rate('agent_sandbox_executions_total').by('status'),
  'Violations by Agent A': (f) =>
    f
      .increase('agent_sandbox_violations_total')
      .by('agent', 'kind')
      .filter((value) => value > 0),
  'annotation: Sandbox violation': (f) =>
    risen(f, 'agent_sandbox_violations_total', 'agent', 'kind').filter((value) => value > 0),
}

const models: Table = {
  'Requests by Model A': (f) => f.rate('agent_llm_requests_total').by('model'),
  'Model Latency A': (f) => f.quantile(0.5, MODEL_SECONDS, ['model']),
  'Model Latency B': (f) => f.quantile(0.95, MODEL_SECONDS, ['model']),
  'Tokens by Kind A': (f) => f.rate('agent_llm_tokens_total').by('type'),
  'Tokens by Model A': (f) => f.rate('agent_llm_tokens_total').by('model'),
  'Input from the Cache A': (f) =>
    f.share('agent_llm_tokens_total', { type: 'cache_read' }, ['model'], { type: /input|cache_read|cache_write.*/ }),
  'Duration of Model Calls A': (f) => f.rate(`${MODEL_SECONDS}_bucket`).by('le'),
  'Cost per Hour A': (f) => f.rate(DOLLARS, {}, HOUR_MS).by().times(3600),
  'Cost of a Day A': (f) => f.increase(DOLLARS, {}, 24 * HOUR_MS).by(),
  'Cost per Hour by Model A': (f) => f.rate(DOLLARS, {}, HOUR_MS).by('model').times(3600),
  'Cost per Hour by Agent A': (f) => f.rate(DOLLARS, {}, HOUR_MS).by('agent').times(3600),
  'Cost by Model A': (f) => f.increase(DOLLARS).by('model'),
  'Dollars per Call A': (f) => {
    const requests = f.rate('agent_llm_requests_total', {}, HOUR_MS).by('model')
    return f
      .rate(DOLLARS, {}, HOUR_MS)
      .by('model')
      .over(requests.filter((value) => value > 0))
  },
}

/** What no log says of the exporter: bounds that hold on any machine. */
const CORES = 64
const MEMORY_BYTES = [20e6, 1e9] as const

const RECORD_BYTES = 10e6
const COMMITS_PER_SECOND = 100

const exporter: Table = {
  'Sources Up A': (f) =>
    f
      .now('agentlog_lines_total')
      .by('source')
      .map(() => 1),
  'Lag A': () => Vector.scalar(0),
  'Durable A': (f) => instances(f, 1),
  'Mapping A': (f) => instances(f, 1),
  'Lines Read A': (f) => f.rate('agentlog_lines_total').by('source'),
  'Lines Read B': (f) => f.rate('agentlog_lines_total', { outcome: 'rejected' }).by('source'),
  'Lag of Sources A': (f) =>
    f
      .now('agentlog_lines_total')
      .by('source')
      .map(() => 0),
  'Rejected Lines by Reason A': (f) => f.highest('agentlog_rejected_lines_total', f.moment.rateMs).by('source', 'reason'),
  'Events by Outcome A': (f) => {
    const all = f
      .rate('agentlog_events_total')
      .by()
      .filter((value) => value > 0)
    return f.rate('agentlog_events_total').by('outcome').over(all, [])
  },
  'Unmapped Events A': (f) => f.highest('agentlog_unmapped_events_total').by('event').top(20),
  'Series A': (f) => f.now('agentlog_series').by('metric'),
  'Series B': (f) => f.highest('agentlog_series_overflow_total').by('metric'),
  'Series C': () => NOTHING,
  'Writings of the Record A': (f) => {
    const [none, most] = [0, COMMITS_PER_SECOND].map((rate) => instances(f, rate).labelled({ outcome: 'ok' }))
    return between(none!, most!)
  },
  'Scrape Duration A': (f) => between(instances(f, 0), instances(f, 1)),
  'Processor of the Exporter A': (f) => between(instances(f, 0), instances(f, CORES)),
  'Memory of the Exporter A': (f) => between(instances(f, MEMORY_BYTES[0]), instances(f, MEMORY_BYTES[1])),
  'Memory of the Exporter B': (f) => between(instances(f, 1), instances(f, RECORD_BYTES)),
}

export const agents: Table = { ...codingAgents, ...calls, ...models, ...exporter, ...starts }
