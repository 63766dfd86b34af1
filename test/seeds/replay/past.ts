/**
 * What Prometheus already holds of some series when it is started: ten minutes of 20 hours ago, and ten around this time a week ago; the
 * exporters have begun anew since, so that their counters fell. And ten minutes of three hours ago in which logs were read that have what
 * the platform's log has not.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Sampled } from './history.ts'
import type { Target } from './systems.ts'
import type { Labels } from './vector.ts'

export interface Past {
  readonly metric: string
  readonly labels: Labels
  readonly samples: readonly Sampled[]
}

const HOUR_MS = 3600_000
const LENGTH_MS = 600_000
const STEP_MS = 15_000

interface Slope {
  readonly agoMs: number
  readonly metric: string
  readonly labels: Labels
  readonly perStep: number
}

const agents = { 'weather-agent': 3, analytics: 5, 'booking-agent': 0.5 }
const lastWeek: readonly Slope[] = Object.entries(agents).map(([agent, perStep]) => ({
  agoMs: 7 * 24 * HOUR_MS,
  metric: 'mcp_mesh_requests_total',
  labels: { agent, method: 'get_forecast', status: 'success' },
  perStep,
}))

const yesterday = (metric: string, labels: Labels, perStep: number): Slope => ({ agoMs: 20 * HOUR_MS, metric, labels, perStep })
const create = { server: 'github', tool: 'create_pr' }
const BUCKETS = { 0.05: 0, 0.1: 1, 0.25: 3, 0.5: 6, 1: 8, 2.5: 9, 5: 9, 10: 10, 30: 10, '+Inf': 10 }

export const EARLIER_MS = 3 * HOUR_MS
const earlier = (metric: string, labels: Labels, perStep: number): Slope => ({ agoMs: EARLIER_MS, metric, labels, perStep })
const coder = { agent: 'claude-code' }
const other = { agent: 'codex' }
/** What the presets of coding agents have beside those of the preset `agent`. */
const codingAgents: readonly Slope[] = [
  earlier('agent_tool_calls_in_flight', { ...coder, tool: 'Bash' }, 1),
  earlier('agent_tool_calls_in_flight', { ...coder, tool: 'Read' }, 2),
  earlier('agent_sessions_open', coder, 1),
  earlier('agent_sessions_open', other, 2),
  earlier('agent_context_window_used_ratio', other, 0.01),
  earlier('agent_rate_limit_used_ratio', { ...other, window: 'primary' }, 0.02),
  earlier('agent_rate_limit_used_ratio', { ...other, window: 'secondary' }, 0.01),
  earlier('agent_loops_total', { ...coder, kind: 'row' }, 1),
  earlier('agent_loops_total', { ...coder, kind: 'among_others' }, 0.5),
  earlier('agent_llm_api_errors_total', { ...coder, kind: 'overloaded' }, 2),
  earlier('agent_llm_retries_total', { ...coder, kind: 'overloaded' }, 3),
  earlier('agent_llm_stops_total', { ...coder, model: 'm', reason: 'end_turn' }, 4),
  earlier('agent_llm_stops_total', { ...coder, model: 'm', reason: 'tool_use' }, 6),
  earlier('agent_tool_decisions_total', { ...coder, tool: 'Edit', decision: 'reject' }, 1),
  earlier('agent_permission_denials_total', { ...coder, tool: 'Bash' }, 2),
  earlier('agent_open_session_cost_usd', coder, 0.5),
  earlier('agent_open_session_cost_usd', other, 0.25),
  earlier('agent_sandbox_policy_info', { ...other, sandbox: 'workspace-write', approval: 'never' }, 1),
  earlier('agentlog_unpriced_tokens_total', { metric: 'agent_llm_cost_usd_total', model: 'm' }, 100),
]

/** By the job of the target. */
const SLOPES: Readonly<Record<string, readonly Slope[]>> = {
  'mcp-mesh-agents': lastWeek,
  'mcp-gateway': [
    yesterday('tool_calls_total', { ...create, status: 'error' }, 10),
    yesterday('tool_calls_total', { ...create, status: 'success' }, 0),
    ...Object.entries(BUCKETS).map(([le, perStep]) => yesterday('tool_latency_seconds_bucket', { ...create, le }, perStep)),
  ],
  'ai-agents': [yesterday('agent_estimated_cost_dollars', { agent_name: 'analytics', model_id: 'gemini-2.0-flash' }, 0.25)],
  agentlog: [yesterday('agent_llm_cost_usd_total', { agent: 'analytics', model: 'gemini-2.0-flash' }, 0.125), ...codingAgents],
}

/** Of a target that is started now. */
export function pastOf({ job }: Target, nowMs: number): Past[] {
  return (SLOPES[job] ?? []).map(({ agoMs, metric, labels, perStep }) => {
    const times = Array.from({ length: LENGTH_MS / STEP_MS }, (_, i) => nowMs - agoMs - LENGTH_MS / 2 + i * STEP_MS)
    return { metric, labels, samples: times.map((atMs, i) => ({ atMs, value: i * perStep })) }
  })
}

/** Puts them into the folder of a Prometheus that is not yet started; bounds of buckets as OpenMetrics writes them. */
export function writePast(folder: string, file: string, all: readonly Past[]): void {
  const lines = all.flatMap(({ metric, labels, samples }) => {
    const { le, ...rest } = labels
    const shown = le === undefined ? labels : { ...rest, le: /^\d+$/.test(le) ? `${le}.0` : le }
    const pairs = Object.entries(shown).map(([name, text]) => `${name}="${text}"`)
    return samples.map(({ atMs, value }) => `${metric}{${pairs.join(',')}} ${value} ${atMs / 1000}\n`)
  })
  writeFileSync(file, `${lines.join('')}# EOF\n`)
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, folder])
}
