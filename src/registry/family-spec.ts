/** What a family of series is: the registry's whole knowledge of a metric. */

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info'

export interface FamilySpec {
  /** A valid metric name, unlike every other family's. */
  readonly name: string
  readonly help: string
  readonly type: FamilyType
  /**
   * What its numbers mean, as text: a family whose definition differs does not go on from the numbers of another. Two texts are equal
   * if type, label names, buckets and what the rules take and count are.
   */
  readonly definition: string
  /** Label texts of a series stand in this order everywhere. */
  readonly labelNames: readonly string[]
  /** Inclusive upper bounds of a histogram, ascending, finite, without +Inf. */
  readonly buckets: readonly number[]
  /** Quantiles of a summary, in 0..1. */
  readonly quantiles: readonly number[]
  /** Past it updates go to overflow series (counter, histogram, summary) or are refused (gauge, info). */
  readonly maxSeries: number
  /** Gauge, info: a new series replaces the one that equals it in these labels. */
  readonly onePer?: readonly string[]
}
