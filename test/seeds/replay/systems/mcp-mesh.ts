/** What the preset `mcp-mesh` must count of an event. */
import type { Event } from '../../scenario.ts'
import type { Apply } from '../systems.ts'
import { Open, type Tally } from '../tally.ts'
import { secondsOf } from './mcpworks.ts'

const CLOSED = { status: ['success', 'error', 'timeout', 'unknown'] }
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export function mcpMesh(tally: Tally): Apply {
  const connections = new Open(tally, 'mcp_mesh_connections_active')
  return (event) => {
    const agent = { agent: String(event.agent_name) }
    if (event.event === 'service_started') {
      connections.closeAllOf(event.service)
      tally.set('mcp_mesh_connections_active', { ...agent, type: 'client' }, 0)
      const info = { agent_name: agent.agent, version: String(event.version), capabilities: String(event.capabilities) }
      tally.info('mcp_mesh_agent_info', info, ({ agent_name }) => agent_name === info.agent_name)
    } else if (event.event === 'agent_run_started') {
      connections.start(String(event.run_id), event.service, { ...agent, type: 'client' })
    } else if (event.event === 'agent_run_finished') {
      connections.end(String(event.run_id), { ...agent, type: 'client' })
      const method = { ...agent, method: String(event.method) }
      tally.count('mcp_mesh_requests_total', { ...method, status: String(event.status) }, 1, CLOSED)
      tally.observe('mcp_mesh_request_duration_seconds', method, secondsOf(event), BOUNDS)
    } else if (event.event === 'registry_agents') {
      tally.set('mcp_mesh_registry_agents_total', { status: String(event.status) }, Number(event.count))
    } else if (event.event === 'transaction') ofTransaction(tally, event, agent)
    else if (event.event === 'cache_stats') {
      tally.set('mcp_mesh_cache_hit_rate', { ...agent, cache_type: String(event.cache_type) }, Number(event.hit_rate) * 100)
    }
  }
}

function ofTransaction(tally: Tally, event: Event, agent: { agent: string }): void {
  const sold = { ...agent, currency: String(event.currency), product: String(event.product) }
  tally.count('mcp_mesh_business_revenue_total', sold, Number(event.amount))
  if (event.requires_external_validation !== true) return
  tally.count('mcp_mesh_business_api_calls_total', { ...agent, api_provider: 'payment-gateway', endpoint: 'validate' })
}
