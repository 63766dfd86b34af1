/** A mapping file of checked shape, as written: what normalizing and the checks read. One file of several that are merged. */
import type { NodePath, Place } from '../diag/diagnostic.ts'
import type { WindowOp } from '../mapping/spec.ts'
import type { FormatSpec } from '../select/line-format.ts'
import type { Scalar, ValueSpec, WhereSpec } from '../select/spec.ts'
import type { BucketsSpec } from './buckets.ts'
import type { EnvelopeSpec } from './config.ts'

export interface RawTakes {
  readonly event?: string | readonly string[]
  readonly derived?: string
  readonly each?: Readonly<Record<string, string>> | readonly Readonly<Record<string, string>>[]
  readonly where?: WhereSpec
}

/** A value or a list of them. */
export type RawKey = ValueSpec | readonly ValueSpec[]

export interface RawOnce {
  readonly key: RawKey
  readonly within?: string
}

export interface RawRise {
  readonly key: RawKey
  readonly new?: 'skip'
  readonly fall?: 'reset'
  readonly baseline?: WhereSpec
}

export interface RawRule extends RawTakes {
  readonly labels?: Readonly<Record<string, ValueSpec | null>>
  readonly value?: ValueSpec
  readonly split?: Readonly<Record<string, Readonly<Record<string, ValueSpec>>>>
  readonly once?: RawKey | RawOnce
  readonly rise?: RawKey | RawRise
  readonly exemplar?: Readonly<Record<string, ValueSpec>>
  readonly op?: 'set' | 'add' | WindowOp
  readonly over?: string
  readonly last?: number
  readonly open?: string
}

type RawCarry = Readonly<Record<string, ValueSpec>>

export interface RawRemember extends RawTakes {
  readonly scope?: RawKey
  readonly first?: boolean
  /** The keys of a value. */
  readonly [key: string]: unknown
}

export interface RawFeed extends RawTakes {
  readonly key?: RawKey
  readonly carry?: RawCarry
}

export interface RawCollect extends RawTakes {
  readonly op: 'count' | 'sum' | 'max' | 'min' | 'first' | 'last' | 'distinct'
  readonly value?: ValueSpec
  readonly once?: RawKey | RawOnce
  readonly rise?: RawKey | RawRise
}

/** Of all kinds: which keys go with which, a check says. */
export interface RawDerive extends RawFeed {
  readonly pair?: string
  readonly session?: string
  readonly sequence?: string
  readonly silence?: string
  readonly scope?: RawKey
  readonly start?: RawFeed
  readonly end?: RawFeed
  readonly timeout?: string
  readonly order?: 'fifo'
  readonly idle?: string
  readonly collect?: Readonly<Record<string, RawCollect>>
  readonly value?: ValueSpec
  readonly same?: RawKey
  readonly after?: string
  readonly reset?: RawFeed
}

export interface RawMetric extends RawRule {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'info'
  readonly help?: string
  readonly max_series?: number
  readonly buckets?: BucketsSpec
  readonly quantiles?: readonly number[]
  readonly one_per?: readonly string[]
  readonly max_step?: number
  readonly expire?: string
  readonly rules?: readonly RawRule[]
  /** Codes of warnings that are known and accepted. */
  readonly 'x-lint'?: { readonly ignore: readonly string[] }
}

/** One of `include` or `use`. */
export type RawInclude = string | { readonly file: string; readonly without?: readonly string[] }

export interface RawInput {
  readonly event_name?: ValueSpec | readonly string[]
  readonly event_time?: ValueSpec | readonly string[]
  readonly time_zone?: string
  readonly envelope?: EnvelopeSpec
  readonly format?: FormatSpec
}

export interface RawSource {
  readonly name?: string
  readonly use?: readonly RawInclude[]
  readonly labels?: Readonly<Record<string, ValueSpec | null>>
  readonly only?: readonly string[]
  readonly file?: {
    readonly paths: readonly string[]
    readonly exclude?: readonly string[]
    readonly history?: 'count' | 'skip' | 'prime'
    readonly fields?: string
  }
  readonly stdin?: object
  readonly docker?: {
    readonly names?: readonly string[]
    readonly with_labels?: Readonly<Record<string, string>>
    readonly streams?: readonly ('stdout' | 'stderr')[]
    readonly read?: 'auto' | 'files' | 'api'
    readonly root?: string
    readonly history?: 'count' | 'skip' | 'prime'
  }
  readonly kubernetes?: {
    readonly root?: string
    readonly namespaces?: readonly string[]
    readonly pods?: readonly string[]
    readonly containers?: readonly string[]
    readonly history?: 'count' | 'skip' | 'prime'
  }
  readonly input?: RawInput
}

export interface RawMapping {
  readonly include?: readonly RawInclude[]
  readonly sources?: readonly RawSource[]
  readonly input?: RawInput
  readonly drop?: readonly RawTakes[]
  readonly remember?: Readonly<Record<string, RawRemember>>
  readonly derive?: readonly RawDerive[]
  readonly metrics?: readonly RawMetric[]
  readonly defaults?: {
    readonly labels?: Readonly<Record<string, ValueSpec | null>>
    readonly buckets?: BucketsSpec
    readonly max_series?: number
    readonly expire?: string
  }
  readonly mask?: readonly string[]
  readonly limits?: Readonly<
    Partial<Record<'series' | 'keys' | 'line_bytes' | 'line_values' | 'line_depth' | 'label_length', number | string>>
  >
}

/** One file with its name in reports; `without`: names of metrics that whoever included it leaves out. */
export interface MappingFile {
  readonly file: string
  readonly raw: RawMapping
  readonly without: readonly string[]
}

export function placeIn(file: string, path: NodePath, part?: 'key' | 'value'): Place {
  return part === undefined ? { file, path } : { file, path, part }
}

export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

/** Each rule of a metric with its path: the metric itself if it has no `rules`. */
export function rulesOf(metric: RawMetric, path: NodePath): { readonly rule: RawRule; readonly path: NodePath }[] {
  return metric.rules === undefined
    ? [{ rule: metric, path }]
    : metric.rules.map((rule, i) => ({ rule, path: [...path, 'rules', i] }))
}

export type { Scalar }
