/** Variables of a dashboard: the data source, the scrape targets, and the labels that several metrics share. */
import { DATASOURCE } from './grafana.ts'
import type { FamilyFacts, Model } from './model.ts'
import { sentence, wordsOf } from './names.ts'

const MOST_CHOOSERS = 6
/** So many names say which series there are; more would only make the query long. */
const MOST_NAMES = 20
const FEW_NAMES = 3
const OF_TARGETS = ['job=~"$job"', 'instance=~"$instance"']
/** Variables of that name are something else. */
const TAKEN = ['datasource', 'job', 'instance', 'le', 'quantile']

/** Labels to choose values of, which are many: of a known few each panel shows all. What tells success from failure is none: of chosen failures alone every ratio is 1. */
export function chosenLabels({ families }: Model): string[] {
  const outcomes = families.flatMap(({ outcome }) => outcome?.label ?? [])
  const counts = new Map<string, number>()
  const labels = families.flatMap((family) => family.labels)
  for (const { name } of labels) counts.set(name, (counts.get(name) ?? 0) + 1)
  const isChosen = (name: string): boolean =>
    !outcomes.includes(name) && !TAKEN.includes(name) && labels.some((label) => label.name === name && !label.isClosed)
  const shared = [...counts].filter(([name, count]) => count > 1 && isChosen(name)).sort(([, a], [, b]) => b - a)
  return shared.slice(0, MOST_CHOOSERS).map(([name]) => name)
}

export function variablesOf(model: Model, chosen: readonly string[]): object[] {
  // Our own metrics can be switched off; of others some are enough.
  const all = seriesOf(['agentlog_build_info', ...model.families.slice(0, FEW_NAMES).map(sampleOf)])
  return [
    {
      ...{ type: 'datasource', name: 'datasource', label: 'Data source', query: 'prometheus', refresh: 1 },
      ...{ regex: '', multi: false, includeAll: false, options: [], hide: 0 },
    },
    chooser('job', all([]), '.+'),
    chooser('instance', all(OF_TARGETS.slice(0, 1)), '.+'),
    ...chosen.map((label) => {
      const having = model.families.filter(({ labels }) => labels.some(({ name }) => name === label))
      // A label whose text is empty is none: with ".+" its series would be hidden from who has chosen all.
      return chooser(label, seriesOf(having.map(sampleOf))(OF_TARGETS), '.*')
    }),
  ]
}

function seriesOf(names: readonly string[]): (matchers: readonly string[]) => string {
  const [only, ...more] = names
  const named = more.length === 0 ? '' : `__name__=~"${names.slice(0, MOST_NAMES).join('|')}"`
  return (matchers) => {
    const inside = [named, ...matchers].filter((part) => part !== '').join(', ')
    return `${more.length === 0 ? only : ''}${inside === '' ? '' : `{${inside}}`}`
  }
}

/** A sample that each series of the family has. */
export function sampleOf({ name, type }: FamilyFacts): string {
  if (type === 'histogram') return `${name}_bucket`
  return type === 'summary' ? `${name}_count` : name
}

function chooser(label: string, series: string, allValue: string): object {
  const query = `label_values(${series}, ${label})`
  return {
    ...{ type: 'query', name: label, label: sentence(wordsOf(label)), datasource: DATASOURCE },
    ...{ query, definition: query, refresh: 2, sort: 1, regex: '', hide: 0, options: [] },
    ...{ multi: true, includeAll: true, allValue, current: { selected: true, text: ['All'], value: ['$__all'] } },
  }
}
