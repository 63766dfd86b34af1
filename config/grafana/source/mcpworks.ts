/** Dashboard of the preset `mcpworks`: the six published panels first, then runs, proxy, sandbox and what answers weigh. */
import { starts } from './kit/annotations.ts'
import { board } from './kit/board.ts'
import { increase, sum } from './kit/promql.ts'
import { goldenSignals, requestsInDetail } from './mcpworks/http.ts'
import { tenant, whole } from './mcpworks/metrics.ts'
import { responseBytes } from './mcpworks/response-bytes.ts'
import { proxy, runs, sandbox } from './mcpworks/runs.ts'

export const mcpworks = board({
  name: 'mcpworks',
  title: 'MCPWorks API',
  description:
    'Traffic, errors, latency and saturation of the API; agent runs, MCP proxy, sandbox and response bytes by namespace. Preset mcpworks.',
  tags: ['mcpworks'],
  targets: 'http_request_duration_highr_seconds_count|mcpworks_.+',
  labels: [{ label: 'namespace', title: 'Namespace', metric: 'mcpworks_.+|sandbox_executions_total' }],
  annotations: [
    starts(),
    {
      name: 'Prompt injection',
      expr: `${sum(increase(tenant('mcpworks_mcp_proxy_injections_total'), '$__rate_interval'), 'server_name')} > 0`,
      text: 'in an answer of {{server_name}}',
      colour: 'red',
    },
    {
      name: 'Sandbox violation',
      expr: `${sum(increase(whole('sandbox_violations_total'), '$__rate_interval'), 'tier')} > 0`,
      text: 'tier {{tier}}',
      colour: 'orange',
    },
  ],
  sections: [goldenSignals, requestsInDetail, runs, proxy, sandbox, responseBytes],
})
