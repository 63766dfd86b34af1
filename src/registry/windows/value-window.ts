/**
 * The values of one series that still count, and what is made of them. With `last` each value is kept as it is. By time up to 512 are; more
 * are put together with others of the same 128th of the window, and such a group leaves with its newest value: a value stays up to a 128th
 * of the window longer then, and none leaves early. Of texts that are told apart (`distinct`) the newest 1024 are kept.
 */
import type { WindowOp, WindowSpec } from '../family-spec.ts'
import { type Group, Groups } from './groups.ts'

/** Groups that one window keeps. */
export const MAX_GROUPS = 512
export const SLICES = 128
export const MAX_DISTINCT = 1024

export class ValueWindow {
  readonly #spec: WindowSpec
  readonly #maxGroups: number
  #groups: Groups
  /** Number of the first group that is left; they are numbered as they come. */
  #start = 0
  #epoch = 0
  #isSorted = true

  constructor(spec: WindowSpec) {
    this.#spec = spec
    this.#maxGroups = spec.last ?? (spec.op === 'distinct' ? 2 * MAX_DISTINCT : MAX_GROUPS)
    this.#groups = this.#noGroups()
  }

  /** Groups keep their numbers as long as this is the same. */
  get epoch(): number {
    return this.#epoch
  }

  get start(): number {
    return this.#start
  }

  /** The number that the next group gets. */
  get end(): number {
    return this.#start + this.#groups.length
  }

  /** `ns`: what the clock shows. */
  add(ns: bigint, value: number): void {
    this.#noteOrder(ns)
    this.#groups.push(ns, value)
    if (this.#groups.length <= this.#maxGroups) return
    if (this.#spec.last !== undefined) this.#drop(1)
    else if (this.#spec.op === 'distinct') this.#replace(newestOfEach(this.groups(), MAX_DISTINCT))
    else this.#replace(putTogether(this.groups(), this.#spec.overNs! / BigInt(SLICES) + 1n))
  }

  /** What came at `ns` or before leaves. Answers whether anything did. */
  leaveUpTo(ns: bigint): boolean {
    const groups = this.#groups
    if (!this.#isSorted) return this.#leaveAnywhere(ns)
    let count = 0
    while (count < groups.length && groups.ns(count) <= ns) count++
    this.#drop(count)
    return count > 0
  }

  /** What a gauge shows; undefined: there is no value of which it could be told. */
  result(op: WindowOp): number | undefined {
    const groups = this.#groups
    if (op === 'distinct') return new Set(Array.from({ length: groups.length }, (_, i) => groups.sum(i))).size
    let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let i = 0; i < groups.length; i++) {
      count += groups.count(i)
      sum += groups.sum(i)
      if (groups.min(i) < min) min = groups.min(i)
      if (groups.max(i) > max) max = groups.max(i)
    }
    if (op === 'count') return count
    if (op === 'sum') return sum
    if (count === 0) return undefined
    return op === 'mean' ? sum / count : op === 'min' ? min : max
  }

  /** Those that are left, or of them those numbered `from` and more. */
  groups(from = this.#start): readonly Group[] {
    return this.#groups.slice(Math.max(0, from - this.#start))
  }

  /** Takes what was recorded. */
  restore(groups: readonly Group[], epoch: number, start: number): void {
    this.#groups = this.#noGroups()
    this.#start = start
    this.#epoch = epoch
    this.#isSorted = true
    for (const group of groups) {
      this.#noteOrder(group.ns)
      this.#groups.pushGroup(group)
    }
  }

  #noGroups(): Groups {
    return new Groups(this.#spec.last !== undefined || this.#spec.op === 'distinct')
  }

  /** Several logs, each with a clock of its own, may touch one series. */
  #noteOrder(ns: bigint): void {
    const { length } = this.#groups
    if (length > 0 && this.#groups.ns(length - 1) > ns) this.#isSorted = false
  }

  #drop(count: number): void {
    this.#groups.drop(count)
    this.#start += count
  }

  #leaveAnywhere(ns: bigint): boolean {
    const staying = this.groups().filter((group) => group.ns > ns)
    if (staying.length === this.#groups.length) return false
    this.#replace(staying)
    return true
  }

  #replace(groups: readonly Group[]): void {
    this.restore(groups, this.#epoch + 1, this.end)
  }
}

/** Groups of one slice of time become one; if there are too many all the same, since clocks are far apart, of wider slices. */
function putTogether(groups: readonly Group[], sliceNs: bigint): readonly Group[] {
  const sorted = groups.toSorted((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0))
  const joined: Group[] = []
  for (const group of sorted) {
    const last = joined.at(-1)
    if (last !== undefined && last.ns / sliceNs === group.ns / sliceNs) joined[joined.length - 1] = join(last, group)
    else joined.push(group)
  }
  return joined.length <= MAX_GROUPS / 2 ? joined : putTogether(joined, sliceNs * 2n)
}

function join(a: Group, b: Group): Group {
  return { ns: b.ns, count: a.count + b.count, sum: a.sum + b.sum, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
}

function newestOfEach(groups: readonly Group[], most: number): Group[] {
  const newest = new Map<number, Group>()
  for (const group of groups) {
    newest.delete(group.sum)
    newest.set(group.sum, group)
  }
  return [...newest.values()].slice(-most)
}
