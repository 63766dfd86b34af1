/** What each query of the dashboard `mcp-mesh` must show. */
import type { Facts, Table } from '../facts.ts'
import { Vector } from '../vector.ts'
import { starts } from './starts.ts'

const FAILED = { status: /error|timeout/ }
const HOUR_MS = 3600_000
const WEEK_MS = 7 * 24 * HOUR_MS
const SECONDS = 'mcp_mesh_request_duration_seconds'
/** The range of the recording rules. */
const RULE_MS = 300_000

function errorShare(f: Facts): Vector {
  return f.share('mcp_mesh_requests_total', FAILED, ['agent'])
}

function slowest(f: Facts, where: Record<string, string>): Vector {
  return f.quantile(0.95, SECONDS, ['agent'], where, RULE_MS)
}

/** Half is that the registry is up, a quarter each how few of its answers are errors, and that it answers within half a second. */
function registryScore(f: Facts): Vector {
  const registry = { agent: 'registry' }
  const errors = f.share('mcp_mesh_requests_total', FAILED, [], registry, RULE_MS).points[0]?.value ?? 0
  const isFast = (slowest(f, registry).points[0]?.value ?? 0) < 0.5
  return Vector.scalar((100 + (1 - errors) * 50 + (isFast ? 50 : 0)) / 2)
}

export const mcpMesh: Table = {
  'Request Rate A': (f) => f.rate('mcp_mesh_requests_total').by('agent'),
  'Error Rate A': errorShare,
  'P95 Request Duration A': (f) => f.quantile(0.95, SECONDS, ['agent']),
  'Active Connections A': (f) => f.now('mcp_mesh_connections_active').by('agent'),
  'Request Duration A': (f) => f.rate(`${SECONDS}_bucket`).by('le'),
  'Connection Forecast A': (f) => f.now('mcp_mesh_connections_active').by('agent'),
  'Connection Forecast B': (f) =>
    f
      .predicted('mcp_mesh_connections_active', HOUR_MS, 4 * HOUR_MS)
      .by('agent')
      .map((value) => Math.max(value, 0)),
  'P50, P95 and P99 by Method A': (f) => f.quantile(0.5, SECONDS, ['method']),
  'P50, P95 and P99 by Method B': (f) => f.quantile(0.95, SECONDS, ['method']),
  'P50, P95 and P99 by Method C': (f) => f.quantile(0.99, SECONDS, ['method']),
  'Registry Health Score A': (f) => f.recorded('mcp_mesh:registry:health_score', registryScore),
  'Registered Agents A': (f) => f.now('mcp_mesh_registry_agents_total').by('status'),
  'SLO: Availability A': (f) =>
    f.recorded('mcp_mesh:slo:availability', (then) =>
      then.share('mcp_mesh_requests_total', FAILED, ['agent'], {}, RULE_MS).map((share) => 1 - share),
    ),
  'SLO: Latency A': (f) => f.recorded('mcp_mesh:slo:latency', (then) => slowest(then, {}).map((p95) => (p95 < 1 ? 1 : 0))),
  'Top 5 Agents A': (f) => f.rate('mcp_mesh_requests_total').by('agent').top(5),
  'Week over Week A': (f) => {
    const then = f.ago(WEEK_MS).rate('mcp_mesh_requests_total').by('agent')
    return f
      .rate('mcp_mesh_requests_total')
      .by('agent')
      .minus(then)
      .over(then.filter((value) => value > 0))
      .times(100)
  },
  'Agents above 1 % Errors A': (f) => errorShare(f).filter((share) => share > 0.01),
  // The label has another name than the variable.
  'Agents A': (f) =>
    f.now('mcp_mesh_agent_info', { agent_name: f.moment.chosen.agent ?? /.*/ }).by('agent_name', 'version', 'capabilities'),
  'Revenue per Hour A': (f) => f.increase('mcp_mesh_business_revenue_total', {}, HOUR_MS).by('product', 'currency'),
  'External API Calls A': (f) => f.rate('mcp_mesh_business_api_calls_total').by('api_provider', 'endpoint'),
  'Cache Hit Rate A': (f) => f.now('mcp_mesh_cache_hit_rate').by('agent', 'cache_type'),
  'Cache Hit Rate over Time A': (f) => f.now('mcp_mesh_cache_hit_rate').by('agent', 'cache_type'),
  ...starts,
}
