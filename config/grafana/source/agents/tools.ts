/** Calls of tools: which, how they end, how long they take. */
import { runbook } from '../kit/links.ts'
import { heatmap, table, timeseries } from '../kit/panels.ts'
import { buckets, increase, quantile, quantileOver, rate, share, sum } from '../kit/promql.ts'
import { ofTools, toolCalls } from './metrics.ts'

const calls = toolCalls()
const failed = toolCalls('status=~"error|timeout"')

export const tools = {
  title: 'Tools',
  collapsed: true,
  panels: [
    timeseries({
      title: 'Calls by Tool',
      description: 'The ten tools with most calls per second.',
      unit: 'ops',
      stacked: true,
      queries: [{ expr: `topk(10, ${sum(rate(calls), 'tool')})`, legend: '{{tool}}' }],
    }),
    timeseries({
      title: 'Failing Calls by Tool',
      description: 'Part of the calls that failed or timed out: the ten worst tools. A tool that always fails stands at 100 %.',
      unit: 'percentunit',
      min: 0,
      max: 1,
      thresholds: ['green', [0.3, 'yellow'], [0.9, 'red']],
      queries: [{ expr: `topk(10, ${share(sum(rate(failed), 'tool'), sum(rate(calls), 'tool'))})`, legend: '{{tool}}' }],
      links: [runbook('AgentToolFailing')],
    }),
    timeseries({
      title: 'P95 by Tool',
      description: 'One in twenty calls of the tool was slower: the ten slowest tools.',
      unit: 's',
      thresholds: ['green', [30, 'red']],
      queries: [
        {
          expr: `topk(10, ${quantile(0.95, ofTools, 'agent_tool_duration_seconds', 'tool')})`,
          legend: '{{tool}}',
          exemplars: true,
        },
      ],
      links: [runbook('AgentToolSlow')],
    }),
    timeseries({
      title: 'Ends of Calls',
      description: 'Calls per second by how they ended.',
      unit: 'ops',
      stacked: true,
      queries: [{ expr: sum(rate(calls), 'status'), legend: '{{status}}' }],
    }),
    heatmap({
      title: 'Duration of Tool Calls',
      description: 'How many calls took how long, of what was chosen together.',
      unit: 's',
      queries: [{ expr: buckets(ofTools, 'agent_tool_duration_seconds') }],
    }),
    timeseries({
      title: 'Refused Calls',
      description: 'Calls that a human refused, and those that a run without a human denied, in the time before each point.',
      unit: 'short',
      noValue: 'none',
      queries: [
        {
          expr: sum(increase(ofTools('agent_tool_decisions_total'), '$__rate_interval'), 'tool', 'decision'),
          legend: '{{tool}} {{decision}}',
        },
        { expr: sum(increase(ofTools('agent_permission_denials_total'), '$__rate_interval'), 'tool'), legend: '{{tool}} denied' },
      ],
    }),
    table({
      title: 'Tools',
      description: 'Calls, failures and the P95 of each tool in the time that is looked at.',
      unit: 'short',
      width: 24,
      queries: [
        { expr: sum(increase(calls), 'agent', 'tool') },
        { expr: share(sum(increase(failed), 'agent', 'tool'), sum(increase(calls), 'agent', 'tool')) },
        { expr: quantileOver('$__range', 0.95, ofTools, 'agent_tool_duration_seconds', 'agent', 'tool') },
      ],
      columns: { agent: 'Agent', tool: 'Tool', 'Value #A': 'Calls', 'Value #B': 'Failed', 'Value #C': 'P95' },
      units: { Failed: 'percentunit', P95: 's' },
      sortBy: 'Calls',
    }),
  ],
}
