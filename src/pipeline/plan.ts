/** A checked config → everything a run needs of it: the compiled mapping, its registry, and numbers about ourselves. */
import type { Config } from '../config/config.ts'
import type { Diagnostic, Report } from '../diag/diagnostic.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { UpdateWatch } from '../mapping/rule.ts'
import { SEED_WORDS } from '../marks/key-hash.ts'
import { Marks } from '../marks/marks.ts'
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
  readonly marks: Marks
  readonly own: OwnMetrics
  /** For all text of a log, and of our own, that leaves the process. */
  readonly masks: Masks
  readonly cleanLabel: CleanLabel
  readonly sightings: Sightings
}

/** A fresh one each time: series and counts start at nothing. `watch` sees each update of a rule. */
export function compilePlan(config: Config, report: Report, watch?: UpdateWatch, wallClockMs: () => number = Date.now): Plan {
  const own = createOwnMetrics()
  const masking = maskingOf(config, report)
  const registry = new Registry({ maxSeries: config.limits.series, own, cleanLabel: masking.cleanLabel })
  const marks = createMarks(config.limits.keys, own)
  return {
    ...masking,
    ...compiled(config, { own, registry, marks }, { watch, report, wallClockMs, cleanLabel: masking.cleanLabel }),
    config,
    registry,
    marks,
    own,
  }
}

/**
 * Takes over from the plan before: numbers about ourselves go on, and so do series and marks of every metric that is defined as it was.
 * The config must have been compiled without errors before. The plan before must not be used any more.
 */
export function takeOver(config: Config, { own, registry, marks }: Plan, wallClockMs: () => number = Date.now): Plan {
  const report = ({ message }: Diagnostic): never => {
    throw new Error(`compiled before without it: ${message}`)
  }
  const masking = maskingOf(config, report)
  const compile = () => compiled(config, { own, registry, marks }, { report, wallClockMs, cleanLabel: masking.cleanLabel })
  const limits = { maxSeries: config.limits.series, cleanLabel: masking.cleanLabel }
  const made = marks.redefine(config.limits.keys, () => registry.redefine(limits, compile))
  return { ...masking, ...made, config, registry, marks, own }
}

interface Compiling {
  readonly watch?: UpdateWatch | undefined
  readonly report: Report
  readonly wallClockMs: () => number
  readonly cleanLabel: CleanLabel
}

function compiled(
  config: Config,
  { own, registry, marks }: Pick<Plan, 'own' | 'registry' | 'marks'>,
  { watch, report, wallClockMs, cleanLabel }: Compiling,
) {
  const countSkip = (metric: string, reason: string): void => {
    own.skippedUpdates.at(metric, reason).value++
    sightings.skip(metric, reason)
  }
  const countUnpriced = (metric: string, model: string, tokens: number): void => {
    own.unpricedTokens.at(metric, model === '' ? NAMELESS : cleanLabel(model)).value += tokens
  }
  const mapping = compileMapping(config, { registry, marks, countSkip, countUnpriced, watch, report })
  const sightings = new Sightings(mapping.eventNames, wallClockMs)
  return { mapping, sightings }
}

function createMarks(limit: number, own: OwnMetrics): Marks {
  const cells = () => ({ keys: own.keys.at('marks'), evictions: own.keysEvicted.at('marks') })
  return new Marks({ limit, seed: crypto.getRandomValues(new Int32Array(SEED_WORDS)), cells })
}

function maskingOf(config: Config, report: Report) {
  const masks = compileMasks(config.mask, report)
  return { masks, cleanLabel: labelCleaner(masks, config.limits.labelLength) }
}
