/** What each query of the dashboard `mcpworks` must show. */
import type { Facts, Table } from '../facts.ts'
import type { Vector } from '../vector.ts'
import { starts } from './starts.ts'

const FAILED = { status: /error|timeout/ }
const RUN_SECONDS = 'mcpworks_agent_run_duration_seconds'
const BYTES = 'mcpworks_mcp_response_bytes'

function bytesPerCall(f: Facts, by: string): Vector {
  return f.mean(BYTES, [by], f.moment.rangeMs)
}

export const mcpworks: Table = {
  'Request Rate A': (f) => f.rate('http_requests_total').by(),
  'Request Rate B': (f) => f.rate('http_requests_total').by('method'),
  'Error Rate (5xx) A': (f) => f.share('http_requests_total', { status: /5../ }),
  'P95/P50 Latency A': (f) => f.quantile(0.95, 'http_request_duration_seconds'),
  'P95/P50 Latency B': (f) => f.quantile(0.5, 'http_request_duration_seconds'),
  'In-Progress Requests A': (f) => f.now('http_requests_inprogress').by(),
  'In-Progress Requests B': (f) => f.now('http_requests_inprogress').by('handler'),
  'Status Codes A': (f) => f.rate('http_requests_total').by('status'),
  'Request Rate by Endpoint A': (f) => f.rate('http_requests_total').by('handler').top(10),
  'Request Duration A': (f) => f.rate('http_request_duration_highr_seconds_bucket').by('le'),
  'P95 Latency by Endpoint A': (f) => f.quantile(0.95, 'http_request_duration_seconds', ['handler']).top(10),
  'Runs by Trigger A': (f) => f.rate('mcpworks_agent_runs_total').by('trigger_type'),
  'Failed Runs A': (f) => f.share('mcpworks_agent_runs_total', FAILED, ['namespace']),
  'Run Duration A': (f) => f.quantile(0.5, RUN_SECONDS, ['trigger_type']),
  'Run Duration B': (f) => f.quantile(0.95, RUN_SECONDS, ['trigger_type']),
  'Running Now A': (f) => f.now('mcpworks_agents_running').by('namespace'),
  'Proxy Calls by Server A': (f) => f.rate('mcpworks_mcp_proxy_calls_total').by('server_name'),
  'Failed Proxy Calls A': (f) => f.share('mcpworks_mcp_proxy_calls_total', FAILED, ['server_name']),
  'Proxy Latency P95 A': (f) => f.quantile(0.95, 'mcpworks_mcp_proxy_latency_seconds', ['server_name']),
  'Prompt Injections A': (f) => f.increase('mcpworks_mcp_proxy_injections_total', {}, f.moment.rateMs).by('server_name'),
  'Sandbox Executions A': (f) => f.rate('sandbox_executions_total').by('tier', 'status'),
  'Executions in Progress A': (f) => f.now('sandbox_executions_in_progress').by('tier'),
  'Sandbox Violations A': (f) => f.increase('sandbox_violations_total').by('tier'),
  'Components A': (f) => f.now('mcpworks_component_healthy').by('component'),
  'Bytes per Call by Endpoint Type A': (f) => f.mean(BYTES, ['endpoint_type']),
  'Bytes per Call: P50 and P95 A': (f) => f.quantile(0.5, BYTES, ['endpoint_type']),
  'Bytes per Call: P50 and P95 B': (f) => f.quantile(0.95, BYTES, ['endpoint_type']),
  'Savings against the Largest A': (f) => {
    const bytes = bytesPerCall(f, 'endpoint_type')
    const largest = Math.max(...bytes.points.map(({ value }) => value))
    return bytes.map((value) => 1 - value / largest)
  },
  'Response Bytes by Tool A': (f) => f.rate(`${BYTES}_sum`).by('tool_name').top(10),
  'Tools by Bytes A': (f) => f.increase(`${BYTES}_count`).by('tool_name'),
  'Tools by Bytes B': (f) => f.increase(`${BYTES}_sum`).by('tool_name'),
  'Tools by Bytes C': (f) => bytesPerCall(f, 'tool_name'),
  'annotation: Prompt injection': (f) =>
    f
      .increase('mcpworks_mcp_proxy_injections_total', {}, f.moment.rateMs)
      .by('server_name')
      .filter((value) => value > 0),
  'annotation: Sandbox violation': (f) =>
    f
      .increase('sandbox_violations_total', {}, f.moment.rateMs)
      .by('tier')
      .filter((value) => value > 0),
  ...starts,
}
