/**
 * What the mapping compiles: the user's metrics after config has checked their shape, applied defaults and merged files.
 * Every part carries its place, so that what only compiling finds (a bad path, a bad regex) can be shown where it stands.
 */
import type { Place } from '../diag/diagnostic.ts'
import type { WindowOp, WindowSpec } from '../registry/family-spec.ts'
import type { KeySpec } from '../select/key.ts'
import type { PriceFiles } from '../select/price.ts'
import type { ValueSpec, WhereSpec } from '../select/spec.ts'

export type { WindowOp, WindowSpec }
export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info'
export type GaugeOp = 'set' | 'add' | 'max' | 'min'
/** What a gauge makes of what is open. */
export type OpenOp = 'count' | 'max' | 'sum'

/** A part of the mapping with the place where the user wrote it. */
export interface Placed<T> {
  readonly spec: T
  readonly place: Place
}

/** Which events a rule takes: §3 of the language. */
export interface TakesSpec {
  readonly place: Place
  /** undefined: every event of the log. */
  readonly events: readonly string[] | undefined
  /** Takes what the item of this name derives, and no event of a log. */
  readonly derived?: Placed<string> | undefined
  /** Bound name without `$` and path; later ones stand inside earlier ones. */
  readonly each: readonly (Placed<string> & { readonly name: string })[]
  readonly where: Placed<WhereSpec> | undefined
}

export interface OnceSpec {
  readonly key: KeySpec
  /** A key counts again when so many milliseconds have passed since it counted; undefined: never. */
  readonly withinMs: number | undefined
}

export interface RiseSpec {
  readonly key: KeySpec
  /** `new: skip`, `fall: reset`. */
  readonly skipsNew: boolean
  readonly resets: boolean
  readonly baseline: Placed<WhereSpec> | undefined
}

export interface RuleSpec extends TakesSpec {
  /** Defaults, the metric's and the rule's own labels, the nearer winning; `null` ones are gone. */
  readonly labels: readonly (Placed<ValueSpec> & { readonly name: string })[]
  readonly value: Placed<ValueSpec> | undefined
  /** A sample per entry, `label` being the entry's text. Excludes `value`. */
  readonly split:
    | { readonly label: string; readonly entries: readonly (Placed<ValueSpec> & { readonly text: string })[] }
    | undefined
  readonly once?: OnceSpec | undefined
  readonly rise?: RiseSpec | undefined
  readonly op: GaugeOp
  /** Of a gauge: shows what is open of the item of this name, and takes no event. */
  readonly open?: (Placed<string> & { readonly op: OpenOp }) | undefined
  /** Labels of the exemplar; none: no exemplar. Counters and histograms only. */
  readonly exemplar: readonly (Placed<ValueSpec> & { readonly name: string })[]
}

export interface MetricSpec {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly place: Place
  /** Past it updates go to the overflow series (counter, histogram, summary) or are refused (gauge, info). */
  readonly maxSeries: number
  /** Upper bounds, ascending, without +Inf. */
  readonly buckets: readonly number[]
  /** Quantiles in 0..1, ascending. */
  readonly quantiles: readonly number[]
  readonly onePer: readonly string[] | undefined
  /** Of gauges: what is made of the values in a window. Of summaries: the time over which quantiles are taken. */
  readonly window?: WindowSpec | undefined
  /** Series that are silent for so long go; 0 or missing: never. */
  readonly expireNs?: bigint | undefined
  /** A counter takes no larger step. */
  readonly maxStep?: number | undefined
  readonly rules: readonly RuleSpec[]
}

/** A value with a name: what an item carries, what it remembers. */
export type NamedValue = Placed<ValueSpec> & { readonly name: string }

/** `remember`: a value of one scope, kept for later events. */
export interface RememberSpec extends TakesSpec {
  readonly name: string
  readonly value: Placed<ValueSpec>
  readonly scope: readonly Placed<ValueSpec>[]
  /** Whether the first value stays. */
  readonly keepsFirst: boolean
}

/** What an item of `derive` takes in one of its roles. */
export interface FeedSpec extends TakesSpec {
  /** None: all of the scope (only for `reset`). */
  readonly key: readonly Placed<ValueSpec>[]
  readonly carry: readonly NamedValue[]
}

export type FeedRole = 'reset' | 'member' | 'end' | 'start'

export type CollectOp = 'count' | 'sum' | 'max' | 'min' | 'first' | 'last' | 'distinct'

/** What a session makes of those of its members that it takes. */
export interface CollectSpec extends TakesSpec {
  readonly name: string
  readonly op: CollectOp
  readonly value: Placed<ValueSpec> | undefined
  readonly once?: RuleSpec['once']
  readonly rise?: RuleSpec['rise']
}

/** An item of `derive`. What another kind has is undefined or empty. */
export interface DeriveSpec {
  readonly kind: 'pair' | 'session' | 'sequence' | 'silence'
  readonly name: string
  readonly place: Place
  readonly scope: readonly Placed<ValueSpec>[]
  readonly feeds: Readonly<Partial<Record<FeedRole, FeedSpec>>>
  readonly timeoutNs: bigint | undefined
  readonly isFifo: boolean
  readonly idleNs: bigint | undefined
  readonly afterNs: bigint | undefined
  readonly value: Placed<ValueSpec> | undefined
  readonly same: readonly Placed<ValueSpec>[]
  readonly collect: readonly CollectSpec[]
}

export interface InputSpec {
  readonly eventName: Placed<ValueSpec>
  readonly eventTime: Placed<ValueSpec>
  /** IANA name of the zone of times that name none. */
  readonly timeZone: string
}

export interface MappingSpec {
  readonly input: InputSpec
  readonly drop: readonly TakesSpec[]
  readonly remember?: readonly RememberSpec[]
  /** In the order of the mapping: an item may take what those before it derive. */
  readonly derive?: readonly DeriveSpec[]
  readonly metrics: readonly MetricSpec[]
  /** What stands in files of price tables. */
  readonly priceFiles?: PriceFiles
}
