/** A checked config → everything a run needs of it: the compiled mapping, its registry, and numbers about ourselves. */
import type { Config } from '../config/config.ts'
import type { Report } from '../diag/diagnostic.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { Registry } from '../registry/registry.ts'
import { cleanLabel } from '../select/label-text.ts'
import { createOwnMetrics, type OwnMetrics } from '../telemetry/own-metrics.ts'

export interface Plan {
  readonly config: Config
  readonly mapping: Mapping
  readonly registry: Registry
  readonly own: OwnMetrics
}

/** A fresh one each time: series and counts start at nothing. */
export function compilePlan(config: Config, report: Report): Plan {
  const own = createOwnMetrics()
  const { series, labelLength } = config.limits
  const registry = new Registry({ maxSeries: series, own, cleanLabel: (text) => cleanLabel(text, labelLength) })
  const countSkip = (metric: string, reason: string): void => {
    own.skippedUpdates.at(metric, reason).value++
  }
  return { config, mapping: compileMapping(config, { registry, countSkip, report }), registry, own }
}
