/** Mapping files and presets → what a run needs, or all problems with the texts they are about. */
import { loadConfig } from '../config/load.ts'
import { validateInWorker } from '../config/validate.ts'
import { type Diagnostic, hasErrors } from '../diag/diagnostic.ts'
import type { Sources } from '../diag/render.ts'
import type { UpdateWatch } from '../mapping/rule.ts'
import { compilePlan, type Plan } from '../pipeline/plan.ts'
import { chooseSources } from './choose-sources.ts'
import { PRESET_DIR } from './shipped.ts'

export interface Planned {
  /** Missing if there are errors. */
  readonly plan?: Plan
  readonly diagnostics: readonly Diagnostic[]
  readonly texts: Sources
}

/** What is to be loaded. */
export interface Wanted {
  readonly files: readonly string[]
  readonly presets: readonly string[]
  /** Logs and containers that were named: they take the place of the mapping's sources. */
  readonly logs?: readonly string[]
  readonly docker?: readonly string[]
}

/** `watch` sees each update of a rule. */
export async function loadPlan({ files, presets, ...named }: Wanted, watch?: UpdateWatch): Promise<Planned> {
  const loaded = await loadConfig({ files, presets, presetDir: PRESET_DIR, validate: validateInWorker })
  const { diagnostics, texts } = loaded
  const config = { ...loaded.config, sources: chooseSources(named, loaded.config) }
  const found = [...diagnostics]
  const plan = compilePlan(config, (diagnostic) => void found.push(diagnostic), watch)
  return hasErrors(found) ? { diagnostics: found, texts } : { plan, diagnostics: found, texts }
}

/** What was to be loaded, as people name it. */
export function mappingNames({ files, presets }: Wanted): string {
  return [...files, ...presets.map((preset) => `preset:${preset}`)].join(', ')
}
