/** Tool calls through the gateway: how many, how they end, how long they take, now and over a day. */
import { runbook } from '../kit/links.ts'
import { stat, table, timeseries } from '../kit/panels.ts'
import { increase, quantile, quantileOver, rate, selecting, share, sum } from '../kit/promql.ts'

const PERCENTILES = [
  [0.5, 'p50'],
  [0.9, 'p90'],
  [0.95, 'p95'],
  [0.99, 'p99'],
] as const

/** Of calls: servers and tools that were chosen. */
const ofTools = selecting('server', 'tool')
const whole = selecting()
const calls = ofTools('tool_calls_total')
const succeeded = ofTools('tool_calls_total', 'status="success"')

export const goldenSignals = {
  title: 'Golden signals',
  panels: [
    timeseries({
      title: 'Tool Call Volume',
      description: 'Traffic: calls per second, by server and tool.',
      unit: 'ops',
      stacked: true,
      queries: [{ expr: sum(rate(calls), 'server', 'tool'), legend: '{{server}} {{tool}}' }],
    }),
    timeseries({
      title: 'Success Rate',
      description: 'Errors: part of the calls that succeeded, by server; timeouts are failures. No line while it is not called.',
      unit: 'percentunit',
      min: 0,
      max: 1,
      thresholds: ['red', [0.9, 'yellow'], [0.99, 'green']],
      queries: [{ expr: share(sum(rate(succeeded), 'server'), sum(rate(calls), 'server')), legend: '{{server}}' }],
      links: [runbook('GatewayToolsFailing')],
    }),
    timeseries({
      title: 'Latency Percentiles',
      description: 'Latency: this part of the calls was faster. All calls of what was chosen together.',
      unit: 's',
      queries: PERCENTILES.map(([q, legend]) => ({
        expr: quantile(q, ofTools, 'tool_latency_seconds'),
        legend,
        exemplars: q === 0.99,
      })),
      links: [runbook('GatewayToolSlow')],
    }),
    timeseries({
      title: 'Active Connections',
      description: 'Saturation: connections of clients that are open, by transport.',
      unit: 'short',
      stacked: true,
      queries: [{ expr: sum(whole('active_connections'), 'transport_type'), legend: '{{transport_type}}' }],
    }),
  ],
}

export const overADay = {
  title: 'Latency over 24 hours',
  panels: [
    ...PERCENTILES.map(([q, name]) =>
      stat({
        title: `${name} of 24 h`,
        description: `${q * 100} of 100 calls of the last 24 hours were faster, whatever time the dashboard shows.`,
        unit: 's',
        queries: [{ expr: quantileOver('24h', q, ofTools, 'tool_latency_seconds'), legend: name }],
      }),
    ),
    timeseries({
      title: 'p50 to p99, 24 h View',
      description: 'The course of the percentiles over the last 24 hours, whatever time the dashboard shows.',
      unit: 's',
      width: 24,
      timeFrom: '24h',
      queries: PERCENTILES.map(([q, legend]) => ({ expr: quantile(q, ofTools, 'tool_latency_seconds'), legend })),
    }),
    table({
      title: 'Tools over 24 h',
      description: 'Calls, success and the p95 of each tool in the last 24 hours.',
      unit: 'short',
      width: 24,
      queries: [
        { expr: sum(increase(calls, '24h'), 'server', 'tool') },
        { expr: share(sum(increase(succeeded, '24h'), 'server', 'tool'), sum(increase(calls, '24h'), 'server', 'tool')) },
        { expr: quantileOver('24h', 0.95, ofTools, 'tool_latency_seconds', 'server', 'tool') },
      ],
      columns: { server: 'Server', tool: 'Tool', 'Value #A': 'Calls', 'Value #B': 'Success', 'Value #C': 'p95' },
      units: { Success: 'percentunit', p95: 's' },
      sortBy: 'Calls',
    }),
  ],
}
