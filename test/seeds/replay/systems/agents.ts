/** What the preset `agent` must count of an event, and what the exporter must tell of itself. */
import type { Event } from '../../scenario.ts'
import type { Apply } from '../systems.ts'
import type { Tally } from '../tally.ts'
import type { Labels } from '../vector.ts'
import { secondsOf } from './mcpworks.ts'

const OUTCOMES = ['success', 'error', 'timeout', 'cancelled', 'unknown']
const KINDS = ['filesystem', 'network', 'process', 'syscall', 'permission', 'resource', 'policy']
const BOUNDS = {
  tool: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  model: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  run: [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200],
  turns: [1, 2, 3, 5, 8, 13, 21, 34, 55, 89],
}
/** Families of the preset, by the series that each of their label sets has one of. */
const FAMILIES: Readonly<Record<string, string>> = {
  agent_tool_calls_total: 'agent_tool_calls_total',
  agent_tool_duration_seconds: 'agent_tool_duration_seconds_count',
  agent_llm_requests_total: 'agent_llm_requests_total',
  agent_llm_request_duration_seconds: 'agent_llm_request_duration_seconds_count',
  agent_llm_tokens_total: 'agent_llm_tokens_total',
  agent_llm_cost_usd_total: 'agent_llm_cost_usd_total',
  agent_sandbox_violations_total: 'agent_sandbox_violations_total',
  agent_sandbox_executions_total: 'agent_sandbox_executions_total',
  agent_prompt_injections_total: 'agent_prompt_injections_total',
  agent_runs_started_total: 'agent_runs_started_total',
  agent_runs_total: 'agent_runs_total',
  agent_run_duration_seconds: 'agent_run_duration_seconds_count',
  agent_conversations_total: 'agent_conversations_total',
  agent_conversation_turns: 'agent_conversation_turns_count',
  agent_error_recoveries_total: 'agent_error_recoveries_total',
  agent_info: 'agent_info',
  agent_session_last_activity_timestamp_seconds: 'agent_session_last_activity_timestamp_seconds',
}
const SOURCE = { source: 'files' }
const ACTIVITY = ['tool_invocation', 'model_call', 'agent_run_started', 'agent_run_finished']

export function agents(tally: Tally): Apply {
  const lines = (outcome: string, by: number): void => tally.add('agentlog_lines_total', { ...SOURCE, outcome }, by)
  const events = (outcome: string, by: number): void => tally.add('agentlog_events_total', { ...SOURCE, outcome }, by)
  for (const outcome of ['event', 'blank', 'rejected']) lines(outcome, 0)
  for (const outcome of ['mapped', 'unmatched', 'unmapped', 'dropped', 'primed']) events(outcome, 0)
  for (const metric of Object.keys(FAMILIES)) {
    tally.set('agentlog_series', { metric }, 0)
    tally.set('agentlog_series_overflow_total', { metric }, 0)
  }
  return (event) => {
    if (event.event === 'unreadable') {
      lines('rejected', 1)
      tally.add('agentlog_rejected_lines_total', { ...SOURCE, reason: 'not_json' }, 1)
      return
    }
    lines('event', 1)
    const isMapped = ofEvent(tally, event)
    events(isMapped ? 'mapped' : 'unmapped', 1)
    if (!isMapped) tally.add('agentlog_unmapped_events_total', { event: event.event }, 1)
    for (const [metric, series] of Object.entries(FAMILIES)) tally.set('agentlog_series', { metric }, tally.sizeOf(series))
  }
}

/** Whether the preset waits for such an event. */
function ofEvent(tally: Tally, event: Event): boolean {
  const agent = { agent: String(event.agent_name) }
  if (ACTIVITY.includes(event.event)) tally.set('agent_session_last_activity_timestamp_seconds', agent, event.atMs / 1000)
  const of = OF_EVENTS[event.event]
  of?.(tally, event, agent)
  return of !== undefined
}

const OF_EVENTS: Readonly<Record<string, (tally: Tally, event: Event, agent: Labels) => void>> = {
  tool_invocation: (tally, event, agent) => {
    const tool = { ...agent, tool: String(event.tool_name) }
    tally.count('agent_tool_calls_total', { ...tool, status: String(event.result_status) }, 1, { status: OUTCOMES })
    tally.observe('agent_tool_duration_seconds', tool, secondsOf(event), BOUNDS.tool)
  },
  model_call: (tally, event, agent) => {
    const model = { ...agent, model: String(event.model_id) }
    tally.count('agent_llm_requests_total', model)
    tally.observe('agent_llm_request_duration_seconds', model, secondsOf(event), BOUNDS.model)
    tally.count('agent_llm_tokens_total', { ...model, type: 'input' }, Number(event.input_tokens))
    tally.count('agent_llm_tokens_total', { ...model, type: 'output' }, Number(event.output_tokens))
    if (event.cost_usd !== undefined) tally.count('agent_llm_cost_usd_total', model, Number(event.cost_usd))
  },
  sandbox_violation: (tally, event, agent) => {
    const kind = event.kind === 'seccomp' ? 'syscall' : String(event.kind)
    tally.count('agent_sandbox_violations_total', { ...agent, tier: String(event.tier), kind }, 1, { kind: KINDS })
  },
  sandbox_execution_finished: (tally, event, agent) => {
    const execution = { ...agent, tier: String(event.tier), status: String(event.status) }
    tally.count('agent_sandbox_executions_total', execution, 1, { status: OUTCOMES })
  },
  prompt_injection_detected: (tally, event, agent) => {
    tally.count('agent_prompt_injections_total', { ...agent, server: String(event.server_name) })
  },
  agent_run_started: (tally, _event, agent) => tally.count('agent_runs_started_total', agent),
  agent_run_finished: (tally, event, agent) => {
    tally.count('agent_runs_total', { ...agent, outcome: String(event.status) }, 1, { outcome: OUTCOMES })
    tally.observe('agent_run_duration_seconds', agent, secondsOf(event), BOUNDS.run)
  },
  conversation_ended: (tally, event, agent) => {
    const closed = { escalated: ['true', 'false', 'unknown'] }
    tally.count('agent_conversations_total', { ...agent, escalated: String(event.escalated) }, 1, closed)
    tally.observe('agent_conversation_turns', agent, Number(event.turns), BOUNDS.turns)
  },
  error_recovery: (tally, event, agent) => {
    const status = event.success === true ? 'success' : 'error'
    const recovery = { ...agent, strategy: String(event.recovery_strategy), status }
    tally.count('agent_error_recoveries_total', recovery, 1, { status: OUTCOMES })
  },
  service_started: (tally, event, agent) => {
    const info = { ...agent, version: String(event.version) }
    tally.info('agent_info', info, (other) => other.agent === agent.agent)
  },
}
