/** Rows of numbers, of any width, given and given back; those given back are given again to whoever wants that width. */
const FIRST_VALUES = 64

export class ValueRows {
  /** Replaced by a longer one as rows are taken: never hold it across `take`. */
  values: Float64Array = new Float64Array(FIRST_VALUES)
  #end = 0
  readonly #free = new Map<number, number[]>()

  /** Where a row of `width` numbers starts. What stands in it is anything. */
  take(width: number): number {
    const known = this.#free.get(width)?.pop()
    if (known !== undefined) return known
    const start = this.#end
    this.#end += width
    if (this.#end > this.values.length) {
      const grown = new Float64Array(Math.max(this.#end, this.values.length * 2))
      grown.set(this.values)
      this.values = grown
    }
    return start
  }

  giveBack(start: number, width: number): void {
    const free = this.#free.get(width)
    if (free === undefined) this.#free.set(width, [start])
    else free.push(start)
  }
}
