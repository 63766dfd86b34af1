/** What the page is made from: the rooms of a running exporter, and what only the command line knows. Read, never changed. */
import type { Config } from '../config/config.ts'
import type { OpenKeys } from '../derive/open-keys.ts'
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { Sources } from '../diag/render.ts'
import type { Mappings } from '../mapping/mappings.ts'
import type { Masks } from '../mask/masks.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Sightings } from '../pipeline/sightings.ts'
import type { Registry } from '../registry/registry.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'

export interface SourceFact {
  readonly name: string
  readonly kind: string
  /** What it looks for: paths and globs, names of containers. */
  readonly patterns: readonly string[]
  /** What is special about the mapping of its lines. */
  readonly mapping?: readonly string[]
  /** What is named but cannot be read now, each as `path: reason`. */
  readonly problems: () => readonly string[]
}

export interface PageFacts {
  readonly version: string
  /** undefined: what it counts is not served. */
  readonly telemetryPath: string | undefined
  /** Where this page stands; default `/`. */
  readonly pagePath?: string
  /** The pages of other mappings of this process. */
  readonly otherPages?: readonly string[]
  readonly sources: readonly SourceFact[]
  readonly pipeline: Pick<Pipeline, 'hasCaughtUp' | 'positions'>
  readonly sightings: Sightings
  readonly config: Config
  readonly mappings: Mappings
  readonly registry: Registry
  /** What is remembered and derived. */
  readonly keys: OpenKeys
  readonly own: OwnMetrics
  /** Warnings of the mapping, and the texts that places of it are in. */
  readonly diagnostics: readonly Diagnostic[]
  readonly texts: Sources
  /** All text that is shown passes them. */
  readonly masks: Masks
  /** Whether there is a durable record. */
  readonly keepsState: boolean
  /** If other machines can reach this page: what would keep them out and is missing. */
  readonly missingProtection: () => string | undefined
  readonly wallClockMs: () => number
  /** When the process began to serve, by the clock of `nowMs`. */
  readonly startedMs: number
  /** Any clock that does not go back. */
  readonly nowMs: () => number
}
