/** What config gives: the user's file (and what it includes) merged, checked and frozen. Nothing later reads the YAML again. */
import type { MappingSpec, Placed } from '../mapping/spec.ts'
import type { FormatSpec } from '../select/line-format.ts'
import type { ValueSpec } from '../select/spec.ts'

/** What wraps the lines; `auto`: it is found out. */
export type EnvelopeSpec = 'auto' | 'none' | 'docker' | 'cri'

/** What every source may say. */
interface SourceInput {
  /** For this source alone; missing: as the mapping says. */
  readonly envelope?: EnvelopeSpec | undefined
  readonly format?: FormatSpec | undefined
  /** Key of the profile that its lines go through; missing: the mapping's own. */
  readonly profile?: string
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

/** What lines of some sources go through: the files, labels, metrics and input of each of them are the same. */
export interface Profile {
  readonly key: string
  /** Names the unit, whose sources share what is kept between events; '' if no file of a source's own is in it. */
  readonly unit: string
  /** Files besides those of the mapping. */
  readonly use: readonly string[]
  /** Of the source: they win over those of rules. */
  readonly labels: readonly (Placed<ValueSpec> & { readonly name: string })[]
  /** All metrics that the lines may touch; undefined: any. */
  readonly only: readonly string[] | undefined
  /** Keys of `input` that the source itself says. */
  readonly ownInput: readonly string[]
  readonly mapping: MappingSpec
}

/** As a mapping: every metric with the rules of all files, and the rest as it is where a source does not use files of its own. */
export interface Config extends MappingSpec {
  readonly sources: readonly SourceSpec[]
  /** By key of the unit: what its files say, whatever labels and metrics its sources have. */
  readonly units: ReadonlyMap<string, MappingSpec>
  /** By key: the mapping's own, which is '', and those of the sources. */
  readonly profiles: ReadonlyMap<string, Profile>
  /** Of sources that say none. */
  readonly envelope: EnvelopeSpec
  /** Of sources that say none. */
  readonly format: FormatSpec
  readonly limits: Limits
  /** Regular expressions of further secrets, of all files. */
  readonly mask: readonly Placed<string>[]
}
