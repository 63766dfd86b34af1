/** What agents cost, in US dollars as logs state them or by list prices. */
import { runbook } from '../kit/links.ts'
import { barchart, stat, timeseries } from '../kit/panels.ts'
import { increase, rate, sinceStart, sum } from '../kit/promql.ts'
import { ofAgents, ofModels, own } from './metrics.ts'

const cost = ofModels('agent_llm_cost_usd_total')

export const costs = {
  title: 'Cost',
  collapsed: true,
  panels: [
    stat({
      title: 'Cost per Hour',
      description: 'US dollars of the last hour.',
      unit: 'currencyUSD',
      queries: [{ expr: `${sum(rate(cost, '1h'))} * 3600`, legend: 'per hour' }],
      links: [runbook('AgentCostSpike')],
    }),
    stat({
      title: 'Cost of a Day',
      description: 'US dollars of the last 24 hours.',
      unit: 'currencyUSD',
      queries: [{ expr: sum(increase(cost, '1d')), legend: '24 h' }],
      links: [runbook('AgentBudgetBurn')],
    }),
    stat({
      title: 'Costliest Open Session',
      description: 'US dollars, by list prices.',
      unit: 'currencyUSD',
      noValue: 'none open',
      queries: [{ expr: `max(${ofAgents('agent_open_session_cost_usd')})`, legend: 'session' }],
    }),
    stat({
      title: 'Unpriced Tokens',
      description:
        'Tokens that no dollar stands for, since the price table does not know their model, in the time that is looked at. None is good.',
      unit: 'short',
      thresholds: ['green', [1, 'yellow']],
      noValue: 'none',
      queries: [
        { expr: sum(sinceStart(own('agentlog_unpriced_tokens_total', 'model=~"$model"')), 'model'), legend: '{{model}}' },
      ],
      links: [runbook('AgentUnpricedTokens')],
    }),
    timeseries({
      title: 'Cost per Hour by Model',
      description: 'US dollars of the hour before each point.',
      unit: 'currencyUSD',
      stacked: true,
      queries: [{ expr: `${sum(rate(cost, '1h'), 'model')} * 3600`, legend: '{{model}}' }],
    }),
    timeseries({
      title: 'Cost per Hour by Agent',
      description: 'US dollars of the hour before each point.',
      unit: 'currencyUSD',
      stacked: true,
      queries: [{ expr: `${sum(rate(cost, '1h'), 'agent')} * 3600`, legend: '{{agent}}' }],
      links: [runbook('AgentCostSpike')],
    }),
    barchart({
      title: 'Cost by Model',
      description: 'US dollars in the time that is looked at.',
      unit: 'currencyUSD',
      by: 'model',
      queries: [{ expr: sum(increase(cost), 'model') }],
    }),
    timeseries({
      title: 'Dollars per Call',
      description: 'What a call of the model cost in the hour before each point. No line while there are no calls, or no price.',
      unit: 'currencyUSD',
      queries: [
        {
          expr: `${sum(rate(cost, '1h'), 'model')} / (${sum(rate(ofModels('agent_llm_requests_total'), '1h'), 'model')} > 0)`,
          legend: '{{model}}',
        },
      ],
    }),
  ],
}
