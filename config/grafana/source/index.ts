/** All dashboards that ship; each becomes `config/grafana/dashboards/<name>.json`, with the uid `agentlog-<name>`. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { mcpworks } from './mcpworks.ts'

export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  mcpworks,
}
