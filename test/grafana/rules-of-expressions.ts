/** Rules about what panels and annotations ask, as far as the text alone tells. */
import { allOf, type Dashboard, targetsOf } from './dashboard.ts'
import type { Rule } from './linter.ts'
import { namedIn, type Selector } from './promql.ts'

const RATES = ['rate', 'irate', 'increase']
/** Functions that a counter may stand in; `max_over_time`: what it has counted since its process started. */
const OF_COUNTERS = [...RATES, 'max_over_time', 'resets', 'changes', 'absent', 'absent_over_time', 'timestamp']
/** Ranges that are meant as they are: cost per hour, a day, what is looked at. `rate` over others depends on the scrape interval. */
const MEANT_RANGES = ['$__rate_interval', '$__range', '1h', '6h', '24h', '1d', '7d', '1w']
const isRecorded = (metric: string): boolean => metric.includes(':')

interface Place {
  readonly place: string
  readonly expr: string
}

const askedBy = (dashboard: Dashboard): Place[] => [
  ...targetsOf(dashboard),
  ...dashboard.annotations.list.flatMap(({ name, expr }) =>
    expr === undefined ? [] : [{ place: `annotation "${name}"`, expr }],
  ),
]

/** Complaints about each selector of each expression. */
export const eachSelector =
  (complain: (selector: Selector, place: Place) => string | false | undefined): Rule =>
  (dashboard) =>
    askedBy(dashboard).flatMap((place) =>
      namedIn(place.expr).selectors.flatMap((selector) => {
        const problem = complain(selector, place)
        return problem ? [`${place.place}: ${problem} in ${place.expr}`] : []
      }),
    )

/** Recorded series are sums over targets already. */
const filtersOn = (variable: string): Rule =>
  eachSelector(({ metric, matchers }) => {
    const isFiltered = matchers.some(
      ({ label, operator, value }) => label === variable && operator === '=~' && value === `$${variable}`,
    )
    return !isFiltered && !isRecorded(metric) && `${metric} is not filtered on ${variable}`
  })

const linked = (dashboard: Dashboard): { place: string; url: string }[] =>
  [{ title: 'dashboard', links: dashboard.links }, ...allOf(dashboard)].flatMap(({ title, links }) =>
    (links ?? []).filter(({ type }) => type !== 'dashboards').map(({ url }) => ({ place: `"${title}"`, url: url ?? '' })),
  )

export const EXPRESSION_RULES = {
  'target-job': filtersOn('job'),
  'target-instance': filtersOn('instance'),
  'target-rate-interval': eachSelector(({ metric, range, callers }) => {
    const rate = callers.find((caller) => RATES.includes(caller))
    return rate && !MEANT_RANGES.includes(range ?? '') && `${rate} of ${metric} over [${range ?? ''}], not [$__rate_interval],`
  }),
  'target-no-invented-zero': (dashboard) =>
    askedBy(dashboard)
      .filter(({ expr }) => /\bor\s+(on\s*\(\s*\)\s*)?vector\s*\(/.test(expr))
      .map(({ place, expr }) => `${place}: or vector(…) shows a number where there is none: ${expr}`),
  'link-url': (dashboard) =>
    linked(dashboard)
      .filter(({ url }) => !/^(\/d\/agentlog-[a-z0-9-]+|https:\/\/\S+)$/.test(url))
      .map(({ place, url }) => `${place}: "${url}" is neither /d/UID nor https`),
  // By the name; where the metrics are known, by the type.
  'target-counter-agg': (dashboard, known) =>
    eachSelector(({ metric, callers }) => {
      const isCounter = known.has(metric) ? known.get(metric)!.type === 'counter' : /_(total|bucket|count|sum)$/.test(metric)
      return (
        isCounter &&
        !callers.some((caller) => OF_COUNTERS.includes(caller)) &&
        `counter ${metric} stands in none of ${RATES.join(', ')}`
      )
    })(dashboard, known),
} as const satisfies Readonly<Record<string, Rule>>
