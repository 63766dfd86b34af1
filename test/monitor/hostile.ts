/** A mapping with one metric of each kind that alerts come of, whose help and label texts are given. */

import type { Model } from '../../src/monitor/model.ts'
import { modelOfText } from './made.ts'

export const hostileModel = (help: string, text: string): Promise<Model> => modelOfText(hostileMapping(help, text))

export const hostileMapping = (help: string, text: string): string =>
  JSON.stringify({
    version: 1,
    derive: [{ pair: 'run', start: { event: 'a', key: 'id' }, end: { event: 'b', key: 'id' } }],
    metrics: [
      {
        name: 'made_calls_total',
        type: 'counter',
        help,
        event: 'call',
        labels: { tool: 'tool', status: { path: 'status', one_of: ['success', 'error', text || 'x'] } },
      },
      { name: 'made_injections_total', type: 'counter', help, event: 'call', labels: { kind: { const: text || 'x' } } },
      {
        name: 'made_duration_seconds',
        type: 'histogram',
        help,
        event: 'call',
        value: 'ms',
        buckets: [1, 2],
        labels: { tool: 'tool' },
      },
      {
        name: 'made_tokens_total',
        type: 'counter',
        help,
        event: 'call',
        split: { type: { [text || 'x']: 'a', out: 'b' } },
        labels: { model: 'm' },
      },
      { name: 'made_cost_usd_total', type: 'counter', help, event: 'call', value: 'usd', labels: { model: 'm' } },
      { name: 'made_runs_in_flight', type: 'gauge', help, open: 'run' },
      {
        name: 'made_seen_timestamp_seconds',
        type: 'gauge',
        help,
        event: 'call',
        value: '$time',
        op: 'max',
        labels: { agent: 'agent' },
      },
      { name: 'made_info', type: 'info', help, event: 'call', labels: { version: 'v' } },
      { name: 'made_size_bytes', type: 'summary', help, event: 'call', value: 'size' },
    ],
  })
