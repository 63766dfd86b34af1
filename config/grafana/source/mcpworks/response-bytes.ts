/** What answers of tools weigh: bytes stand for tokens, so fewer bytes per call are tokens saved. */
import { barchart, table, timeseries } from '../kit/panels.ts'
import { increase, mean, quantile, rate, sum } from '../kit/promql.ts'
import { whole } from './metrics.ts'

const BYTES = 'mcpworks_mcp_response_bytes'
const bytesInRange = (by: string): string => sum(increase(whole(`${BYTES}_sum`)), by)
const callsInRange = (by: string): string => sum(increase(whole(`${BYTES}_count`)), by)
const perCallInRange = (by: string): string => `${bytesInRange(by)} / (${callsInRange(by)} > 0)`

export const responseBytes = {
  title: 'Response bytes: token savings',
  panels: [
    timeseries({
      title: 'Bytes per Call by Endpoint Type',
      description:
        'Mean size of answers. The same task over another implementation (endpoint type) that needs fewer bytes needs fewer tokens.',
      unit: 'bytes',
      queries: [{ expr: mean(whole, BYTES, 'endpoint_type'), legend: '{{endpoint_type}}' }],
    }),
    timeseries({
      title: 'Bytes per Call: P50 and P95',
      description:
        'Half of the answers, and nineteen of twenty, were smaller. The highest bound is 50 kB: what is larger shows as that.',
      unit: 'bytes',
      queries: [
        { expr: quantile(0.5, whole, BYTES, 'endpoint_type'), legend: '{{endpoint_type}} P50' },
        { expr: quantile(0.95, whole, BYTES, 'endpoint_type'), legend: '{{endpoint_type}} P95', exemplars: true },
      ],
    }),
    barchart({
      title: 'Savings against the Largest',
      description:
        'By how much smaller an answer is than that of the endpoint type with the largest ones, in the time that is looked at.',
      unit: 'percentunit',
      max: 1,
      by: 'endpoint_type',
      queries: [
        {
          expr: `1 - (${perCallInRange('endpoint_type')}) / on () group_left () max(${perCallInRange('endpoint_type')})`,
        },
      ],
    }),
    timeseries({
      title: 'Response Bytes by Tool',
      description: 'Bytes per second that tools answered with: the ten tools that fill the context most.',
      unit: 'Bps',
      stacked: true,
      queries: [{ expr: `topk(10, ${sum(rate(whole(`${BYTES}_sum`)), 'tool_name')})`, legend: '{{tool_name}}' }],
    }),
    table({
      title: 'Tools by Bytes',
      description:
        'Calls, bytes and bytes per call of each tool in the time that is looked at. The top is where a shorter answer saves most.',
      unit: 'short',
      width: 24,
      queries: [{ expr: callsInRange('tool_name') }, { expr: bytesInRange('tool_name') }, { expr: perCallInRange('tool_name') }],
      columns: { tool_name: 'Tool', 'Value #A': 'Calls', 'Value #B': 'Bytes', 'Value #C': 'Bytes per call' },
      units: { Bytes: 'bytes', 'Bytes per call': 'bytes' },
      sortBy: 'Bytes',
    }),
  ],
}
