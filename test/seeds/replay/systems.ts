/** The systems whose dashboards are shown: what Prometheus scrapes of them, which log that counts, and what it must count. */
import type { Event } from '../scenario.ts'
import { agents } from './systems/agents.ts'
import { callsphere } from './systems/callsphere.ts'
import { makeaihq } from './systems/makeaihq.ts'
import { mcpGateway } from './systems/mcp-gateway.ts'
import { mcpMesh } from './systems/mcp-mesh.ts'
import { mcpworks } from './systems/mcpworks.ts'
import type { Tally } from './tally.ts'

/** Tallies one event. */
export type Apply = (event: Event) => void

/** The platform's log; that of the registry alone; the platform's again, in a file that is rotated while it is read. */
export type LogName = 'app' | 'registry' | 'rotated'

export interface Target {
  readonly job: string
  readonly preset: string
  readonly log: LogName
  /** With a record on the disk. */
  readonly isDurable?: true
  readonly tallying: (tally: Tally) => Apply
}

/** By name of the dashboard. */
export const SYSTEMS: Readonly<Record<string, readonly Target[]>> = {
  agents: [{ job: 'agentlog', preset: 'agent', log: 'rotated', isDurable: true, tallying: agents }],
  mcpworks: [{ job: 'mcpworks-api', preset: 'mcpworks', log: 'app', tallying: mcpworks }],
  callsphere: [{ job: 'ai-agents', preset: 'callsphere', log: 'app', tallying: callsphere }],
  makeaihq: [{ job: 'mcp-server', preset: 'makeaihq', log: 'app', tallying: makeaihq }],
  'mcp-gateway': [{ job: 'mcp-gateway', preset: 'mcp-gateway', log: 'app', tallying: mcpGateway }],
  'mcp-mesh': [
    { job: 'mcp-mesh-agents', preset: 'mcp-mesh', log: 'app', tallying: mcpMesh },
    { job: 'mcp-mesh-registry', preset: 'mcp-mesh', log: 'registry', tallying: mcpMesh },
  ],
}
