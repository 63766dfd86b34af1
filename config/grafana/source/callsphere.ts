/**
 * Dashboard of the preset `callsphere`, "AI Agent Operations": the six published panels, and in the same four sections those that the
 * article describes and does not show (ERR-S2-10).
 */
import { starts } from './kit/annotations.ts'
import { board } from './kit/board.ts'
import { gauge, type Sized, stat, timeseries } from './kit/panels.ts'
import { increase, mean, quantile, rate, type Select, selecting, share, sinceStart, sum } from './kit/promql.ts'

const ofTargets = selecting()
// Presets of other systems have metrics of these names too, all with the label `agent`; what an agent writes cannot add that here.
const ofAgents: Select = (metric, ...matchers) => selecting('agent_name')(metric, 'agent=""', ...matchers)
const ofModels = selecting('agent_name', 'model_id')

const requests = ofAgents('agent_requests_total')
const toolCalls = ofAgents('agent_tool_calls_total')
const modelCalls = ofModels('model_inference_calls_total')
// The bare name, as the published expressions have it and the preset serves it (ERR-S2-01).
const dollars = ofModels('agent_estimated_cost_dollars')
const FAILED = 'status=~"error|timeout"'

const overview: readonly Sized[] = [
  timeseries({
    title: 'Request Rate (per second)',
    description: 'Requests that agents finished per second, by how they ended.',
    unit: 'reqps',
    queries: [{ expr: sum(rate(requests), 'agent_name', 'status'), legend: '{{agent_name}} - {{status}}' }],
  }),
  timeseries({
    title: 'Error Rate',
    description: 'Share of requests that failed or timed out. No point while an agent has no requests.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    thresholds: ['green', [0.05, 'red']],
    queries: [
      {
        expr: share(sum(rate(ofAgents('agent_requests_total', FAILED)), 'agent_name'), sum(rate(requests), 'agent_name')),
        legend: '{{agent_name}}',
      },
    ],
  }),
  timeseries({
    title: 'Request Latency (P50 / P95 / P99)',
    description: 'How long requests took, with all their calls of models and tools.',
    unit: 's',
    queries: [[0.5, 'P50'] as const, [0.95, 'P95'] as const, [0.99, 'P99'] as const].map(([q, name]) => ({
      expr: quantile(q, ofAgents, 'agent_request_duration_seconds', 'agent_name'),
      legend: `{{agent_name}} ${name}`,
    })),
  }),
  gauge({
    title: 'Agent Quality Score (Rolling)',
    description: 'Mean of the evaluations of the last hour, 0 to 1. Without evaluations there is no score.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    thresholds: ['red', [0.7, 'yellow'], [0.85, 'green']],
    queries: [
      { expr: ofAgents('agent_quality_score', 'metric_type="groundedness"'), legend: 'Groundedness {{agent_name}}' },
      { expr: ofAgents('agent_quality_score', 'metric_type="relevance"'), legend: 'Relevance {{agent_name}}' },
    ],
    width: 12,
  }),
  timeseries({
    title: 'Escalation Rate',
    description: 'Percentage of the conversations of the last hour that a human had to take over.',
    unit: 'percent',
    min: 0,
    max: 100,
    queries: [{ expr: ofAgents('agent_escalation_rate'), legend: '{{agent_name}}' }],
  }),
  timeseries({
    title: 'Turns per Conversation',
    description: 'Mean number of turns of conversations that ended.',
    unit: 'short',
    queries: [{ expr: mean(ofAgents, 'agent_conversation_turns', 'agent_name'), legend: '{{agent_name}}' }],
  }),
]

const models: readonly Sized[] = [
  timeseries({
    title: 'Inference Latency by Model',
    description: '95th percentile of the duration of calls of a model, without the tools.',
    unit: 's',
    queries: [{ expr: quantile(0.95, ofModels, 'model_inference_duration_seconds', 'model_id'), legend: '{{model_id}} P95' }],
  }),
  timeseries({
    title: 'Model Distribution',
    description: 'Share of the calls that each model takes, which shows how requests cascade. The shares add up to 1.',
    unit: 'percentunit',
    stacked: true,
    min: 0,
    max: 1,
    queries: [
      {
        expr: `${sum(rate(modelCalls), 'model_id')} / on () group_left () (${sum(rate(modelCalls))} > 0)`,
        legend: '{{model_id}}',
      },
    ],
  }),
  timeseries({
    title: 'Inference Calls per Request',
    description: 'Calls of models for each finished request. It grows when agents loop.',
    unit: 'short',
    queries: [
      { expr: `${sum(rate(modelCalls), 'agent_name')} / (${sum(rate(requests), 'agent_name')} > 0)`, legend: '{{agent_name}}' },
    ],
  }),
  timeseries({
    title: 'Token Usage by Model',
    description: 'Tokens per minute, by model and kind.',
    unit: 'short',
    queries: [
      {
        expr: `${sum(rate(ofModels('agent_token_usage_total')), 'model_id', 'token_type')} * 60`,
        legend: '{{model_id}} {{token_type}}',
      },
    ],
  }),
]

const tools: readonly Sized[] = [
  timeseries({
    title: 'Tool Call Success Rate',
    // ERR-S2-02: as published, a tool that always fails is not shown at all.
    description: 'Percentage of the calls of a tool that succeeded; a tool that always fails is at 0.',
    unit: 'percent',
    min: 0,
    max: 100,
    queries: [
      {
        expr: `${share(sum(rate(ofAgents('agent_tool_calls_total', 'status="success"')), 'tool_name'), sum(rate(toolCalls), 'tool_name'))} * 100`,
        legend: '{{tool_name}}',
      },
    ],
  }),
  timeseries({
    title: 'Tool Latency',
    description: 'Median and 95th percentile of the duration of calls of a tool.',
    unit: 's',
    queries: [
      { expr: quantile(0.5, ofAgents, 'agent_tool_call_duration_seconds', 'tool_name'), legend: '{{tool_name}} P50' },
      { expr: quantile(0.95, ofAgents, 'agent_tool_call_duration_seconds', 'tool_name'), legend: '{{tool_name}} P95' },
    ],
  }),
  timeseries({
    title: 'Tool Call Volume',
    description: 'Calls of tools per second.',
    unit: 'ops',
    queries: [{ expr: sum(rate(toolCalls), 'tool_name'), legend: '{{tool_name}}' }],
  }),
]

const costs: readonly Sized[] = [
  stat({
    title: 'Estimated Cost ($/hour)',
    description:
      'Dollars per hour at the pace of the last hour, by the price table of the preset. Models without a price are not in it.',
    unit: 'currencyUSD',
    queries: [{ expr: `${sum(rate(dollars, '1h'))} * 3600`, legend: 'Cost/Hour' }],
  }),
  stat({
    title: 'Cost per Day',
    description: 'Dollars of the last 24 hours.',
    unit: 'currencyUSD',
    queries: [{ expr: sum(increase(dollars, '1d')), legend: 'Cost/Day' }],
  }),
  stat({
    title: 'Cost per Interaction',
    description: 'Dollars of the last hour for each request that finished in it.',
    unit: 'currencyUSD',
    decimals: 4,
    queries: [{ expr: `${sum(increase(dollars, '1h'))} / (${sum(increase(requests, '1h'))} > 0)`, legend: 'Cost/Interaction' }],
  }),
  stat({
    title: 'Tokens without a Price',
    // ERR-S2-08: a model that is not in the table would cost nothing.
    description: 'Tokens since the exporter started of models that the price table does not know: the cost lacks them.',
    unit: 'short',
    thresholds: ['green', [1, 'yellow']],
    noValue: '0',
    queries: [{ expr: sum(sinceStart(ofTargets('agentlog_unpriced_tokens_total')), 'model'), legend: '{{model}}' }],
  }),
  timeseries({
    title: 'Cost by Model',
    description: 'Dollars per hour at the pace of the last minutes, by agent and model.',
    unit: 'currencyUSD',
    stacked: true,
    width: 24,
    queries: [{ expr: `${sum(rate(dollars), 'agent_name', 'model_id')} * 3600`, legend: '{{agent_name}} {{model_id}}' }],
  }),
]

export const callsphere = board({
  name: 'callsphere',
  title: 'AI Agent Operations',
  description: 'Requests, models, tools and cost of agents as CallSphere measures them. Preset callsphere.',
  tags: ['callsphere', 'agents'],
  targets: 'agent_request_duration_seconds_count',
  labels: [
    { label: 'agent_name', title: 'Agent', metric: 'agent_requests_total' },
    { label: 'model_id', title: 'Model', metric: 'model_inference_calls_total' },
  ],
  annotations: [starts()],
  sections: [
    { title: 'Overview', panels: overview },
    { title: 'Model Performance', panels: models },
    { title: 'Tool Performance', panels: tools },
    { title: 'Cost Tracking', panels: costs },
  ],
})
