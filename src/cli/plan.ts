/** Mapping files and presets → what a run needs: checked config, compiled mapping and its registry; or all problems, rendered. */
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { validateInWorker } from '../config/validate.ts'
import { type Diagnostic, hasErrors } from '../diag/diagnostic.ts'
import type { Sources } from '../diag/render.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { Registry } from '../registry/registry.ts'
import { cleanLabel } from '../select/label-text.ts'
import { createOwnMetrics, type OwnMetrics } from '../telemetry/own-metrics.ts'
import { PRESET_DIR } from './shipped.ts'

export interface Plan {
  readonly config: Config
  readonly mapping: Mapping
  readonly registry: Registry
  readonly own: OwnMetrics
}

export interface Planned {
  /** Missing if there are errors. */
  readonly plan?: Plan
  readonly diagnostics: readonly Diagnostic[]
  readonly texts: Sources
}

export async function loadPlan(files: readonly string[], presets: readonly string[]): Promise<Planned> {
  const { config, diagnostics, texts } = await loadConfig({ files, presets, presetDir: PRESET_DIR, validate: validateInWorker })
  const found = [...diagnostics]
  const plan = compilePlan(config, (diagnostic) => void found.push(diagnostic))
  return hasErrors(found) ? { diagnostics: found, texts } : { plan, diagnostics: found, texts }
}

export function compilePlan(config: Config, report: (diagnostic: Diagnostic) => void): Plan {
  const own = createOwnMetrics()
  const { series, labelLength } = config.limits
  const registry = new Registry({ maxSeries: series, own, cleanLabel: (text) => cleanLabel(text, labelLength) })
  const countSkip = (metric: string, reason: string): void => {
    own.skippedUpdates.at(metric, reason).value++
  }
  return { config, mapping: compileMapping(config, { registry, countSkip, report }), registry, own }
}
