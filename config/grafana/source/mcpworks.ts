/** Dashboard of the preset `mcpworks`: the six published panels first, then runs, proxy, sandbox and what answers cost. */
import { starts } from './kit/annotations.ts'
import { board } from './kit/board.ts'
import { timeseries } from './kit/panels.ts'
import { rate, selecting, sum } from './kit/promql.ts'

const ofTargets = selecting()
/** HTTP metrics of other presets have the same names and other labels: they have no handler. */
const http = (metric: string, ...matchers: readonly string[]): string => ofTargets(metric, 'handler!=""', ...matchers)

export const mcpworks = board({
  name: 'mcpworks',
  title: 'MCPWorks API',
  description: 'Traffic, errors, latency and saturation of the API; agent runs, MCP proxy and sandbox. Preset mcpworks.',
  tags: ['mcpworks'],
  targets: 'http_request_duration_highr_seconds_count|mcpworks_.+',
  labels: [{ label: 'namespace', title: 'Namespace', metric: 'mcpworks_.+' }],
  annotations: [starts()],
  sections: [
    {
      title: 'Golden signals',
      panels: [
        timeseries({
          title: 'Request Rate',
          description: 'HTTP requests per second, in all and by method. Health checks and scrapes do not count.',
          unit: 'reqps',
          queries: [
            { expr: sum(rate(http('http_requests_total'))), legend: 'total' },
            { expr: sum(rate(http('http_requests_total')), 'method'), legend: '{{method}}' },
          ],
        }),
      ],
    },
  ],
})
