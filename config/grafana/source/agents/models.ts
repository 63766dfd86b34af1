/** Calls of models: how many, how slow, how they end, and of what their tokens are. */
import { runbook } from '../kit/links.ts'
import { heatmap, timeseries } from '../kit/panels.ts'
import { buckets, increase, quantile, rate, share, sum } from '../kit/promql.ts'
import { ofAgents, ofModels } from './metrics.ts'

const tokens = ofModels('agent_llm_tokens_total')
const READ_OF_INPUT = ['cache_read', 'input|cache_read|cache_write.*'].map((types) =>
  ofModels('agent_llm_tokens_total', `type=~"${types}"`),
) as [string, string]

export const models = {
  title: 'Models',
  collapsed: true,
  panels: [
    timeseries({
      title: 'Requests by Model',
      description: 'Calls of models per second.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: sum(rate(ofModels('agent_llm_requests_total')), 'model'), legend: '{{model}}' }],
    }),
    timeseries({
      title: 'Model Latency',
      description: 'Half of the calls, and nineteen of twenty, were faster, by model.',
      unit: 's',
      queries: [
        { expr: quantile(0.5, ofModels, 'agent_llm_request_duration_seconds', 'model'), legend: '{{model}} P50' },
        {
          expr: quantile(0.95, ofModels, 'agent_llm_request_duration_seconds', 'model'),
          legend: '{{model}} P95',
          exemplars: true,
        },
      ],
      links: [runbook('AgentModelSlow')],
    }),
    timeseries({
      title: 'Tokens by Kind',
      description: 'Tokens per second: input, output, read from and written to the cache.',
      unit: 'cps',
      stacked: true,
      queries: [{ expr: sum(rate(tokens), 'type'), legend: '{{type}}' }],
      links: [runbook('AgentTokenSpike')],
    }),
    timeseries({
      title: 'Tokens by Model',
      description: 'Tokens of all kinds per second.',
      unit: 'cps',
      stacked: true,
      queries: [{ expr: sum(rate(tokens), 'model'), legend: '{{model}}' }],
    }),
    timeseries({
      title: 'Input from the Cache',
      description:
        'Part of the input tokens that the cache of the provider held, by model: those cost a tenth. No line without input.',
      unit: 'percentunit',
      min: 0,
      max: 1,
      queries: [{ expr: share(sum(rate(READ_OF_INPUT[0]), 'model'), sum(rate(READ_OF_INPUT[1]), 'model')), legend: '{{model}}' }],
    }),
    timeseries({
      title: 'Errors and Retries',
      description:
        'Calls that failed for good, and those that were tried again, in the time before each point, by kind of failure.',
      unit: 'short',
      queries: [
        { expr: sum(increase(ofAgents('agent_llm_api_errors_total'), '$__rate_interval'), 'kind'), legend: '{{kind}} failed' },
        { expr: sum(increase(ofAgents('agent_llm_retries_total'), '$__rate_interval'), 'kind'), legend: '{{kind}} tried again' },
      ],
      links: [runbook('AgentModelErrors')],
    }),
    heatmap({
      title: 'Duration of Model Calls',
      description: 'How many calls took how long, of what was chosen together.',
      unit: 's',
      queries: [{ expr: buckets(ofModels, 'agent_llm_request_duration_seconds') }],
    }),
    timeseries({
      title: 'Ends of Answers',
      description: 'Why answers ended, per second. max_tokens are answers that were cut off.',
      unit: 'ops',
      stacked: true,
      noValue: 'logs do not say',
      queries: [{ expr: sum(rate(ofModels('agent_llm_stops_total')), 'reason'), legend: '{{reason}}' }],
    }),
  ],
}
