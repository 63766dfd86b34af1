/** The dashboard's row about the exporter itself: whether the numbers above it can be believed. */
import { OWN_METRICS } from '../telemetry/own-metrics.ts'
import { type Panel, type PanelSpec, RATE_RANGE, stat, timeseries } from './grafana.ts'
import { merged, type Scope, select } from './promql.ts'

type Own = (typeof OWN_METRICS)[keyof typeof OWN_METRICS]

export function ownPanels(scope: Scope, isPriced: boolean): Panel[] {
  const raw = ({ name }: Own, ...more: readonly string[]): string => select(scope, name, [], ...more)
  const rate = (own: Own, by: readonly string[], ...more: readonly string[]): string =>
    merged('sum', by, `rate(${raw(own, ...more)}[${RATE_RANGE}])`)
  const spec = (own: Own, title: string, unit: string, expr: string, labels: readonly string[]): PanelSpec => ({
    title,
    description: `${own.help}\n\n\`${own.name}\``,
    unit,
    queries: [{ expr, legend: labels.map((label) => `{{${label}}}`).join(' ') }],
  })
  const { stateDurable, sourceUp, lagSeconds, lagBytes, events, rejects, unmappedEvents, skippedUpdates, seriesOverflow } =
    OWN_METRICS
  const { series, unpricedTokens } = OWN_METRICS
  const level = (own: Own, how: string, by: readonly string[]): string => merged(how, by, raw(own))
  // Such series appear with their first value, which no rise tells of: what is shown is what they stand at.
  const total = (own: Own, by: readonly string[]): string => merged('sum', by, `max_over_time(${raw(own)}[${RATE_RANGE}])`)
  // The one label of ours that means what a mapping's means.
  const unpricedSeries = select(scope, unpricedTokens.name, ['model'])
  const unpriced = merged('sum', ['metric', 'model'], `max_over_time(${unpricedSeries}[${RATE_RANGE}])`)
  return [
    stat({
      ...spec(stateDurable, 'Survives a restart', 'short', level(stateDurable, 'min', ['instance']), ['instance']),
      words: { 0: { text: 'no', color: 'yellow' }, 1: { text: 'yes', color: 'green' } },
    }),
    stat({
      ...spec(sourceUp, 'Sources that are read', 'short', level(sourceUp, 'min', ['source']), ['source']),
      words: { 0: { text: 'no', color: 'red' }, 1: { text: 'yes', color: 'green' } },
    }),
    stat({
      ...spec(lagSeconds, 'Behind the log', 's', level(lagSeconds, 'max', ['source']), ['source']),
      thresholds: ['green', [60, 'yellow'], [600, 'red']],
    }),
    stat(spec(lagBytes, 'Not read yet', 'bytes', level(lagBytes, 'sum', ['source']), ['source'])),
    timeseries(spec(events, 'Events by what became of them', 'reqps', rate(events, ['outcome']), ['outcome']), true),
    timeseries({
      ...spec(rejects, 'Lines that made no event, since its start', 'short', total(rejects, ['source', 'reason']), [
        'source',
        'reason',
      ]),
      thresholds: ['green', [0.5, 'yellow']],
    }),
    timeseries(
      spec(unmappedEvents, 'Events that no rule waits for, since its start', 'short', total(unmappedEvents, ['event']), [
        'event',
      ]),
    ),
    timeseries(
      spec(skippedUpdates, 'Updates that did not count, since its start', 'short', total(skippedUpdates, ['metric', 'reason']), [
        'metric',
        'reason',
      ]),
    ),
    timeseries({
      ...spec(seriesOverflow, 'Updates that went to _other, since its start', 'short', total(seriesOverflow, ['metric']), [
        'metric',
      ]),
      thresholds: ['green', [0.5, 'yellow']],
    }),
    timeseries(spec(series, 'Series by metric', 'short', level(series, 'sum', ['metric']), ['metric'])),
    ...(isPriced
      ? [timeseries(spec(unpricedTokens, 'Tokens without a price, since its start', 'short', unpriced, ['metric', 'model']))]
      : []),
  ]
}
