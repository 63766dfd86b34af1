/** A checked config → everything a run needs of it: the compiled mapping, its registry, and numbers about ourselves. */
import { Clocks } from '../clock/clocks.ts'
import type { Config } from '../config/config.ts'
import type { Diagnostic, Report } from '../diag/diagnostic.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { UpdateWatch } from '../mapping/rule.ts'
import type { Masks } from '../mask/masks.ts'
import { Registry } from '../registry/registry.ts'
import { type CleanLabel, labelCleaner } from '../select/label-text.ts'
import { compileMasks } from '../select/mask-patterns.ts'
import { createOwnMetrics, type OwnMetrics } from '../telemetry/own-metrics.ts'
import { NAMELESS, Sightings } from './sightings.ts'

export interface Plan {
  readonly config: Config
  readonly mapping: Mapping
  readonly registry: Registry
  readonly own: OwnMetrics
  /** Of all logs; where the mapping needs none there are none. */
  readonly clocks: Clocks
  /** For all text of a log, and of our own, that leaves the process. */
  readonly masks: Masks
  readonly cleanLabel: CleanLabel
  readonly sightings: Sightings
}

/** A fresh one each time: series and counts start at nothing. `watch` sees each update of a rule. */
export function compilePlan(config: Config, report: Report, watch?: UpdateWatch, wallClockMs: () => number = Date.now): Plan {
  const own = createOwnMetrics()
  const clocks = new Clocks()
  const masking = maskingOf(config, report)
  const registry = new Registry({ maxSeries: config.limits.series, own, clocks, cleanLabel: masking.cleanLabel })
  return {
    ...masking,
    ...compiled(config, { own, registry, clocks }, { watch, report, wallClockMs, cleanLabel: masking.cleanLabel }),
    config,
    registry,
    own,
    clocks,
  }
}

/**
 * Takes over from the plan before: numbers about ourselves go on, and so do the series of every metric that is defined as it was. The
 * config must have been compiled without errors before. The plan before must not be used any more.
 */
export function takeOver(config: Config, { own, registry, clocks }: Plan, wallClockMs: () => number = Date.now): Plan {
  const report = ({ message }: Diagnostic): never => {
    throw new Error(`compiled before without it: ${message}`)
  }
  const masking = maskingOf(config, report)
  const compile = () => compiled(config, { own, registry, clocks }, { report, wallClockMs, cleanLabel: masking.cleanLabel })
  const limits = { maxSeries: config.limits.series, cleanLabel: masking.cleanLabel }
  return { ...masking, ...registry.redefine(limits, compile), config, registry, own, clocks }
}

interface Compiling {
  readonly watch?: UpdateWatch | undefined
  readonly report: Report
  readonly wallClockMs: () => number
  readonly cleanLabel: CleanLabel
}

function compiled(
  config: Config,
  { own, registry, clocks }: Pick<Plan, 'own' | 'registry' | 'clocks'>,
  { watch, report, wallClockMs, cleanLabel }: Compiling,
) {
  const countSkip = (metric: string, reason: string): void => {
    own.skippedUpdates.at(metric, reason).value++
    sightings.skip(metric, reason)
  }
  const countUnpriced = (metric: string, model: string, tokens: number): void => {
    own.unpricedTokens.at(metric, model === '' ? NAMELESS : cleanLabel(model)).value += tokens
  }
  const mapping = compileMapping(config, { registry, countSkip, countUnpriced, watch, report, clocks })
  const sightings = new Sightings(mapping.eventNames, wallClockMs)
  return { mapping, sightings }
}

function maskingOf(config: Config, report: Report) {
  const masks = compileMasks(config.mask, report)
  return { masks, cleanLabel: labelCleaner(masks, config.limits.labelLength) }
}
