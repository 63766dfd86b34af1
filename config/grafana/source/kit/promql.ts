/** Expressions of panels: selectors that carry the dashboard's variables, and what the field builds of them. Nothing here makes a number up. */

/** What gives a selector of a metric: the variables' matchers first, then further ones such as `status="error"`. */
export type Select = (metric: string, ...matchers: readonly string[]) => string

/** Selectors that filter on variables, each named like its label. `job` and `instance` are always among them. */
export function selecting(...variables: readonly string[]): Select {
  const fixed = ['job', 'instance', ...variables].map((name) => `${name}=~"$${name}"`)
  return (metric, ...matchers) => `${metric}{${[...fixed, ...matchers].join(',')}}`
}

/** Per second, over what Grafana finds right for the scrape interval; `over` where a longer range is what is meant. */
export const rate = (selector: string, over = '$__rate_interval'): string => `rate(${selector}[${over}])`

/** How much it rose in the range that is looked at. */
export const increase = (selector: string, over = '$__range'): string => `increase(${selector}[${over}])`

/**
 * What a counter of the exporter's own has counted since its process started. Its series appear with their first count, which `increase`
 * never sees: of ten rejected lines at once it would show none.
 */
export const sinceStart = (selector: string, within = '$__range'): string => `max_over_time(${selector}[${within}])`

export const sum = (expression: string, ...by: readonly string[]): string =>
  by.length === 0 ? `sum(${expression})` : `sum by (${by.join(', ')}) (${expression})`

/**
 * The share of a part in a whole, 0 to 1: 0 while the part never occurred (a label value that was not seen has no series), no point
 * while there is no traffic. Both are sums by the same labels.
 */
export const share = (part: string, whole: string): string => `(${part} or 0 * ${whole}) / (${whole} > 0)`

/** A quantile of a classic histogram, named without `_bucket`. */
export const quantile = (q: number, select: Select, histogram: string, ...by: readonly string[]): string =>
  quantileOver('$__rate_interval', q, select, histogram, ...by)

/** The same over a range that is meant as it is, such as a day. */
export const quantileOver = (range: string, q: number, select: Select, histogram: string, ...by: readonly string[]): string =>
  `histogram_quantile(${q}, ${sum(rate(select(`${histogram}_bucket`), range), ...by, 'le')})`

/** The mean of a histogram's or summary's values, no point while there are none. */
export const mean = (select: Select, histogram: string, ...by: readonly string[]): string =>
  `${sum(rate(select(`${histogram}_sum`)), ...by)} / (${sum(rate(select(`${histogram}_count`)), ...by)} > 0)`

/** Buckets for a heatmap. */
export const buckets = (select: Select, histogram: string): string => sum(rate(select(`${histogram}_bucket`)), 'le')
