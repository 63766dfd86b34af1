/** Variables of dashboards: the data source, the scrape targets, and labels of the metrics. */

import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DATASOURCE } from './datasource.ts'

/** A label to choose values of, several or all, and a series selector that has it (without the targets' matchers). */
export interface LabelVariable {
  readonly label: string
  readonly title: string
  /** A metric, or a regular expression of metric names. */
  readonly metric: string
}

const named = (metric: string): string => (/^[\w:]+$/.test(metric) ? metric : `{__name__=~"${metric}"}`)

/** Of the series that match: `metric{job=~"$job"}`, or for several metrics `{__name__=~"a|b",job=~"$job"}`. */
function seriesOf(metric: string, matchers: readonly string[]): string {
  const selector = named(metric)
  if (matchers.length === 0) return selector
  return selector.endsWith('}') ? `${selector.slice(0, -1)},${matchers.join(',')}}` : `${selector}{${matchers.join(',')}}`
}

/** `all`: with `.*` also series whose label is empty, which a log may write to hide from every panel. */
function chooser({ label, title, metric }: LabelVariable, matchers: readonly string[], all: '.+' | '.*'): Builder<VariableModel> {
  const query = `label_values(${seriesOf(metric, matchers)}, ${label})`
  return new QueryVariableBuilder(label)
    .label(title)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current({ selected: true, text: ['All'], value: ['$__all'] })
}

/** `metric`: what each target of this dashboard exposes; the further ones depend on the targets that are chosen. */
export function variables(metric: string, labels: readonly LabelVariable[]): Builder<VariableModel>[] {
  const datasource = new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus')
  const ofTargets = ['job=~"$job"', 'instance=~"$instance"']
  return [
    datasource,
    chooser({ label: 'job', title: 'Job', metric }, [], '.+'),
    chooser({ label: 'instance', title: 'Instance', metric }, ofTargets.slice(0, 1), '.+'),
    ...labels.map((label) => chooser(label, ofTargets, '.*')),
  ]
}
