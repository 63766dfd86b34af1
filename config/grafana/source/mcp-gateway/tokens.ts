/** Token analytics: input against output, by server and for the time range that is looked at. */
import { barchart, stat, table, timeseries } from '../kit/panels.ts'
import { increase, rate, selecting, share, sum } from '../kit/promql.ts'

const ofServers = selecting('server')
const all = ofServers('token_usage_total')
const ofType = (type: string): string => ofServers('token_usage_total', `token_type="${type}"`)

export const tokens = {
  title: 'Tokens',
  panels: [
    ...['input', 'output'].map((type) =>
      stat({
        title: `${type === 'input' ? 'Input' : 'Output'} Tokens`,
        description: `Tokens of this type in the time that is looked at, of the servers that were chosen.`,
        unit: 'short',
        queries: [{ expr: sum(increase(ofType(type))), legend: type }],
      }),
    ),
    stat({
      title: 'Total Tokens',
      description: 'Input and output in the time that is looked at.',
      unit: 'short',
      queries: [{ expr: sum(increase(all)), legend: 'total' }],
    }),
    stat({
      title: 'Output Share',
      description:
        'Part of the tokens that was output in the time that is looked at: output costs several times as much as input.',
      unit: 'percentunit',
      queries: [{ expr: share(sum(increase(ofType('output'))), sum(increase(all))), legend: 'output' }],
    }),
    timeseries({
      title: 'Tokens by Server and Type',
      description: 'Tokens of the hour before each point, input and output of each server.',
      unit: 'short',
      stacked: true,
      queries: [{ expr: sum(increase(all, '1h'), 'server', 'token_type'), legend: '{{server}} {{token_type}}' }],
    }),
    timeseries({
      title: 'Token Rate',
      description: 'Tokens per second, input and output.',
      unit: 'cps',
      queries: [{ expr: sum(rate(all), 'token_type'), legend: '{{token_type}}' }],
    }),
    table({
      title: 'Tokens of the Time Range',
      description: 'Input, output and total of each server in the time that is looked at.',
      unit: 'short',
      queries: [
        { expr: sum(increase(ofType('input')), 'server') },
        { expr: sum(increase(ofType('output')), 'server') },
        { expr: sum(increase(all), 'server') },
      ],
      columns: { server: 'Server', 'Value #A': 'Input', 'Value #B': 'Output', 'Value #C': 'Total' },
      sortBy: 'Total',
    }),
    barchart({
      title: 'Share of Servers',
      description: 'Tokens of each server in the time that is looked at.',
      unit: 'short',
      by: 'server',
      queries: [{ expr: sum(increase(all), 'server') }],
    }),
  ],
}
