/** All dashboards that ship; each becomes `config/grafana/dashboards/<name>.json`, with the uid `agentlog-<name>`. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { agents } from './agents.ts'
import { callsphere } from './callsphere.ts'
import { makeaihq } from './makeaihq.ts'
import { mcpGateway } from './mcp-gateway.ts'
import { mcpMesh } from './mcp-mesh.ts'
import { mcpworks } from './mcpworks.ts'

export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  agents,
  mcpworks,
  callsphere,
  makeaihq,
  'mcp-gateway': mcpGateway,
  'mcp-mesh': mcpMesh,
}
