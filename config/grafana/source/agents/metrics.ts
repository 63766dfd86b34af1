/** Selectors of the metrics that the presets `agent`, `claude-code` and `codex` share, and of what the exporter says of itself. */
import { selecting } from '../kit/promql.ts'

export const ofAgents = selecting('agent')
export const ofModels = selecting('agent', 'model')
export const ofTools = selecting('agent', 'tool')
/** Own metrics: by scrape target alone. */
export const own = selecting()
