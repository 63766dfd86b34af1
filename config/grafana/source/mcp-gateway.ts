/** Dashboard of the preset `mcp-gateway`: tool calls, a day's latency, tokens in and out, servers and connections. */
import { starts } from './kit/annotations.ts'
import { board } from './kit/board.ts'
import { goldenSignals, overADay } from './mcp-gateway/calls.ts'
import { interfaceOfGateway, servers } from './mcp-gateway/servers.ts'
import { tokens } from './mcp-gateway/tokens.ts'

export const mcpGateway = board({
  name: 'mcp-gateway',
  title: 'MCP Gateway',
  description:
    'Tool call volume, success rates and latency percentiles, tokens by server and type, server status. Preset mcp-gateway.',
  tags: ['mcp-gateway'],
  targets: 'tool_calls_total|token_usage_total|server_status|active_connections',
  labels: [
    { label: 'server', title: 'Server', metric: 'tool_calls_total|token_usage_total|server_status' },
    { label: 'tool', title: 'Tool', metric: 'tool_calls_total' },
  ],
  annotations: [
    starts(),
    {
      name: 'Server down',
      expr: 'min by (server) (server_status{job=~"$job",instance=~"$instance",server=~"$server"}) == 0',
      text: '{{server}}',
      colour: 'red',
    },
  ],
  sections: [goldenSignals, overADay, tokens, servers, interfaceOfGateway],
})
