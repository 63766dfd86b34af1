/** What the preset `mcpworks` must count of an event. */
import type { Event } from '../../scenario.ts'
import type { Apply } from '../systems.ts'
import { Open, type Tally } from '../tally.ts'
import type { Labels } from '../vector.ts'

const CLOSED = { status: ['success', 'error', 'timeout', 'cancelled', 'unknown'] }
const BOUNDS = {
  route: [0.1, 0.5, 1, 2.5, 5, 10, 30],
  all: [0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60],
  run: [0.5, 1, 2, 5, 10, 30, 60, 120, 300],
  proxy: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
  bytes: [100, 250, 500, 1000, 2500, 5000, 10000, 50000],
}
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
/** Asked by whoever watches, so no traffic. */
const WATCHED = ['/health', '/health/ready', '/metrics']

export const isTraffic = ({ endpoint }: Event): boolean => !WATCHED.includes(String(endpoint))
export const routeOf = ({ endpoint }: Event): string => String(endpoint).replaceAll(UUID, '{uuid}')

export function mcpworks(tally: Tally): Apply {
  const requests = new Open(tally, 'http_requests_inprogress')
  const runs = new Open(tally, 'mcpworks_agents_running')
  const executions = new Open(tally, 'sandbox_executions_in_progress')
  tally.stand('http_request_duration_highr_seconds', BOUNDS.all, {})
  return (event) => {
    const of = (...names: readonly string[]): Labels => Object.fromEntries(names.map((name) => [name, String(event[name])]))
    const { service } = event
    if (event.event === 'unreadable') return
    tally.count('mcpworks_log_lines_total', { level: levelOf(event), event: event.event })
    if (event.event === 'http_request_started' && isTraffic(event)) {
      requests.start(String(event.request_id), service, { ...of('method'), handler: routeOf(event) })
    } else if (event.event === 'http_request_finished' && isTraffic(event)) {
      requests.end(String(event.request_id), { ...of('method'), handler: routeOf(event) })
      ofRequest(tally, event)
    } else if (event.event === 'agent_run_started') runs.start(String(event.run_id), service, of('namespace'))
    else if (event.event === 'agent_run_finished') {
      runs.end(String(event.run_id), of('namespace'))
      tally.count('mcpworks_agent_runs_total', of('namespace', 'trigger_type', 'status'), 1, CLOSED)
      tally.observe('mcpworks_agent_run_duration_seconds', of('namespace', 'trigger_type'), secondsOf(event), BOUNDS.run)
    } else if (event.event === 'tool_invocation') ofToolCall(tally, event, of)
    else if (event.event === 'prompt_injection_detected') {
      tally.count('mcpworks_mcp_proxy_injections_total', of('namespace', 'server_name'))
    } else if (event.event === 'sandbox_execution_started') executions.start(String(event.execution_id), service, of('tier'))
    else if (event.event === 'sandbox_execution_finished') {
      executions.end(String(event.execution_id), of('tier'))
      tally.count('sandbox_executions_total', of('tier', 'status', 'namespace'), 1, CLOSED)
    } else if (event.event === 'sandbox_violation') tally.count('sandbox_violations_total', of('tier'))
    else if (event.event === 'component_health') {
      tally.set('mcpworks_component_healthy', of('component'), event.status === 'healthy' ? 1 : 0)
    } else if (event.event === 'service_started') for (const open of [requests, runs, executions]) open.closeAllOf(service)
  }
}

export const secondsOf = ({ duration_ms }: Event): number => Number(duration_ms) / 1000

function ofRequest(tally: Tally, event: Event): void {
  const handler = { method: String(event.method), handler: routeOf(event) }
  tally.count('http_requests_total', { ...handler, status: String(event.status) })
  tally.observe('http_request_duration_seconds', handler, secondsOf(event), BOUNDS.route)
  tally.observe('http_request_duration_highr_seconds', {}, secondsOf(event), BOUNDS.all)
}

function ofToolCall(tally: Tally, event: Event, of: (...names: readonly string[]) => Labels): void {
  const calls = { ...of('namespace', 'server_name', 'tool_name'), status: String(event.result_status) }
  tally.count('mcpworks_mcp_proxy_calls_total', calls, 1, CLOSED)
  tally.observe('mcpworks_mcp_proxy_latency_seconds', of('namespace', 'server_name'), secondsOf(event), BOUNDS.proxy)
  tally.observe('mcpworks_mcp_response_bytes', of('endpoint_type', 'tool_name'), Number(event.payload_size), BOUNDS.bytes)
}

const levelOf = ({ event }: Event): string => (event === 'auth_failure' || event === 'sandbox_violation' ? 'warn' : 'info')
