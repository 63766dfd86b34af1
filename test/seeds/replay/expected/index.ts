/** The numbers that each dashboard must show, by its name. */
import type { Table } from '../facts.ts'
import { agents } from './agents.ts'
import { callsphere } from './callsphere.ts'
import { makeaihq } from './makeaihq.ts'
import { mcpGateway } from './mcp-gateway.ts'
import { mcpMesh } from './mcp-mesh.ts'
import { mcpworks } from './mcpworks.ts'

export const TABLES: Readonly<Record<string, Table>> = {
  agents,
  mcpworks,
  callsphere,
  makeaihq,
  'mcp-gateway': mcpGateway,
  'mcp-mesh': mcpMesh,
}
