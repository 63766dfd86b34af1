/** What each query of the library (config/prometheus/queries.yaml) must answer, by its name. */
import { type Facts, SOME, type Table } from '../facts.ts'
import type { Vector } from '../vector.ts'

const FAILED = { status: /error|timeout/ }
const MINUTES_MS = 60_000
const RECENT_MS = 5 * MINUTES_MS
const HOUR_MS = 60 * MINUTES_MS
const DAY_MS = 24 * HOUR_MS

/** Of what there is any of. */
const any = (vector: Vector): Vector => vector.filter((value) => value > 0)

/** Each as one more label, with these texts. */
function together(label: string, parts: Readonly<Record<string, Vector>>): Vector {
  const all = Object.entries(parts).map(([text, vector]) => vector.labelled({ [label]: text }))
  return all.reduce((sum, one) => sum.or(one))
}

const p95 = (f: Facts, histogram: string): Vector => f.quantile(0.95, histogram, [], {}, RECENT_MS)

const ofAgents: Table = {
  'cost-by-agent-and-model': (f) => f.increase('agent_llm_cost_usd_total', {}, DAY_MS).by('agent', 'model').top(10),
  'tokens-per-call': (f) => {
    const calls = f.rate('agent_llm_requests_total', {}, HOUR_MS).by('agent', 'model')
    return f.rate('agent_llm_tokens_total', {}, HOUR_MS).by('agent', 'model').over(any(calls))
  },
  'failing-tools': (f) => f.share('agent_tool_calls_total', FAILED, ['agent', 'tool'], {}, HOUR_MS).top(10),
  'slow-tools': (f) => f.quantile(0.95, 'agent_tool_duration_seconds', ['agent', 'tool'], {}, HOUR_MS).top(10),
  violations: (f) => any(f.increase('agent_sandbox_violations_total', {}, DAY_MS).by('agent', 'kind')),
  'idle-agents': (f) =>
    f
      .now('agent_session_last_activity_timestamp_seconds')
      .largest('agent')
      .map((at) => f.moment.atMs / 1000 - at),
  'runs-that-fail': (f) => f.increase('agent_runs_total', {}, DAY_MS).by('agent', 'outcome'),
  'unmapped-events': (f) => f.now('agentlog_unmapped_events_total').top(10),
  'series-by-metric': (f) => f.now('agentlog_series').top(10),
}

const ofSystems: Table = {
  'response-bytes': (f) => f.mean('mcpworks_mcp_response_bytes', ['endpoint_type'], RECENT_MS),
  'handlers-that-fail': (f) => f.rate('http_requests_total', { status: /5../ }, RECENT_MS).by('handler', 'status').top(5),
  'cost-per-request': (f) => {
    const requests = f.increase('agent_requests_total', {}, DAY_MS).by('agent_name')
    return f.increase('agent_estimated_cost_dollars', {}, DAY_MS).by('agent_name').over(any(requests))
  },
  'unpriced-models': (f) => f.now('agentlog_unpriced_tokens_total').by('metric', 'model').top(10),
  'model-calls-per-request': (f) => {
    const requests = f.rate('agent_requests_total', {}, RECENT_MS).by('agent_name')
    return f.rate('model_inference_calls_total', {}, RECENT_MS).by('agent_name').over(any(requests))
  },
  'time-by-phase': (f) =>
    together('phase', {
      request: p95(f, 'agent_request_duration_seconds'),
      model: p95(f, 'model_inference_duration_seconds'),
      tool: p95(f, 'agent_tool_call_duration_seconds'),
    }),
  'call-patterns': (f) => f.increase('mcp_tool_composition_total', {}, HOUR_MS).by('source_tool', 'target_tool').top(10),
  'tool-p95': (f) => f.quantile(0.95, 'mcp_tool_execution_seconds', ['tool_name'], {}, RECENT_MS),
  'auth-failure-share': (f) => {
    const validated = f.rate('mcp_oauth_validation_seconds_count', {}, RECENT_MS).by()
    return f.rate('mcp_auth_failures_total', {}, RECENT_MS).by().over(any(validated))
  },
  'most-used-tools': (f) => f.increase('mcp_tool_invocations_total', {}, HOUR_MS).by('tool_name').top(10),
  'drop-off': (f) => {
    const calls = f.increase('mcp_tool_invocations_total', {}, HOUR_MS).by('tool_name')
    const steps = f.increase('mcp_tool_composition_total', {}, HOUR_MS).renamed('source_tool', 'tool_name').by('tool_name')
    return steps
      .or(calls.zeros)
      .over(any(calls))
      .map((share) => 1 - share)
  },
  'tool-percentiles': (f) => {
    const of = (q: number): Vector => f.quantile(q, 'tool_latency_seconds', [], {}, DAY_MS)
    return together('quantile', { 0.5: of(0.5), 0.9: of(0.9), 0.95: of(0.95), 0.99: of(0.99) })
  },
  'tokens-by-server': (f) => f.increase('token_usage_total', {}, HOUR_MS).by('server', 'token_type'),
  'calls-by-server': (f) => f.rate('tool_calls_total', {}, RECENT_MS).by('server', 'status'),
  'top-agents': (f) => f.rate('mcp_mesh_requests_total', {}, RECENT_MS).by('agent').top(5),
  'agents-with-errors': (f) =>
    f.share('mcp_mesh_requests_total', FAILED, ['agent'], {}, RECENT_MS).filter((share) => share > 0.01),
  'duration-heatmap': (f) => f.rate('mcp_mesh_request_duration_seconds_bucket', {}, RECENT_MS).by('le'),
  'week-over-week': (f) => {
    const now = f.rate('mcp_mesh_requests_total', {}, RECENT_MS).by('agent')
    const then = f
      .ago(7 * DAY_MS)
      .rate('mcp_mesh_requests_total', {}, RECENT_MS)
      .by('agent')
    return now.minus(then).over(any(then)).times(100)
  },
  'connection-forecast': (f) => f.predicted('mcp_mesh_connections_active', HOUR_MS, 4 * HOUR_MS),
}

/** Of Prometheus itself, of which no log tells. */
const ofPrometheus: Table = Object.fromEntries(
  ['series-by-name', 'series-by-job', 'query-seconds', 'memory'].map((name) => [name, () => SOME]),
)

export const queries: Table = { ...ofAgents, ...ofSystems, ...ofPrometheus }
