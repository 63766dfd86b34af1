/** What the preset `makeaihq` must count of an event. */
import type { Event } from '../../scenario.ts'
import type { Apply } from '../systems.ts'
import type { Tally } from '../tally.ts'
import type { Labels } from '../vector.ts'

const CLOSED = { status: ['success', 'error', 'timeout', 'cancelled', 'unknown'] }
const CACHE = { operation: ['get', 'set', 'delete'], result: ['hit', 'miss'] }
const KINDS = { kind: ['major', 'minor', 'incremental', 'weakcb'] }
const TRUTH = ['true', 'false', 'unknown']
const BOUNDS = {
  tool: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
  payload: [1024, 10240, 51200, 102400, 512000, 1048576],
  session: [60, 300, 600, 1800, 3600, 7200],
  widget: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2],
  query: [0.01, 0.05, 0.1, 0.5, 1, 2, 5],
  validation: [0.01, 0.05, 0.1, 0.25, 0.5, 1],
  collection: [0.001, 0.01, 0.1, 1, 2, 5],
}

interface Session {
  readonly firstMs: number
  readonly tier: string
  readonly tools: Set<string>
  lastMs: number
  lastTool: string
  calls: number
}

export function makeaihq(tally: Tally): Apply {
  const sessions = new Map<string, Session>()
  tally.stand('mcp_nodejs_nodejs_gc_duration_seconds', BOUNDS.collection, KINDS)
  tally.count('mcp_cache_operations_total', { operation: 'get', result: 'hit' }, 0, CACHE)
  return (event) => {
    const of = (...names: readonly string[]): Labels => Object.fromEntries(names.map((name) => [name, String(event[name])]))
    const seconds = Number(event.duration_ms) / 1000
    if (event.event === 'tool_invocation') {
      ofToolCall(tally, event, of, seconds)
      ofStep(tally, sessions, event)
    } else if (event.event === 'session_end') ofSessionEnd(tally, sessions, event)
    else if (event.event === 'active_connections') tally.set('mcp_active_connections', of('transport_type'), Number(event.count))
    else if (event.event === 'widget_render') {
      tally.observe('mcp_widget_render_seconds', of('widget_type', 'complexity'), seconds, BOUNDS.widget)
    } else if (event.event === 'widget_interaction') {
      tally.count('mcp_widget_interactions_total', of('widget_type', 'interaction_type', 'outcome'))
    } else if (event.event === 'auth_failure') tally.count('mcp_auth_failures_total', of('failure_reason', 'source_ip'))
    else if (event.event === 'db_query') tally.observe('mcp_db_query_seconds', of('operation', 'table'), seconds, BOUNDS.query)
    else if (event.event === 'cache_operation') tally.count('mcp_cache_operations_total', of('operation', 'result'), 1, CACHE)
    else if (event.event === 'error_recovery') {
      tally.count('mcp_error_recovery_total', of('error_type', 'recovery_strategy', 'success'), 1, { success: TRUTH })
    } else if (event.event === 'oauth_validation') {
      tally.observe('mcp_oauth_validation_seconds', of('provider', 'cache_status'), seconds, BOUNDS.validation)
    } else ofProcess(tally, event)
  }
}

function ofToolCall(tally: Tally, event: Event, of: (...names: readonly string[]) => Labels, seconds: number): void {
  const tool = of('tool_name')
  tally.count('mcp_tool_invocations_total', { ...of('tool_name', 'user_tier'), status: String(event.result_status) }, 1, CLOSED)
  tally.observe('mcp_tool_execution_seconds', of('tool_name', 'cache_hit'), seconds, BOUNDS.tool, { cache_hit: TRUTH })
  tally.summarize('mcp_token_usage', { ...tool, token_type: 'prompt' }, Number(event.prompt_tokens))
  tally.summarize('mcp_token_usage', { ...tool, token_type: 'completion' }, Number(event.completion_tokens))
  const size = Number(event.payload_size)
  tally.observe('mcp_payload_size_bytes', of('tool_name', 'includes_widget'), size, BOUNDS.payload, { includes_widget: TRUTH })
}

/** A step is from one call of a user to the next; its position counts the steps of the session, from ten on together. */
function ofStep(tally: Tally, sessions: Map<string, Session>, { user_id, tool_name, user_tier, atMs }: Event): void {
  const user = String(user_id)
  const tool = String(tool_name)
  const session = sessions.get(user)
  if (session === undefined) {
    sessions.set(user, { firstMs: atMs, lastMs: atMs, tier: String(user_tier), tools: new Set([tool]), lastTool: tool, calls: 1 })
    return
  }
  const position = session.calls >= 10 ? '10+' : String(session.calls)
  tally.count('mcp_tool_composition_total', { source_tool: session.lastTool, target_tool: tool, sequence_position: position })
  session.calls++
  session.lastTool = tool
  session.lastMs = atMs
  session.tools.add(tool)
}

function ofSessionEnd(tally: Tally, sessions: Map<string, Session>, { user_id }: Event): void {
  const session = sessions.get(String(user_id))
  sessions.delete(String(user_id))
  if (session === undefined) return
  const labels = { user_tier: session.tier, tools_used: String(session.tools.size) }
  tally.observe('mcp_session_duration_seconds', labels, (session.lastMs - session.firstMs) / 1000, BOUNDS.session)
}

function ofProcess(tally: Tally, event: Event): void {
  if (event.event === 'service_started') tally.set('mcp_nodejs_process_start_time_seconds', {}, event.atMs / 1000)
  if (event.event !== 'runtime_stats') return
  tally.set('mcp_nodejs_process_resident_memory_bytes', {}, Number(event.resident_memory_bytes))
  tally.set('mcp_nodejs_nodejs_heap_size_total_bytes', {}, Number(event.heap_total_bytes))
  tally.set('mcp_nodejs_nodejs_heap_size_used_bytes', {}, Number(event.heap_used_bytes))
  tally.set('mcp_nodejs_nodejs_eventloop_lag_seconds', {}, Number(event.eventloop_lag_ms) / 1000)
  const collected = Number(event.gc_ms) / 1000
  tally.observe('mcp_nodejs_nodejs_gc_duration_seconds', { kind: String(event.gc_kind) }, collected, BOUNDS.collection, KINDS)
}
