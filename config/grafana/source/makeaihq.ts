/**
 * Dashboard of the preset `makeaihq`, "MCP Server Production Dashboard": the published panels, the golden signals first, with today's kinds
 * of panels and thresholds where these read them (ERR-S3-11); then what answers the questions that the article begins with.
 */
import type { AnnotationSpec } from './kit/annotations.ts'
import { starts } from './kit/annotations.ts'
import { board } from './kit/board.ts'
import { barchart, density, gauge, heatmap, type Sized, stat, timeseries } from './kit/panels.ts'
import { buckets, increase, mean, quantile, rate, selecting, share, sum } from './kit/promql.ts'

const ofServer = selecting()
const ofTools = selecting('tool_name')

const calls = ofTools('mcp_tool_invocations_total')
const gets = ofServer('mcp_cache_operations_total', 'operation="get"')
const hits = ofServer('mcp_cache_operations_total', 'operation="get"', 'result="hit"')

const signals: readonly Sized[] = [
  timeseries({
    title: 'P95 Tool Latency (Response Time)',
    description: '95th and 99th percentile of how long calls of a tool took. Above 2 s is critical.',
    unit: 's',
    thresholds: ['green', [2, 'red']],
    queries: [
      { expr: quantile(0.95, ofTools, 'mcp_tool_execution_seconds', 'tool_name'), legend: '{{tool_name}} P95' },
      { expr: quantile(0.99, ofTools, 'mcp_tool_execution_seconds', 'tool_name'), legend: '{{tool_name}} P99' },
    ],
    width: 6,
  }),
  timeseries({
    title: 'Tool Invocation Rate (Requests/Second)',
    description: 'Calls of tools per second.',
    unit: 'reqps',
    queries: [{ expr: sum(rate(calls), 'tool_name'), legend: '{{tool_name}}' }],
    width: 6,
  }),
  stat({
    title: 'Error Rate (%)',
    // ERR-X-02: as published it has no value until the first error.
    description: 'Percentage of calls that ended with an error. Timeouts are not in it: see Calls by Result.',
    unit: 'percent',
    thresholds: ['green', [1, 'yellow'], [5, 'red']],
    queries: [
      {
        expr: `${share(sum(rate(ofTools('mcp_tool_invocations_total', 'status="error"'))), sum(rate(calls)))} * 100`,
        legend: 'Error Rate',
      },
    ],
    height: 8,
  }),
  gauge({
    title: 'Active Connections',
    description: 'Connections to the server by transport, as it last said. None is red.',
    unit: 'short',
    min: 0,
    max: 200,
    thresholds: ['red', [50, 'yellow'], [100, 'green']],
    queries: [{ expr: sum(ofServer('mcp_active_connections'), 'transport_type'), legend: '{{transport_type}}' }],
  }),
]

const tools: readonly Sized[] = [
  barchart({
    title: 'Most Used Tools',
    description: 'The ten tools that were called most often in the range that is looked at.',
    unit: 'short',
    by: 'tool_name',
    queries: [{ expr: `topk(10, ${sum(increase(calls), 'tool_name')})` }],
  }),
  timeseries({
    title: 'Drop-off',
    description:
      'Share of the calls of a tool, in the range that is looked at, after which the user called no further tool: where people stop.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    queries: [
      {
        expr: `clamp_min(1 - (${sum(`label_replace(${increase(ofServer('mcp_tool_composition_total'))}, "tool_name", "$1", "source_tool", "(.+)")`, 'tool_name')} or 0 * ${sum(increase(calls), 'tool_name')}) / (${sum(increase(calls), 'tool_name')} > 0), 0)`,
        legend: '{{tool_name}}',
      },
    ],
  }),
  timeseries({
    title: 'Calls by Result',
    description: 'Calls of tools per second by how they ended.',
    unit: 'reqps',
    stacked: true,
    queries: [{ expr: sum(rate(calls), 'status'), legend: '{{status}}' }],
  }),
  timeseries({
    title: 'Steps between Tools',
    description: 'The ten commonest steps from one tool to the next, per second.',
    unit: 'ops',
    queries: [
      {
        expr: `topk(10, ${sum(rate(ofServer('mcp_tool_composition_total')), 'source_tool', 'target_tool')})`,
        legend: '{{source_tool}} → {{target_tool}}',
      },
    ],
  }),
  heatmap({
    title: 'Tool Latency Distribution',
    description: 'Calls per second by how long they took.',
    unit: 's',
    queries: [{ expr: buckets(ofTools, 'mcp_tool_execution_seconds') }],
  }),
  timeseries({
    title: 'Error Recovery',
    description: 'Share of the recoveries from an error that worked, by strategy.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    queries: [
      {
        expr: share(
          sum(rate(ofServer('mcp_error_recovery_total', 'success="true"')), 'recovery_strategy'),
          sum(rate(ofServer('mcp_error_recovery_total')), 'recovery_strategy'),
        ),
        legend: '{{recovery_strategy}}',
      },
    ],
  }),
]

const tokens: readonly Sized[] = [
  density({
    title: 'Token Usage Distribution',
    // ERR-S3-05: as published it rates the quantiles of a summary, which are no counters.
    description: 'How many tokens per second tools take, by tool and kind: where most of them are and which stand out.',
    unit: 'short',
    queries: [
      { expr: sum(rate(ofTools('mcp_token_usage_sum')), 'tool_name', 'token_type'), legend: '{{tool_name}} {{token_type}}' },
    ],
  }),
  timeseries({
    title: 'Tokens per Call',
    description: 'Mean number of tokens of a call, by tool and kind.',
    unit: 'short',
    queries: [{ expr: mean(ofTools, 'mcp_token_usage', 'tool_name', 'token_type'), legend: '{{tool_name}} {{token_type}}' }],
  }),
  timeseries({
    title: 'Payload Size',
    description: '95th percentile of the size of what tools answer.',
    unit: 'bytes',
    queries: [{ expr: quantile(0.95, ofTools, 'mcp_payload_size_bytes', 'tool_name'), legend: '{{tool_name}} P95' }],
  }),
]

const parts: readonly Sized[] = [
  timeseries({
    title: 'Cache Hit Rate (%)',
    // ERR-S3-07: as published it divides by what was stored and deleted, too.
    description: 'Percentage of the reads of the cache that found something.',
    unit: 'percent',
    min: 0,
    max: 100,
    thresholds: ['red', [50, 'yellow'], [80, 'green']],
    queries: [{ expr: `${share(sum(rate(hits)), sum(rate(gets)))} * 100`, legend: 'Cache Hit Rate' }],
  }),
  timeseries({
    title: 'Database Latency',
    description: '95th percentile of the duration of queries, by operation and table.',
    unit: 's',
    queries: [
      { expr: quantile(0.95, ofServer, 'mcp_db_query_seconds', 'operation', 'table'), legend: '{{operation}} {{table}} P95' },
    ],
  }),
  timeseries({
    title: 'Authentication Failures',
    description: 'Failed authentications per second, by reason.',
    unit: 'ops',
    queries: [{ expr: sum(rate(ofServer('mcp_auth_failures_total')), 'failure_reason'), legend: '{{failure_reason}}' }],
  }),
  timeseries({
    title: 'OAuth Validation Latency',
    description: '95th percentile of the time to check a token, by provider and whether it was cached.',
    unit: 's',
    queries: [
      {
        expr: quantile(0.95, ofServer, 'mcp_oauth_validation_seconds', 'provider', 'cache_status'),
        legend: '{{provider}} {{cache_status}} P95',
      },
    ],
  }),
]

const users: readonly Sized[] = [
  timeseries({
    title: 'Session Duration',
    description: 'Median time from the first to the last call of sessions that ended, by tier.',
    unit: 's',
    queries: [{ expr: quantile(0.5, ofServer, 'mcp_session_duration_seconds', 'user_tier'), legend: '{{user_tier}} P50' }],
  }),
  timeseries({
    title: 'Widget Interactions',
    description: 'What users did with widgets, per second, by widget and outcome.',
    unit: 'ops',
    queries: [
      {
        expr: sum(rate(ofServer('mcp_widget_interactions_total')), 'widget_type', 'outcome'),
        legend: '{{widget_type}} {{outcome}}',
      },
    ],
  }),
  timeseries({
    title: 'Widget Render Time',
    description: '95th percentile of the time to draw a widget.',
    unit: 's',
    queries: [{ expr: quantile(0.95, ofServer, 'mcp_widget_render_seconds', 'widget_type'), legend: '{{widget_type}} P95' }],
  }),
]

const runtime: readonly Sized[] = [
  timeseries({
    title: 'Memory',
    description: 'Memory of the process and its heap, as the server last said.',
    unit: 'bytes',
    queries: [
      { expr: ofServer('mcp_nodejs_process_resident_memory_bytes'), legend: 'resident' },
      { expr: ofServer('mcp_nodejs_nodejs_heap_size_total_bytes'), legend: 'heap' },
      { expr: ofServer('mcp_nodejs_nodejs_heap_size_used_bytes'), legend: 'heap used' },
    ],
  }),
  timeseries({
    title: 'Event Loop Lag',
    description: 'How late the event loop is. Above 0.1 s answers wait.',
    unit: 's',
    thresholds: ['green', [0.1, 'red']],
    queries: [{ expr: ofServer('mcp_nodejs_nodejs_eventloop_lag_seconds'), legend: 'lag' }],
  }),
  timeseries({
    title: 'Garbage Collection',
    description: 'Share of the time that is spent on collecting garbage, by kind.',
    unit: 'percentunit',
    queries: [{ expr: sum(rate(ofServer('mcp_nodejs_nodejs_gc_duration_seconds_sum')), 'kind'), legend: '{{kind}}' }],
  }),
]

/** ERR-S3-03: an info gauge is always 1 and never changes; the time at which the process started does. */
const deployments: AnnotationSpec = {
  name: 'Deployments',
  expr: 'changes(mcp_nodejs_process_start_time_seconds{job=~"$job",instance=~"$instance"}[$__rate_interval]) > 0',
  text: 'started anew: {{job}} {{instance}}',
  colour: 'blue',
}

export const makeaihq = board({
  name: 'makeaihq',
  title: 'MCP Server Production Dashboard',
  description: 'Latency, traffic, errors and saturation of an MCP server, its tools, tokens and users. Preset makeaihq.',
  tags: ['mcp', 'production', 'monitoring'],
  targets: 'mcp_tool_execution_seconds_count',
  labels: [{ label: 'tool_name', title: 'Tool', metric: 'mcp_tool_invocations_total' }],
  annotations: [deployments, { ...starts(), colour: 'purple' }],
  sections: [
    { title: 'Golden signals', panels: signals },
    { title: 'Tools', panels: tools },
    { title: 'Tokens and payloads', panels: tokens },
    { title: 'Cache, database, authentication', panels: parts },
    { title: 'Users and widgets', panels: users },
    { title: 'Node.js process', panels: runtime },
  ],
})
