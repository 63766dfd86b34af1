/** What a family of series is: the registry's whole knowledge of a metric. */

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info'

export type WindowOp = 'mean' | 'sum' | 'count' | 'max' | 'min' | 'distinct'

/** Which of its values a series still shows: those of the last `overNs` by its log's clock, the newest `last`, or both. */
export interface WindowSpec {
  /** What a gauge shows of them; a summary has none. */
  readonly op?: WindowOp | undefined
  readonly overNs?: bigint | undefined
  readonly last?: number | undefined
}

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
  readonly window?: WindowSpec | undefined
  /** Series that are silent for so long are not shown; 0 or missing: all are. */
  readonly expireNs?: bigint | undefined
  /** Gauge, info: a new series replaces the one that equals it in these labels. */
  readonly onePer?: readonly string[]
}
