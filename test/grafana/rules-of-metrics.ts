/** Rules that need to know the metrics: what an expression names exists, with those labels, and follows the variables that it can follow. */
import { type Dashboard, targetsOf } from './dashboard.ts'
import type { Known } from './known.ts'
import type { Rule } from './linter.ts'
import { namedIn } from './promql.ts'
import { eachSelector } from './rules-of-expressions.ts'

/** Labels that Prometheus adds, or a set-up of ours on the way. */
const OF_TARGETS = ['job', 'instance', '__name__']
const WITHOUT_LABELS = ['up', 'scrape_duration_seconds']

const labelsOf = (known: Known, metric: string): readonly string[] => [...OF_TARGETS, ...(known.get(metric)?.labels ?? [])]
/** A recorded series has the labels that its rule leaves, and whether it is recorded is another question. */
const isOpen = (metric: string): boolean => metric === '' || metric.includes(':')

function groupings(dashboard: Dashboard, known: Known): string[] {
  return targetsOf(dashboard).flatMap(({ place, expr, target }) => {
    const { selectors, groupings: grouped } = namedIn(expr)
    const metrics = selectors.map(({ metric }) => metric)
    if (metrics.some((metric) => isOpen(metric))) return []
    const labels = metrics.flatMap((metric) => labelsOf(known, metric))
    const shown = [...(target.legendFormat ?? '').matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1]!)
    const isSummed = /^[\s(]*(sum|avg|min|max|count|histogram_quantile)\b/.test(expr)
    const isKept = (label: string): boolean => (isSummed ? grouped.includes(label) : labels.includes(label))
    return [
      ...grouped
        .filter((label) => !labels.includes(label))
        .map((label) => `${place}: none of ${metrics.join(', ')} has the label ${label}`),
      ...shown
        .filter((label) => !isKept(label))
        .map((label) => `${place}: the legend shows ${label}, which ${expr} does not keep`),
    ]
  })
}

export const METRIC_RULES = {
  'target-metric': (dashboard, known) =>
    eachSelector(({ metric }) => !isOpen(metric) && !known.has(metric) && `no metric is called ${metric}`)(dashboard, known),
  'target-labels': (dashboard, known) =>
    eachSelector(({ metric, matchers }) => {
      if (isOpen(metric) || WITHOUT_LABELS.includes(metric)) return false
      // `label=""`: it is not that metric of the same name which has the label.
      const wanted = matchers.filter(({ operator, value }) => operator !== '=' || value !== '')
      const odd = wanted.filter(({ label }) => !labelsOf(known, metric).includes(label)).map(({ label }) => label)
      return odd.length > 0 && `${metric} has no label ${odd.join(', ')}`
    })(dashboard, known),
  'target-groupings': groupings,
  // Who chooses a namespace sees nothing of others in any panel that can tell them apart.
  'target-variables': (dashboard, known) => {
    const names = dashboard.templating.list.map(({ name }) => name)
    return eachSelector(({ metric, matchers }) => {
      const family = known.get(metric)
      const labels = family?.always ?? family?.labels ?? []
      const missing = names.filter(
        (name) => labels.includes(name) && !matchers.some(({ label, value }) => label === name && value === `$${name}`),
      )
      return missing.length > 0 && `${metric} is not filtered on ${missing.join(', ')}`
    })(dashboard, known)
  },
} as const satisfies Readonly<Record<string, Rule>>
