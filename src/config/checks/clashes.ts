/**
 * Names that two metrics would both expose: histograms and summaries also own name_sum, name_count and name_bucket, and in
 * OpenMetrics name_created. There the family of x_total is x: beside a metric x the counter has no type.
 */
import type { Report } from '../../diag/diagnostic.ts'
import type { MetricSpec } from '../../mapping/spec.ts'
import type { Config } from '../config.ts'

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['', '_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
}

export function checkClashes({ metrics }: Config, report: Report): void {
  checkFamilies(metrics, report)
  const owners = new Map<string, MetricSpec>()
  for (const metric of metrics) {
    for (const suffix of SUFFIXES[metric.type] ?? ['']) {
      const name = `${metric.name}${suffix}`
      const owner = owners.get(name)
      owners.set(name, owner ?? metric)
      if (owner === undefined || owner === metric) continue
      const message = `${metric.name} and ${owner.name} would both expose ${name}`
      report({
        severity: 'error',
        code: 'name-clash',
        message,
        place: metric.place,
        notes: [{ message: 'the other one', place: owner.place }],
      })
    }
  }
}

/** Counters and infos whose OpenMetrics family another metric has already: they are exposed, but as `unknown` and as a gauge. */
function checkFamilies(metrics: readonly MetricSpec[], report: Report): void {
  const byName = new Map(metrics.map((metric) => [metric.name, metric]))
  for (const { name, type, place } of metrics) {
    const suffix = { counter: '_total', info: '_info' }[type as string]
    const other = suffix !== undefined && name.endsWith(suffix) ? byName.get(name.slice(0, -suffix.length)) : undefined
    if (other === undefined) continue
    const message = `${name} and ${other.name} are one family in OpenMetrics: ${name} loses its type there`
    const notes = [{ message: 'the other one', place: other.place }]
    report({ severity: 'warning', code: 'name-clash', message, place, notes, hint: `call ${other.name} something else` })
  }
}
