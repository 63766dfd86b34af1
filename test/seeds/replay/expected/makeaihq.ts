/** What each query of the dashboard `makeaihq` must show. */
import type { Facts, Table } from '../facts.ts'
import type { Vector } from '../vector.ts'
import { starts } from './starts.ts'

/** As the tools that steps come from. */
function stepsFrom(f: Facts): Vector {
  return f.increase('mcp_tool_composition_total').renamed('source_tool', 'tool_name').by('tool_name')
}

export const makeaihq: Table = {
  'P95 Tool Latency (Response Time) A': (f) => f.quantile(0.95, 'mcp_tool_execution_seconds', ['tool_name']),
  'P95 Tool Latency (Response Time) B': (f) => f.quantile(0.99, 'mcp_tool_execution_seconds', ['tool_name']),
  'Tool Invocation Rate (Requests/Second) A': (f) => f.rate('mcp_tool_invocations_total').by('tool_name'),
  'Error Rate (%) A': (f) => f.share('mcp_tool_invocations_total', { status: 'error' }).times(100),
  'Active Connections A': (f) => f.now('mcp_active_connections').by('transport_type'),
  'Most Used Tools A': (f) => f.increase('mcp_tool_invocations_total').by('tool_name').top(10),
  'Drop-off A': (f) => {
    const calls = f.increase('mcp_tool_invocations_total').by('tool_name')
    return stepsFrom(f)
      .or(calls.zeros)
      .over(calls.filter((value) => value > 0))
      .map((share) => Math.max(1 - share, 0))
  },
  'Calls by Result A': (f) => f.rate('mcp_tool_invocations_total').by('status'),
  'Steps between Tools A': (f) => f.rate('mcp_tool_composition_total').by('source_tool', 'target_tool').top(10),
  'Tool Latency Distribution A': (f) => f.rate('mcp_tool_execution_seconds_bucket').by('le'),
  'Error Recovery A': (f) => f.share('mcp_error_recovery_total', { success: 'true' }, ['recovery_strategy']),
  'Token Usage Distribution A': (f) => f.rate('mcp_token_usage_sum').by('tool_name', 'token_type'),
  'Tokens per Call A': (f) => f.mean('mcp_token_usage', ['tool_name', 'token_type']),
  'Payload Size A': (f) => f.quantile(0.95, 'mcp_payload_size_bytes', ['tool_name']),
  'Cache Hit Rate (%) A': (f) => f.share('mcp_cache_operations_total', { result: 'hit' }, [], { operation: 'get' }).times(100),
  'Database Latency A': (f) => f.quantile(0.95, 'mcp_db_query_seconds', ['operation', 'table']),
  'Authentication Failures A': (f) => f.rate('mcp_auth_failures_total').by('failure_reason'),
  'OAuth Validation Latency A': (f) => f.quantile(0.95, 'mcp_oauth_validation_seconds', ['provider', 'cache_status']),
  'Session Duration A': (f) => f.quantile(0.5, 'mcp_session_duration_seconds', ['user_tier']),
  'Widget Interactions A': (f) => f.rate('mcp_widget_interactions_total').by('widget_type', 'outcome'),
  'Widget Render Time A': (f) => f.quantile(0.95, 'mcp_widget_render_seconds', ['widget_type']),
  'Memory A': (f) => f.now('mcp_nodejs_process_resident_memory_bytes'),
  'Memory B': (f) => f.now('mcp_nodejs_nodejs_heap_size_total_bytes'),
  'Memory C': (f) => f.now('mcp_nodejs_nodejs_heap_size_used_bytes'),
  'Event Loop Lag A': (f) => f.now('mcp_nodejs_nodejs_eventloop_lag_seconds'),
  'Garbage Collection A': (f) => f.rate('mcp_nodejs_nodejs_gc_duration_seconds_sum').by('kind'),
  'annotation: Deployments': (f) => f.changes('mcp_nodejs_process_start_time_seconds').filter((value) => value > 0),
  ...starts,
}
