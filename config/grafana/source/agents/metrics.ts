/** Selectors of the metrics that the presets `agent`, `claude-code` and `codex` share, and of what the exporter says of itself. */
import { selecting } from '../kit/promql.ts'

export const ofAgents = selecting('agent')
export const ofModels = selecting('agent', 'model')
export const ofTools = selecting('agent', 'tool')
/** Another preset has a metric of this name, whose series have no agent and no tool, and so are among all of them. */
export const toolCalls = (...matchers: readonly string[]): string =>
  ofTools('agent_tool_calls_total', 'tool_name=""', ...matchers)
/** Own metrics: by scrape target alone. */
export const own = selecting()
