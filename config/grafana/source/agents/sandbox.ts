/** What agents tried and were not let do, and what was tried with them. */
import { runbook } from '../kit/links.ts'
import { table, timeseries } from '../kit/panels.ts'
import { increase, rate, sum } from '../kit/promql.ts'
import { ofAgents, own } from './metrics.ts'

const violations = ofAgents('agent_sandbox_violations_total')

export const sandbox = {
  title: 'Sandbox',
  collapsed: true,
  panels: [
    timeseries({
      title: 'Violations by Kind',
      description:
        'Attempts that the sandbox stopped in the time before each point: filesystem, network, system calls and so on.',
      unit: 'short',
      thresholds: ['green', [0.5, 'red']],
      queries: [{ expr: sum(increase(violations, '$__rate_interval'), 'kind'), legend: '{{kind}}' }],
      links: [runbook('AgentSandboxViolation')],
    }),
    timeseries({
      title: 'Prompt Injections by Server',
      description: 'Injections that were detected in the time before each point, by the server whose answer held them.',
      unit: 'short',
      thresholds: ['green', [0.5, 'red']],
      noValue: 'none',
      queries: [
        {
          expr: sum(increase(ofAgents('agent_prompt_injections_total'), '$__rate_interval'), 'agent', 'server'),
          legend: '{{agent}} {{server}}',
        },
      ],
      links: [runbook('AgentPromptInjection')],
    }),
    timeseries({
      title: 'Sandbox Executions',
      description: 'Pieces of code that ran in the sandbox to their end, per second, by how they ended.',
      unit: 'ops',
      stacked: true,
      noValue: 'none',
      queries: [{ expr: sum(rate(ofAgents('agent_sandbox_executions_total')), 'status'), legend: '{{status}}' }],
    }),
    timeseries({
      title: 'Loops by Kind',
      description: 'Times that an agent made the very same call again and again, in the time before each point.',
      unit: 'short',
      noValue: 'none',
      queries: [
        { expr: sum(increase(ofAgents('agent_loops_total'), '$__rate_interval'), 'agent', 'kind'), legend: '{{agent}} {{kind}}' },
      ],
      links: [runbook('AgentLoopSuspected')],
    }),
    table({
      title: 'Violations by Agent',
      description: 'Violations of each agent and kind in the time that is looked at.',
      unit: 'short',
      queries: [{ expr: `${sum(increase(violations), 'agent', 'kind')} > 0` }],
      columns: { agent: 'Agent', kind: 'Kind', Value: 'Violations' },
      sortBy: 'Violations',
      noValue: 'none',
    }),
    table({
      title: 'What Agents May Do',
      description: 'The sandbox and the approvals that each agent last said it runs under.',
      unit: 'short',
      queries: [{ expr: `max by (agent, sandbox, approval) (${own('agent_sandbox_policy_info', 'agent=~"$agent"')})` }],
      columns: { agent: 'Agent', sandbox: 'Sandbox', approval: 'Approval' },
      noValue: 'logs do not say',
    }),
  ],
}
