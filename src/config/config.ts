/** What config gives: the user's file (and what it includes) merged, checked and frozen. Nothing later reads the YAML again. */
import type { MappingSpec, Placed } from '../mapping/spec.ts'
import type { FormatSpec } from '../select/line-format.ts'

/** What wraps the lines; `auto`: it is found out. */
export type EnvelopeSpec = 'auto' | 'none' | 'docker' | 'cri'

/** What every source may say. */
interface SourceInput {
  /** For this source alone; missing: as the mapping says. */
  readonly envelope?: EnvelopeSpec | undefined
  readonly format?: FormatSpec | undefined
}

export interface FileSourceSpec extends SourceInput {
  readonly kind: 'file'
  readonly name: string
  readonly paths: readonly string[]
  readonly exclude: readonly string[]
  /** Regular expression over the path; its named groups become `$path.X`. */
  readonly fields: string | undefined
  readonly history: 'count' | 'skip' | 'prime'
}

export interface StdinSourceSpec extends SourceInput {
  readonly kind: 'stdin'
  readonly name: string
}

/** Containers of one Docker daemon. */
export interface DockerSourceSpec extends SourceInput {
  readonly kind: 'docker'
  readonly name: string
  /** Globs of names; none: every container. */
  readonly names: readonly string[]
  /** Labels that a container must have. */
  readonly withLabels: Readonly<Record<string, string>>
  readonly streams: readonly ('stdout' | 'stderr')[]
  /** `files`: the logs that the daemon writes; `api`: its interface; `auto`: files where they can be read. */
  readonly read: 'auto' | 'files' | 'api'
  /** Folder of the daemon's containers. */
  readonly root: string
  readonly history: 'count' | 'skip' | 'prime'
}

/** Logs that the kubelet keeps of the pods of its node. */
export interface KubernetesSourceSpec extends SourceInput {
  readonly kind: 'kubernetes'
  readonly name: string
  /** Folder of the pods' logs. */
  readonly root: string
  /** Globs; none: all. */
  readonly namespaces: readonly string[]
  readonly pods: readonly string[]
  readonly containers: readonly string[]
  readonly history: 'count' | 'skip' | 'prime'
}

export type SourceSpec = FileSourceSpec | StdinSourceSpec | DockerSourceSpec | KubernetesSourceSpec

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
  /** Of sources that say none. */
  readonly envelope: EnvelopeSpec
  /** Of sources that say none. */
  readonly format: FormatSpec
  readonly limits: Limits
  /** Regular expressions of further secrets, of all files. */
  readonly mask: readonly Placed<string>[]
}
