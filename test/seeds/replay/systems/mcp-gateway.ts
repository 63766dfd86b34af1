/** What the preset `mcp-gateway` must count of an event. */
import type { Event } from '../../scenario.ts'
import type { Apply } from '../systems.ts'
import type { Tally } from '../tally.ts'
import { isTraffic, routeOf, secondsOf } from './mcpworks.ts'

const CLOSED = { status: ['success', 'error', 'timeout', 'unknown'] }
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function mcpGateway(tally: Tally): Apply {
  return (event) => {
    if (event.event === 'http_request_finished' && isTraffic(event)) {
      const endpoint = { endpoint: routeOf(event), method: String(event.method) }
      tally.count('http_requests_total', { ...endpoint, status: String(event.status) })
      tally.observe('http_request_duration_seconds', endpoint, secondsOf(event), BOUNDS)
    } else if (event.event === 'tool_invocation') ofToolCall(tally, event)
    else if (event.event === 'active_connections') {
      tally.set('active_connections', { transport_type: String(event.transport_type) }, Number(event.count))
    } else if (event.event === 'server_status') {
      tally.set('server_status', { server: String(event.server), type: String(event.type) }, Number(event.healthy))
    } else if (event.event === 'skill_execution') {
      tally.count('skill_executions_total', { skill: String(event.skill), status: String(event.status) }, 1, CLOSED)
      tally.observe('skill_latency_seconds', { skill: String(event.skill) }, Number(event.latency_ms) / 1000, BOUNDS)
    }
  }
}

function ofToolCall(tally: Tally, event: Event): void {
  const server = { server: String(event.server_name) }
  const tool = { ...server, tool: String(event.tool_name).replace(`${server.server}__`, '') }
  tally.count('tool_calls_total', { ...tool, status: String(event.result_status) }, 1, CLOSED)
  tally.observe('tool_latency_seconds', tool, secondsOf(event), BOUNDS)
  tally.count('token_usage_total', { ...server, token_type: 'input' }, Number(event.prompt_tokens))
  tally.count('token_usage_total', { ...server, token_type: 'output' }, Number(event.completion_tokens))
}
