/** What every opener of a source is given besides the source's own description. */
import type { Readable } from 'node:stream'
import type { Descriptors } from '../source/file/descriptors.ts'
import type { Log } from '../telemetry/log.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import type { Settings } from './settings.ts'

/** How sources are read. */
export type ReadSettings = Pick<Settings, 'isOnce' | 'history' | 'dockerHost'>

/** What all sources of a process share. */
export interface Surroundings {
  readonly own: OwnMetrics
  readonly log: Log
  readonly descriptors: Descriptors
  /** Standard input, to be read by one source. */
  readonly openInput: () => Readable
}
