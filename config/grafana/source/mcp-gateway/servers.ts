/** What the gateway stands between: servers, its own HTTP interface, skills. */
import { runbook } from '../kit/links.ts'
import { stat, timeseries } from '../kit/panels.ts'
import { quantile, rate, type Select, selecting, share, sum } from '../kit/promql.ts'

const ofServers = selecting('server')
const whole = selecting()
/** Other presets have metrics of these names with a `handler` in place of an `endpoint`. */
const http: Select = (metric, ...matchers) => whole(metric, 'endpoint!=""', ...matchers)
const requests = http('http_requests_total')
const skills = whole('skill_executions_total')

export const servers = {
  title: 'Servers',
  panels: [
    stat({
      title: 'Server Status',
      description: 'What the gateway last found of each MCP server.',
      unit: 'short',
      width: 24,
      states: { 0: ['down', 'red'], 1: ['healthy', 'green'] },
      thresholds: ['red', [1, 'green']],
      noValue: 'none seen',
      queries: [{ expr: `min by (server, type) (${ofServers('server_status')})`, legend: '{{server}} ({{type}})' }],
      links: [runbook('GatewayServerDown')],
    }),
  ],
}

export const interfaceOfGateway = {
  title: 'HTTP',
  panels: [
    timeseries({
      title: 'Request Rate by Endpoint',
      description: 'Requests of the gateway per second; identifiers in paths are {uuid}.',
      unit: 'reqps',
      queries: [{ expr: `topk(10, ${sum(rate(requests), 'endpoint', 'method')})`, legend: '{{method}} {{endpoint}}' }],
    }),
    timeseries({
      title: 'HTTP Error Rate',
      description: 'Part of the requests that the gateway failed (5xx). No line while nobody asks.',
      unit: 'percentunit',
      min: 0,
      thresholds: ['green', [0.01, 'yellow'], [0.05, 'red']],
      queries: [{ expr: share(sum(rate(http('http_requests_total', 'status=~"5.."'))), sum(rate(requests))), legend: '5xx' }],
      links: [runbook('GatewayHttpErrors')],
    }),
    timeseries({
      title: 'HTTP Latency P95',
      description: 'One in twenty requests of the endpoint was slower.',
      unit: 's',
      queries: [
        { expr: quantile(0.95, http, 'http_request_duration_seconds', 'endpoint'), legend: '{{endpoint}}', exemplars: true },
      ],
    }),
    timeseries({
      title: 'Skill Executions',
      description: 'Executions of skills per second, by skill and by how they ended.',
      unit: 'ops',
      noValue: 'no skill ran',
      queries: [{ expr: sum(rate(skills), 'skill', 'status'), legend: '{{skill}} {{status}}' }],
    }),
  ],
}
