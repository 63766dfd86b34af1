/** The exporter's own alerts: a mapping with small limits and a source for each thing that can go wrong with a log. */
import { event, TROUBLE, type Writer } from './logs.ts'

const SOURCES = ['crowded', 'quiet', 'half', 'lost', 'missing', 'rejecting', 'unmapped']

/** `reads` is where the logs are. */
export const ownMapping = (reads: (log: string) => string): string => `version: 1
limits: { keys: 10 }
sources:
${SOURCES.map((name) => `  - { name: ${name}, file: { paths: [${reads(name)}] } }`).join('\n')}
metrics:
  - { name: live_calls_total, type: counter, event: call, labels: { tool: { path: tool, max_values: 5 } } }
  - { name: live_orders_total, type: counter, event: order, once: id }
  - { name: live_call_seconds, type: histogram, event: call, value: { path: ms, unit: ms }, buckets: [1] }
`

export const OWN_LOGS = SOURCES

const call = (tool: string, fields: Readonly<Record<string, unknown>> = { ms: 5 }): ReturnType<typeof event> =>
  event('call', { tool, ...fields })

export const OWN: readonly Writer[] = [
  { log: 'crowded', lines: (beat) => [call('search'), event('order', { id: `order-${beat % 5}` })] },
  { log: 'crowded', from: TROUBLE, lines: (beat) => [call(`made-up-${beat}`, {}), event('order', { id: `new-${beat}` })] },
  { log: 'quiet', until: 3, lines: () => [call('search')] },
  // A line that is not finished, and none after it.
  { log: 'half', from: TROUBLE, unfinished: true, lines: (beat) => (beat === 0 ? ['{"event":"call","tool":'] : []) },
  { log: 'lost', until: TROUBLE, lines: () => [call('search')] },
  { log: 'lost', from: TROUBLE + 5, lines: () => [call('search')] },
  { log: 'lost', from: TROUBLE, unfinished: true, lines: (beat) => (beat === 0 ? ['{"event":"call","tool":'] : []) },
  { log: 'rejecting', lines: () => [call('search')] },
  { log: 'rejecting', from: TROUBLE, lines: () => ['Traceback (most recent call last):'] },
  { log: 'unmapped', from: TROUBLE, lines: () => [event('tool_call_v2', { tool: 'search' })] },
]
