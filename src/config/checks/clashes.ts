/**
 * Names that two metrics would both expose: histograms and summaries also own name_sum, name_count and name_bucket, and in
 * OpenMetrics name_created. */
import type { Report } from '../../diag/diagnostic.ts'
import type { MetricSpec } from '../../mapping/spec.ts'
import type { Config } from '../config.ts'

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['', '_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
}

export function checkClashes({ metrics }: Config, report: Report): void {
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
