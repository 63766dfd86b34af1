/** The general dashboard, of what the presets `agent`, `claude-code` and `codex` share: overview, models, tools, cost, sandbox, sources. */
import { costs } from './agents/cost.ts'
import { ofAgents } from './agents/metrics.ts'
import { models } from './agents/models.ts'
import { goldenSignals, overview } from './agents/overview.ts'
import { sandbox } from './agents/sandbox.ts'
import { sources } from './agents/sources.ts'
import { tools } from './agents/tools.ts'
import { starts } from './kit/annotations.ts'
import { board } from './kit/board.ts'
import { increase, sum } from './kit/promql.ts'

export const agents = board({
  name: 'agents',
  title: 'AI agents',
  description:
    'How AI agents do, by their logs: calls, failures, latency, models, tools, cost, sandbox; and whether the logs are read.',
  tags: ['ai', 'agents'],
  // Own metrics can be switched off.
  targets: 'agentlog_build_info|agent_tool_calls_total|agent_llm_requests_total',
  labels: [
    {
      label: 'agent',
      title: 'Agent',
      metric: 'agent_tool_calls_total|agent_llm_requests_total|agent_session_last_activity_timestamp_seconds',
    },
    { label: 'model', title: 'Model', metric: 'agent_llm_requests_total' },
    { label: 'tool', title: 'Tool', metric: 'agent_tool_calls_total' },
  ],
  annotations: [
    starts(),
    {
      name: 'Sandbox violation',
      expr: `${sum(increase(ofAgents('agent_sandbox_violations_total'), '$__rate_interval'), 'agent', 'kind')} > 0`,
      text: '{{agent}}: {{kind}}',
      colour: 'red',
    },
  ],
  sections: [goldenSignals, overview, models, tools, costs, sandbox, sources],
})
