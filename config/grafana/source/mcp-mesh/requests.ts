/** Requests of the mesh's agents: the golden signals, how long requests take, and how agents compare. */
import { heatmap, table, timeseries } from '../kit/panels.ts'
import { buckets, quantile, rate, selecting, share, sum } from '../kit/promql.ts'

export const ofAgents = selecting('agent')
const requests = ofAgents('mcp_mesh_requests_total')
const failed = ofAgents('mcp_mesh_requests_total', 'status=~"error|timeout"')
const connections = ofAgents('mcp_mesh_connections_active')
const perAgent = sum(rate(requests), 'agent')
const aWeekAgo = sum(`rate(${requests}[$__rate_interval] offset 1w)`, 'agent')
const errorRate = share(sum(rate(failed), 'agent'), perAgent)

const HOURS_AHEAD = 4

export const goldenSignals = {
  title: 'Golden signals',
  panels: [
    timeseries({
      title: 'Request Rate',
      description: 'Traffic: requests per second that agents finished.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: perAgent, legend: '{{agent}}' }],
    }),
    timeseries({
      title: 'Error Rate',
      description:
        'Errors: part of the requests that failed or timed out, by agent. 0 while none failed, no line while nobody asks.',
      unit: 'percentunit',
      min: 0,
      thresholds: ['green', [0.01, 'yellow'], [0.05, 'red']],
      queries: [{ expr: errorRate, legend: '{{agent}}' }],
    }),
    timeseries({
      title: 'P95 Request Duration',
      description: 'Latency: one in twenty requests of the agent was slower. The objective is 1 s; the highest bound is 5 s.',
      unit: 's',
      thresholds: ['green', [1, 'red']],
      queries: [
        { expr: quantile(0.95, ofAgents, 'mcp_mesh_request_duration_seconds', 'agent'), legend: '{{agent}}', exemplars: true },
      ],
    }),
    timeseries({
      title: 'Active Connections',
      description: 'Saturation: connections of clients that are open, by agent.',
      unit: 'short',
      stacked: true,
      queries: [{ expr: sum(connections, 'agent'), legend: '{{agent}}' }],
    }),
  ],
}

export const latency = {
  title: 'Latency and forecast',
  panels: [
    heatmap({
      title: 'Request Duration',
      description: 'How many requests took how long. Two bands are two kinds of requests.',
      unit: 's',
      queries: [{ expr: buckets(ofAgents, 'mcp_mesh_request_duration_seconds') }],
    }),
    timeseries({
      title: 'Connection Forecast',
      description: `Connections now and, if the last hour's course goes on, in ${HOURS_AHEAD} hours.`,
      unit: 'short',
      queries: [
        { expr: sum(connections, 'agent'), legend: '{{agent}} now' },
        {
          expr: `clamp_min(${sum(`predict_linear(${connections}[1h], 3600 * ${HOURS_AHEAD})`, 'agent')}, 0)`,
          legend: `{{agent}} in ${HOURS_AHEAD} h`,
        },
      ],
    }),
    timeseries({
      title: 'P50, P95 and P99 by Method',
      description: 'This part of the requests of the method was faster.',
      unit: 's',
      width: 24,
      queries: [0.5, 0.95, 0.99].map((q) => ({
        expr: quantile(q, ofAgents, 'mcp_mesh_request_duration_seconds', 'method'),
        legend: `{{method}} P${q * 100}`,
      })),
    }),
  ],
}

export const comparison = {
  title: 'Agents compared',
  panels: [
    timeseries({
      title: 'Top 5 Agents',
      description: 'The five agents with most requests per second.',
      unit: 'reqps',
      queries: [{ expr: `topk(5, ${perAgent})`, legend: '{{agent}}' }],
    }),
    timeseries({
      title: 'Week over Week',
      description: 'Requests per second against the same time a week ago. No line for an agent that nobody asked then.',
      unit: 'percent',
      noValue: 'nothing a week ago',
      queries: [{ expr: `(${perAgent} - ${aWeekAgo}) / (${aWeekAgo} > 0) * 100`, legend: '{{agent}}' }],
    }),
    table({
      title: 'Agents above 1 % Errors',
      description: 'Agents of whose requests more than one in a hundred fails now. Empty is good.',
      unit: 'percentunit',
      noValue: 'none',
      queries: [{ expr: `${errorRate} > 0.01` }],
      columns: { agent: 'Agent', Value: 'Errors' },
      sortBy: 'Errors',
    }),
    table({
      title: 'Agents',
      description: 'Version and capabilities that each agent named when it started.',
      unit: 'short',
      noValue: 'none seen',
      queries: [
        {
          expr: `max by (agent_name, version, capabilities) (${selecting()('mcp_mesh_agent_info', 'agent_name=~"$agent"')})`,
        },
      ],
      columns: { agent_name: 'Agent', version: 'Version', capabilities: 'Capabilities' },
    }),
  ],
}
