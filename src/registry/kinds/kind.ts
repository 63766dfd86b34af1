/**
 * What the registry must know of a type of metric: how many numbers a series has, how a value goes into them, what limits do to it.
 * A new type is one file here and one line in index.ts (and one in exposition).
 */
import type { FamilySpec } from '../family-spec.ts'
import type { SeriesStore } from '../series-store.ts'

/** Puts a value into the series in a slot. The value is finite, and not negative for a counter: the caller has checked. */
export type Recorder = (slot: number, value: number) => void

export type RecordOp = 'set' | 'add' | 'max' | 'min'

export interface Kind {
  /** Numbers per series, with what each means. */
  cellCount(spec: FamilySpec): number
  readonly initialCell: number
  /** Which number is the sum of all values, for types that have one. */
  sumCell?(cellCount: number): number
  /** Past a limit: whether updates go to an overflow series, so that sums stay right, or are refused. */
  readonly overflows: boolean
  /** Whether a series is born together with its sisters (the other texts of its closed labels), and at load. */
  readonly isBornAtZero: boolean
  /** Whether a scraper sees a series at 0 before its first value, since something of it is to be rated. */
  readonly isSeenAtZero: boolean
  /** For types that have exemplars: the index of the number that a value goes into. */
  exemplarCell?(spec: FamilySpec): (value: number) => number
  /** `op` is read by gauges only. */
  recorder(store: SeriesStore, spec: FamilySpec, op: RecordOp): Recorder
}
