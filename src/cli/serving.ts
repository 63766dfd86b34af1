/** What a serving run consists of, once its flags and its mapping are read: one of them for each path of metrics. */

import type { Readable } from 'node:stream'
import type { WallMover } from '../clock/wall-mover.ts'
import type { SourceSpec } from '../config/config.ts'
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { Sources } from '../diag/render.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { WebConfigFile } from '../server/web-config/web-config-file.ts'
import type { Descriptors } from '../source/file/descriptors.ts'
import type { LeftLogs } from '../source/left-logs.ts'
import type { Log } from '../telemetry/log.ts'
import type { Ending } from './ending.ts'
import type { Hangups } from './hangups.ts'
import type { MadeIntake } from './intakes.ts'
import type { RunState } from './run-state.ts'
import type { Settings } from './settings.ts'

/** A mapping and what was made from it. A reload puts another one in its place, whole. */
export interface InForce {
  readonly plan: Plan
  readonly specs: readonly SourceSpec[]
  readonly intakes: readonly MadeIntake[]
  /** What loading the mapping warned of, and its texts. */
  readonly diagnostics: readonly Diagnostic[]
  readonly texts: Sources
}

export interface Serving {
  readonly settings: Settings
  readonly log: Log
  readonly pipeline: Pipeline
  /** undefined: all in memory. */
  readonly state: RunState | undefined
  /** Where logs stand that no source reads now. */
  readonly left: LeftLogs
  readonly descriptors: Descriptors
  readonly openInput: () => Readable
  /** Brings the wall clock to logs that stand at their ends. */
  readonly wall: WallMover
  /** Of the process, in all of them; undefined: all may ask. */
  readonly webConfig: WebConfigFile | undefined
  inForce: InForce
}

/** What asks the run for something while it goes on. */
export interface Signals {
  readonly hangups: Hangups
  readonly ending: Ending
}
