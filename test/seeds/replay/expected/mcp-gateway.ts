/** What each query of the dashboard `mcp-gateway` must show. */
import type { Facts, Table } from '../facts.ts'
import type { Vector } from '../vector.ts'
import { starts } from './starts.ts'

const DAY_MS = 86_400_000
const SECONDS = 'tool_latency_seconds'
const OUTPUT = { token_type: 'output' }

const tokensBy = (f: Facts, where: Record<string, string>, ...by: readonly string[]): Vector =>
  f.increase('token_usage_total', where).by(...by)

/** One query for each of the percentiles p50, p90, p95 and p99. */
function percentiles(title: (q: string, letter: string) => string, rangeMs?: number): Table {
  const rows = Object.entries({ p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 })
  return Object.fromEntries(
    rows.map(([name, q], i) => [title(name, 'ABCD'[i]!), (f: Facts): Vector => f.quantile(q, SECONDS, [], {}, rangeMs)]),
  )
}

export const mcpGateway: Table = {
  'Tool Call Volume A': (f) => f.rate('tool_calls_total').by('server', 'tool'),
  'Success Rate A': (f) => f.share('tool_calls_total', { status: 'success' }, ['server']),
  ...percentiles((_, letter) => `Latency Percentiles ${letter}`),
  'Active Connections A': (f) => f.now('active_connections').by('transport_type'),
  // Of a day there are ten minutes of 20 hours ago, and the last minute.
  ...percentiles((name) => `${name} of 24 h A`, DAY_MS),
  ...percentiles((_, letter) => `p50 to p99, 24 h View ${letter}`),
  'Tools over 24 h A': (f) => f.increase('tool_calls_total', {}, DAY_MS).by('server', 'tool'),
  'Tools over 24 h B': (f) => f.share('tool_calls_total', { status: 'success' }, ['server', 'tool'], {}, DAY_MS),
  'Tools over 24 h C': (f) => f.quantile(0.95, SECONDS, ['server', 'tool'], {}, DAY_MS),
  'Input Tokens A': (f) => tokensBy(f, { token_type: 'input' }),
  'Output Tokens A': (f) => tokensBy(f, OUTPUT),
  'Total Tokens A': (f) => tokensBy(f, {}),
  'Output Share A': (f) => f.share('token_usage_total', OUTPUT, [], {}, f.moment.rangeMs),
  'Tokens by Server and Type A': (f) => f.increase('token_usage_total', {}, DAY_MS / 24).by('server', 'token_type'),
  'Token Rate A': (f) => f.rate('token_usage_total').by('token_type'),
  'Tokens of the Time Range A': (f) => tokensBy(f, { token_type: 'input' }, 'server'),
  'Tokens of the Time Range B': (f) => tokensBy(f, OUTPUT, 'server'),
  'Tokens of the Time Range C': (f) => tokensBy(f, {}, 'server'),
  'Share of Servers A': (f) => tokensBy(f, {}, 'server'),
  'Server Status A': (f) => f.now('server_status').smallest('server', 'type'),
  'Request Rate by Endpoint A': (f) => f.rate('http_requests_total').by('endpoint', 'method').top(10),
  'HTTP Error Rate A': (f) => f.share('http_requests_total', { status: /5../ }),
  'HTTP Latency P95 A': (f) => f.quantile(0.95, 'http_request_duration_seconds', ['endpoint']),
  'Skill Executions A': (f) => f.rate('skill_executions_total').by('skill', 'status'),
  'annotation: Server down': (f) =>
    f
      .now('server_status')
      .smallest('server')
      .filter((value) => value === 0),
  ...starts,
}
