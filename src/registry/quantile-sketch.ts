/**
 * Quantiles of any number of finite values in bounded memory, each within 1 % of a value that was really there (relative error).
 * Values fall into buckets whose bounds grow by a constant factor, as in DDSketch (Masson, Rim, Lee 2019). Deterministic: the order
 * of values does not matter; and mergeable: two sketches merged equal one that saw both.
 */
import { BucketRun } from './bucket-run.ts'

export const RELATIVE_ERROR = 0.01
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)
/**
 * Together 2048. Positive values span 13 decades, negative ones four; past that the ones nearest to zero share a bucket,
 * since what a summary is asked for are the far ends.
 */
const MAX_POSITIVE_BUCKETS = 1536
const MAX_NEGATIVE_BUCKETS = 512

export interface SketchState {
  readonly min: number
  readonly max: number
  readonly zeroCount: number
  /** Bucket and count, ascending. */
  readonly positive: readonly (readonly [number, number])[]
  /** By magnitude. */
  readonly negative: readonly (readonly [number, number])[]
}

export class QuantileSketch {
  readonly #positive = new BucketRun(MAX_POSITIVE_BUCKETS)
  /** By magnitude. */
  readonly #negative = new BucketRun(MAX_NEGATIVE_BUCKETS)
  #zeroCount = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  get count(): number {
    return this.#positive.count + this.#negative.count + this.#zeroCount
  }

  add(value: number): void {
    if (value > 0) this.#positive.add(bucketOf(value))
    else if (value < 0) this.#negative.add(bucketOf(-value))
    else this.#zeroCount++
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  merge(other: QuantileSketch): void {
    this.#positive.merge(other.#positive)
    this.#negative.merge(other.#negative)
    this.#zeroCount += other.#zeroCount
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
  }

  /** All it knows; `fromState` makes an equal sketch of it. */
  get state(): SketchState {
    return {
      min: this.#min,
      max: this.#max,
      zeroCount: this.#zeroCount,
      positive: [...this.#positive.entries()],
      negative: [...this.#negative.entries()],
    }
  }

  static fromState({ min, max, zeroCount, positive, negative }: SketchState): QuantileSketch {
    const sketch = new QuantileSketch()
    // From the top, so that nothing is folded that was not.
    for (const [bucket, count] of positive.toReversed()) sketch.#positive.add(bucket, count)
    for (const [bucket, count] of negative.toReversed()) sketch.#negative.add(bucket, count)
    sketch.#zeroCount = zeroCount
    sketch.#min = min
    sketch.#max = max
    return sketch
  }

  /** The value at rank `floor(quantile * (count - 1))` in ascending order; NaN of an empty sketch. */
  quantile(quantile: number): number {
    if (this.count === 0) return Number.NaN
    const rank = Math.floor(quantile * (this.count - 1))
    if (rank === 0) return this.#min
    if (rank === this.count - 1) return this.#max
    return Math.min(this.#max, Math.max(this.#min, this.#at(rank)))
  }

  #at(rank: number): number {
    const negative = this.#negative.count
    if (rank < negative) return -middleOf(this.#negative.bucketAt(negative - 1 - rank))
    if (rank < negative + this.#zeroCount) return 0
    return middleOf(this.#positive.bucketAt(rank - negative - this.#zeroCount))
  }
}

/** Bucket b holds (GAMMA^(b-1), GAMMA^b]. */
function bucketOf(magnitude: number): number {
  return Math.ceil(Math.log(magnitude) / LOG_GAMMA)
}

/** The value whose relative distance to both bounds of the bucket is equal. */
function middleOf(bucket: number): number {
  return (2 * Math.exp(bucket * LOG_GAMMA)) / (GAMMA + 1)
}
