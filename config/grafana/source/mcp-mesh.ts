/** Dashboard of the preset `mcp-mesh`: requests of its agents, objectives, the registry, business. */
import { starts } from './kit/annotations.ts'
import { board } from './kit/board.ts'
import { business } from './mcp-mesh/business.ts'
import { objectives } from './mcp-mesh/objectives.ts'
import { comparison, goldenSignals, latency } from './mcp-mesh/requests.ts'

export const mcpMesh = board({
  name: 'mcp-mesh',
  title: 'MCP Mesh',
  description:
    'Requests, errors, latency and connections of the agents of a mesh; its registry, objectives and business. Preset mcp-mesh.',
  tags: ['mcp-mesh'],
  targets: 'mcp_mesh_.+',
  labels: [{ label: 'agent', title: 'Agent', metric: 'mcp_mesh_requests_total|mcp_mesh_connections_active' }],
  annotations: [starts()],
  sections: [goldenSignals, latency, objectives, comparison, business],
})
