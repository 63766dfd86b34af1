/**
 * Counts of numbered buckets that lie near each other, at most `maxBuckets` of them: the highest. Lower ones are counted in
 * the lowest that is kept. What is kept depends on the highest bucket alone, so neither order nor merging changes the outcome.
 */
const FIRST_LENGTH = 16
/** A count stays here once it reaches it: 2^32 observations of one value in one series. */
const MAX_COUNT = 2 ** 32 - 1

/** `counts[i]` counts bucket `#lowest + i`. */
export class BucketRun {
  readonly #maxBuckets: number
  #counts = new Uint32Array(0)
  #lowest = 0
  #count = 0

  constructor(maxBuckets: number) {
    this.#maxBuckets = maxBuckets
  }

  get count(): number {
    return this.#count
  }

  add(bucket: number, count = 1): void {
    this.#addMany(bucket, count)
  }

  merge(other: BucketRun): void {
    // From the top, so that what is too low for the merged run is folded once.
    for (let i = other.#counts.length - 1; i >= 0; i--) {
      const count = other.#counts[i]!
      if (count > 0) this.#addMany(other.#lowest + i, count)
    }
  }

  /** Buckets that are not empty, each with its count, ascending. */
  *entries(): Generator<readonly [bucket: number, count: number]> {
    for (let i = 0; i < this.#counts.length; i++) if (this.#counts[i]! > 0) yield [this.#lowest + i, this.#counts[i]!]
  }

  /** The bucket that holds the rank-th value in ascending order, 0 being the first. Needs rank < count. */
  bucketAt(rank: number): number {
    let left = rank
    for (let i = 0; i < this.#counts.length; i++) {
      if (left < this.#counts[i]!) return this.#lowest + i
      left -= this.#counts[i]!
    }
    return this.#lowest + this.#counts.length - 1
  }

  #addMany(bucket: number, count: number): void {
    if (this.#counts.length === 0) this.#start(bucket)
    else if (bucket < this.#lowest) this.#growDown(bucket)
    else if (bucket >= this.#lowest + this.#counts.length) this.#growUp(bucket)
    const i = Math.max(0, bucket - this.#lowest)
    const before = this.#counts[i]!
    this.#counts[i] = Math.min(MAX_COUNT, before + count)
    this.#count += this.#counts[i]! - before
  }

  #start(bucket: number): void {
    const length = Math.min(FIRST_LENGTH, this.#maxBuckets)
    this.#lowest = bucket - (length >> 1)
    this.#counts = new Uint32Array(length)
  }

  #growDown(bucket: number): void {
    const highest = this.#highestUsed()
    const lowest = Math.max(bucket - this.#counts.length, highest - this.#maxBuckets + 1)
    if (lowest < this.#lowest) this.#move(lowest, highest)
  }

  #growUp(bucket: number): void {
    const highest = bucket + Math.min(this.#counts.length, this.#maxBuckets >> 2)
    const lowest = Math.max(this.#lowestUsed(), bucket - this.#maxBuckets + 1)
    this.#move(lowest, Math.min(highest, lowest + this.#maxBuckets - 1))
  }

  /** Keeps buckets `lowest..highest`; counts below go into the lowest. */
  #move(lowest: number, highest: number): void {
    const moved = new Uint32Array(highest - lowest + 1)
    for (let i = 0; i < this.#counts.length; i++) {
      if (this.#counts[i] === 0) continue
      const to = Math.max(0, this.#lowest + i - lowest)
      moved[to] = Math.min(MAX_COUNT, moved[to]! + this.#counts[i]!)
    }
    this.#counts = moved
    this.#lowest = lowest
  }

  #highestUsed(): number {
    let i = this.#counts.length - 1
    while (i > 0 && this.#counts[i] === 0) i--
    return this.#lowest + i
  }

  #lowestUsed(): number {
    let i = 0
    while (i < this.#counts.length - 1 && this.#counts[i] === 0) i++
    return this.#lowest + i
  }
}
