/** What config gives: the user's file (and what it includes) merged, checked and frozen. Nothing later reads the YAML again. */
import type { MappingSpec, Placed } from '../mapping/spec.ts'

export interface FileSourceSpec {
  readonly kind: 'file'
  readonly name: string
  readonly paths: readonly string[]
  readonly exclude: readonly string[]
  /** Regular expression over the path; its named groups become `$path.X`. */
  readonly fields: string | undefined
  readonly history: 'count' | 'skip' | 'prime'
}

export interface StdinSourceSpec {
  readonly kind: 'stdin'
  readonly name: string
}

export type SourceSpec = FileSourceSpec | StdinSourceSpec

export interface Limits {
  readonly series: number
  readonly keys: number
  readonly lineBytes: number
  readonly lineValues: number
  readonly lineDepth: number
  readonly labelLength: number
}

export interface Config extends MappingSpec {
  readonly sources: readonly SourceSpec[]
  readonly limits: Limits
  /** Regular expressions of further secrets, of all files. */
  readonly mask: readonly Placed<string>[]
}
