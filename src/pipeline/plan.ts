/** A checked config → everything a run needs of it: the compiled mapping, its registry, and numbers about ourselves. */
import type { Config } from '../config/config.ts'
import type { Report } from '../diag/diagnostic.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { UpdateWatch } from '../mapping/rule.ts'
import type { Masks } from '../mask/masks.ts'
import { Registry } from '../registry/registry.ts'
import { type CleanLabel, labelCleaner } from '../select/label-text.ts'
import { compileMasks } from '../select/mask-patterns.ts'
import { createOwnMetrics, type OwnMetrics } from '../telemetry/own-metrics.ts'
import { Sightings } from './sightings.ts'

export interface Plan {
  readonly config: Config
  readonly mapping: Mapping
  readonly registry: Registry
  readonly own: OwnMetrics
  /** For all text of a log, and of our own, that leaves the process. */
  readonly masks: Masks
  readonly cleanLabel: CleanLabel
  readonly sightings: Sightings
}

/** A fresh one each time: series and counts start at nothing. `watch` sees each update of a rule. */
export function compilePlan(config: Config, report: Report, watch?: UpdateWatch, wallClockMs: () => number = Date.now): Plan {
  const own = createOwnMetrics()
  const { series, labelLength } = config.limits
  const masks = compileMasks(config.mask, report)
  const cleanLabel = labelCleaner(masks, labelLength)
  const registry = new Registry({ maxSeries: series, own, cleanLabel })
  const countSkip = (metric: string, reason: string): void => {
    own.skippedUpdates.at(metric, reason).value++
    sightings.skip(metric, reason)
  }
  const mapping = compileMapping(config, { registry, countSkip, watch, report })
  const sightings = new Sightings(mapping.eventNames, wallClockMs)
  return { config, mapping, registry, own, masks, cleanLabel, sightings }
}
