/**
 * What is due next: a binary heap by time in which everything knows where it stands, so that taking one out or moving it costs the
 * logarithm of their number too. What is due at the same time comes out in the order in which it was put in.
 */

export interface Due {
  dueNs: bigint
  /** Which of those of one time comes first. */
  readonly order: number
  /** Where it stands in its heap; -1: in none. */
  index: number
}

export class DueHeap<T extends Due> {
  readonly #all: T[] = []

  get size(): number {
    return this.#all.length
  }

  /** What is due next; undefined: nothing is. */
  get first(): T | undefined {
    return this.#all[0]
  }

  add(one: T): void {
    this.#all.push(one)
    this.#rise(one, this.#all.length - 1)
  }

  /** Does nothing if it is not in here. */
  remove(one: T): void {
    const { index } = one
    if (this.#all[index] !== one) return
    one.index = -1
    const last = this.#all.pop()!
    if (last !== one) this.#place(last, index)
  }

  /** Its time has changed. */
  move(one: T): void {
    this.#place(one, one.index)
  }

  #place(one: T, at: number): void {
    if (at > 0 && isBefore(one, this.#all[(at - 1) >> 1]!)) this.#rise(one, at)
    else this.#sink(one, at)
  }

  #rise(one: T, from: number): void {
    const all = this.#all
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(one, all[parent]!)) break
      this.#set(all[parent]!, at)
      at = parent
    }
    this.#set(one, at)
  }

  #sink(one: T, from: number): void {
    const all = this.#all
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child + 1 < all.length && isBefore(all[child + 1]!, all[child]!)) child++
      if (child >= all.length || !isBefore(all[child]!, one)) break
      this.#set(all[child]!, at)
      at = child
    }
    this.#set(one, at)
  }

  #set(one: T, at: number): void {
    this.#all[at] = one
    one.index = at
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.dueNs < b.dueNs || (a.dueNs === b.dueNs && a.order < b.order)
}
