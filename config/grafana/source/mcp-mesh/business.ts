/** What the mesh is there for: revenue, calls of other companies' interfaces, and how much the cache saves. */
import { gauge, timeseries } from '../kit/panels.ts'
import { increase, rate, sum } from '../kit/promql.ts'
import { ofAgents } from './requests.ts'

const revenue = ofAgents('mcp_mesh_business_revenue_total')

export const business = {
  title: 'Business',
  panels: [
    timeseries({
      title: 'Revenue per Hour',
      description: 'Revenue of the hour before each point, by product and currency. Sums of several currencies mean nothing.',
      unit: 'short',
      stacked: true,
      queries: [{ expr: sum(increase(revenue, '1h'), 'product', 'currency'), legend: '{{product}} ({{currency}})' }],
    }),
    timeseries({
      title: 'External API Calls',
      description: 'Calls per second of interfaces of others, by provider and endpoint.',
      unit: 'ops',
      queries: [
        {
          expr: sum(rate(ofAgents('mcp_mesh_business_api_calls_total')), 'api_provider', 'endpoint'),
          legend: '{{api_provider}} {{endpoint}}',
        },
      ],
    }),
    gauge({
      title: 'Cache Hit Rate',
      description: 'Percentage of lookups that the cache answered, as the agent last said, by agent and kind of cache.',
      unit: 'percent',
      width: 12,
      min: 0,
      max: 100,
      thresholds: ['red', [50, 'yellow'], [80, 'green']],
      queries: [
        { expr: `min by (agent, cache_type) (${ofAgents('mcp_mesh_cache_hit_rate')})`, legend: '{{agent}} {{cache_type}}' },
      ],
    }),
    timeseries({
      title: 'Cache Hit Rate over Time',
      description: 'The same over time: a fall after a deployment is a key that changed.',
      unit: 'percent',
      min: 0,
      max: 100,
      queries: [
        { expr: `min by (agent, cache_type) (${ofAgents('mcp_mesh_cache_hit_rate')})`, legend: '{{agent}} {{cache_type}}' },
      ],
    }),
  ],
}
