/** Agent runs, calls of MCP servers through the proxy, and the sandbox, of the namespaces that were chosen. */
import { runbook } from '../kit/links.ts'
import { stat, timeseries } from '../kit/panels.ts'
import { increase, quantile, rate, share, sum } from '../kit/promql.ts'
import { tenant, whole } from './metrics.ts'

const FAILED = 'status=~"error|timeout"'

const ofRuns = tenant('mcpworks_agent_runs_total')
const ofProxy = tenant('mcpworks_mcp_proxy_calls_total')

export const runs = {
  title: 'Agent runs',
  panels: [
    timeseries({
      title: 'Runs by Trigger',
      description: 'Runs that ended per second, by what started them: scheduled, webhook or chat.',
      unit: 'ops',
      stacked: true,
      queries: [{ expr: sum(rate(ofRuns), 'trigger_type'), legend: '{{trigger_type}}' }],
    }),
    timeseries({
      title: 'Failed Runs',
      description: 'Part of the runs that ended with an error or a timeout, by namespace. No line while none ended.',
      unit: 'percentunit',
      min: 0,
      thresholds: ['green', [0.05, 'yellow'], [0.2, 'red']],
      queries: [
        {
          expr: share(sum(rate(tenant('mcpworks_agent_runs_total', FAILED)), 'namespace'), sum(rate(ofRuns), 'namespace')),
          legend: '{{namespace}}',
        },
      ],
    }),
    timeseries({
      title: 'Run Duration',
      description: 'Half of the runs, and nineteen of twenty, were faster, by trigger.',
      unit: 's',
      queries: [
        { expr: quantile(0.5, tenant, 'mcpworks_agent_run_duration_seconds', 'trigger_type'), legend: '{{trigger_type}} P50' },
        {
          expr: quantile(0.95, tenant, 'mcpworks_agent_run_duration_seconds', 'trigger_type'),
          legend: '{{trigger_type}} P95',
          exemplars: true,
        },
      ],
    }),
    timeseries({
      title: 'Running Now',
      description: 'Runs that were begun and have not ended, by namespace; also failed runs and those that timed out end.',
      unit: 'short',
      stacked: true,
      queries: [{ expr: sum(tenant('mcpworks_agents_running'), 'namespace'), legend: '{{namespace}}' }],
    }),
  ],
}

export const proxy = {
  title: 'MCP proxy',
  panels: [
    timeseries({
      title: 'Proxy Calls by Server',
      description: 'Calls of external MCP servers per second.',
      unit: 'ops',
      queries: [{ expr: sum(rate(ofProxy), 'server_name'), legend: '{{server_name}}' }],
    }),
    timeseries({
      title: 'Failed Proxy Calls',
      description: 'Part of the calls that ended with an error or a timeout, by server. No line while it is not called.',
      unit: 'percentunit',
      min: 0,
      thresholds: ['green', [0.05, 'yellow'], [0.2, 'red']],
      queries: [
        {
          expr: share(
            sum(rate(tenant('mcpworks_mcp_proxy_calls_total', FAILED)), 'server_name'),
            sum(rate(ofProxy), 'server_name'),
          ),
          legend: '{{server_name}}',
        },
      ],
    }),
    timeseries({
      title: 'Proxy Latency P95',
      description: 'One in twenty calls of the server was slower.',
      unit: 's',
      queries: [
        {
          expr: quantile(0.95, tenant, 'mcpworks_mcp_proxy_latency_seconds', 'server_name'),
          legend: '{{server_name}}',
          exemplars: true,
        },
      ],
    }),
    timeseries({
      title: 'Prompt Injections',
      description: 'Attempts found in answers of external servers, each time since the point before, by server. Any is an alarm.',
      unit: 'short',
      thresholds: ['green', [0.5, 'red']],
      queries: [
        {
          expr: sum(increase(tenant('mcpworks_mcp_proxy_injections_total'), '$__rate_interval'), 'server_name'),
          legend: '{{server_name}}',
        },
      ],
      links: [runbook('McpProxyInjection')],
    }),
  ],
}

export const sandbox = {
  title: 'Sandbox',
  panels: [
    timeseries({
      title: 'Sandbox Executions',
      description: 'Executions that ended per second, by tier and by how they ended.',
      unit: 'ops',
      stacked: true,
      queries: [{ expr: sum(rate(tenant('sandbox_executions_total')), 'tier', 'status'), legend: '{{tier}} {{status}}' }],
    }),
    timeseries({
      title: 'Executions in Progress',
      description: 'Executions that were begun and have not ended, by tier. Violations and these know no namespace.',
      unit: 'short',
      stacked: true,
      queries: [{ expr: sum(whole('sandbox_executions_in_progress'), 'tier'), legend: '{{tier}}' }],
    }),
    stat({
      title: 'Sandbox Violations',
      description: 'Calls of the system and resources that the sandbox refused in the time that is looked at, by tier.',
      unit: 'short',
      width: 12,
      decimals: 0,
      thresholds: ['green', [0.5, 'red']],
      queries: [{ expr: sum(increase(whole('sandbox_violations_total')), 'tier'), legend: '{{tier}}' }],
      links: [runbook('SandboxViolation')],
    }),
    stat({
      title: 'Components',
      description: 'What each component of the platform said of itself when it last spoke.',
      unit: 'short',
      width: 12,
      states: { 0: ['down', 'red'], 1: ['healthy', 'green'] },
      thresholds: ['red', [1, 'green']],
      noValue: 'none spoke',
      queries: [{ expr: `min by (component) (${whole('mcpworks_component_healthy')})`, legend: '{{component}}' }],
    }),
  ],
}
