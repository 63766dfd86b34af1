/** How agents do, at a glance. */
import { runbook } from '../kit/links.ts'
import { stat, timeseries } from '../kit/panels.ts'
import { increase, quantile, rate, share, sum } from '../kit/promql.ts'
import { ofAgents, ofModels, ofTools, toolCalls } from './metrics.ts'

const calls = toolCalls()
const runs = ofAgents('agent_runs_total')

export const goldenSignals = {
  title: 'Golden signals',
  panels: [
    timeseries({
      title: 'Calls',
      description: 'Traffic: calls of tools and of models per second, by agent.',
      unit: 'ops',
      queries: [
        { expr: sum(rate(calls), 'agent'), legend: '{{agent}} tools' },
        { expr: sum(rate(ofModels('agent_llm_requests_total')), 'agent'), legend: '{{agent}} models' },
      ],
    }),
    timeseries({
      title: 'Failing',
      description:
        'Errors: part of the tool calls and of the runs that failed or timed out, by agent. No line while there are none.',
      unit: 'percentunit',
      min: 0,
      thresholds: ['green', [0.1, 'yellow'], [0.3, 'red']],
      queries: [
        {
          expr: share(sum(rate(toolCalls('status=~"error|timeout"')), 'agent'), sum(rate(calls), 'agent')),
          legend: '{{agent}} tools',
        },
        {
          expr: share(sum(rate(ofAgents('agent_runs_total', 'outcome=~"error|timeout"')), 'agent'), sum(rate(runs), 'agent')),
          legend: '{{agent}} runs',
        },
      ],
      links: [runbook('AgentToolFailing'), runbook('AgentRunsFailing')],
    }),
    timeseries({
      title: 'P95 Duration',
      description: 'Latency: one in twenty calls of tools, or of models, was slower, by agent.',
      unit: 's',
      queries: [
        { expr: quantile(0.95, ofTools, 'agent_tool_duration_seconds', 'agent'), legend: '{{agent}} tools', exemplars: true },
        { expr: quantile(0.95, ofModels, 'agent_llm_request_duration_seconds', 'agent'), legend: '{{agent}} models' },
      ],
      links: [runbook('AgentToolSlow'), runbook('AgentModelSlow')],
    }),
    timeseries({
      title: 'Open Work',
      description:
        'Saturation: tool calls that have not ended, open sessions, and how full the context window and the rate limit are (0 to 1).',
      unit: 'short',
      queries: [
        { expr: sum(ofTools('agent_tool_calls_in_flight'), 'agent'), legend: '{{agent}} tool calls' },
        { expr: sum(ofAgents('agent_sessions_open'), 'agent'), legend: '{{agent}} sessions' },
        { expr: `max by (agent) (${ofAgents('agent_context_window_used_ratio')})`, legend: '{{agent}} context window' },
        { expr: `max by (agent) (${ofAgents('agent_rate_limit_used_ratio')})`, legend: '{{agent}} rate limit' },
      ],
      links: [runbook('AgentRateLimitNear')],
    }),
  ],
}

const alarm = (title: string, description: string, expr: string, alert: string) =>
  stat({
    title,
    description,
    unit: 'short',
    decimals: 0,
    thresholds: ['green', [0.5, 'red']],
    width: 4,
    queries: [{ expr }],
    links: [runbook(alert)],
  })

export const overview = {
  title: 'Overview',
  panels: [
    stat({
      title: 'Agents',
      description: 'Agents with a call or a run in the last five minutes, by the clock of their logs.',
      unit: 'short',
      width: 4,
      queries: [
        {
          expr: `count(time() - max by (agent) (${ofAgents('agent_session_last_activity_timestamp_seconds')}) < 300)`,
          legend: 'active',
        },
      ],
      noValue: 'none',
      links: [runbook('AgentSilent')],
    }),
    stat({
      title: 'Cost',
      description: 'US dollars in the time that is looked at, as logs state them or by list prices.',
      unit: 'currencyUSD',
      width: 4,
      queries: [{ expr: sum(increase(ofModels('agent_llm_cost_usd_total'))), legend: 'cost' }],
      links: [runbook('AgentCostSpike')],
    }),
    stat({
      title: 'Tokens',
      description: 'Tokens of all kinds in the time that is looked at.',
      unit: 'short',
      width: 4,
      queries: [{ expr: sum(increase(ofModels('agent_llm_tokens_total'))), legend: 'tokens' }],
      links: [runbook('AgentTokenSpike')],
    }),
    alarm(
      'Sandbox Violations',
      'Attempts that the sandbox stopped, in the time that is looked at.',
      sum(increase(ofAgents('agent_sandbox_violations_total'))),
      'AgentSandboxViolation',
    ),
    alarm(
      'Prompt Injections',
      'Prompt injections that were detected in the time that is looked at.',
      sum(increase(ofAgents('agent_prompt_injections_total'))),
      'AgentPromptInjection',
    ),
    alarm(
      'Loops',
      'Times that an agent made the very same tool call again and again, in the time that is looked at.',
      sum(increase(ofAgents('agent_loops_total'))),
      'AgentLoopSuspected',
    ),
    timeseries({
      title: 'Runs',
      description: 'Runs of agents that ended in the time before each point, by outcome.',
      unit: 'short',
      stacked: true,
      queries: [{ expr: sum(increase(runs, '$__rate_interval'), 'outcome'), legend: '{{outcome}}' }],
    }),
    timeseries({
      title: 'Run Duration',
      description: 'Half of the runs, and nineteen of twenty, were faster.',
      unit: 's',
      queries: [
        { expr: quantile(0.5, ofAgents, 'agent_run_duration_seconds', 'agent'), legend: '{{agent}} P50' },
        { expr: quantile(0.95, ofAgents, 'agent_run_duration_seconds', 'agent'), legend: '{{agent}} P95' },
      ],
      links: [runbook('AgentRunSlow')],
    }),
  ],
}
