/** Values of a window in the order in which they came, each by itself or some together: 16 bytes for a single one, 40 for a group. */

/** Values that leave together: as many as `count`. */
export interface Group {
  /** What the clock showed when the newest of them came. */
  readonly ns: bigint
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
}

const FIRST_GROUPS = 8
const COUNT = 1
const MIN = 2
const MAX = 3

export class Groups {
  readonly #width: number
  #ns = new BigInt64Array(FIRST_GROUPS)
  /** Per group its sum; if there may be several values, their number, the least and the greatest too. */
  #numbers: Float64Array
  /** Those before it are gone. */
  #first = 0
  #end = 0

  /** `areSingle`: each is one value. */
  constructor(areSingle: boolean) {
    this.#width = areSingle ? 1 : 4
    this.#numbers = new Float64Array(FIRST_GROUPS * this.#width)
  }

  get length(): number {
    return this.#end - this.#first
  }

  ns(i: number): bigint {
    return this.#ns[this.#first + i]!
  }

  sum(i: number): number {
    return this.#numbers[(this.#first + i) * this.#width]!
  }

  count(i: number): number {
    return this.#width === 1 ? 1 : this.#numbers[(this.#first + i) * this.#width + COUNT]!
  }

  min(i: number): number {
    return this.#numbers[(this.#first + i) * this.#width + (this.#width === 1 ? 0 : MIN)]!
  }

  max(i: number): number {
    return this.#numbers[(this.#first + i) * this.#width + (this.#width === 1 ? 0 : MAX)]!
  }

  at(i: number): Group {
    return { ns: this.ns(i), count: this.count(i), sum: this.sum(i), min: this.min(i), max: this.max(i) }
  }

  push(ns: bigint, value: number): void {
    const at = this.#room(ns) * this.#width
    this.#numbers[at] = value
    if (this.#width === 1) return
    this.#numbers[at + COUNT] = 1
    this.#numbers[at + MIN] = this.#numbers[at + MAX] = value
  }

  pushGroup({ ns, count, sum, min, max }: Group): void {
    const at = this.#room(ns) * this.#width
    this.#numbers[at] = sum
    if (this.#width === 1) return
    this.#numbers[at + COUNT] = count
    this.#numbers[at + MIN] = min
    this.#numbers[at + MAX] = max
  }

  /** The first so many are gone. */
  drop(count: number): void {
    this.#first += count
    if (this.length === 0) this.#first = this.#end = 0
  }

  slice(from = 0): Group[] {
    return Array.from({ length: Math.max(0, this.length - from) }, (_, i) => this.at(from + i))
  }

  /** Where the next one is put. */
  #room(ns: bigint): number {
    if (this.#end === this.#ns.length) this.#move()
    this.#ns[this.#end] = ns
    return this.#end++
  }

  /** To the front, if at least half of the room is free there; else into twice the room. */
  #move(): void {
    const { length } = this
    const isEnough = this.#first * 2 >= this.#ns.length
    const width = this.#width
    const [ns, numbers] = [
      this.#ns.subarray(this.#first, this.#end),
      this.#numbers.subarray(this.#first * width, this.#end * width),
    ]
    if (!isEnough) {
      this.#ns = new BigInt64Array(this.#ns.length * 2)
      this.#numbers = new Float64Array(this.#ns.length * width)
    }
    this.#ns.set(ns)
    this.#numbers.set(numbers)
    this.#first = 0
    this.#end = length
  }
}
