/** What a serving run consists of, once its flags and its mapping are read. */
import type { SourceSpec } from '../config/config.ts'
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { Sources } from '../diag/render.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { FileSource } from '../source/file/file-source.ts'
import type { Log } from '../telemetry/log.ts'
import type { RunState } from './run-state.ts'
import type { Settings } from './settings.ts'

export interface Serving {
  readonly pipeline: Pipeline
  readonly plan: Plan
  readonly settings: Settings
  readonly log: Log
  readonly specs: readonly SourceSpec[]
  /** The file sources, for what they could not read. */
  readonly files: readonly FileSource[]
  /** What loading the mapping warned of, and its texts. */
  readonly diagnostics: readonly Diagnostic[]
  readonly texts: Sources
  /** Whether the process is to end when no source can give more. */
  readonly endsWithSources: boolean
  /** undefined: all in memory. */
  readonly state: RunState | undefined
}
