/**
 * Values by labels, as an instant query answers them, and what PromQL makes of them: written from Prometheus' documentation and without
 * the exporter, so that a panel's number can be computed a second time. Names of metrics are not labels here.
 */

export type Labels = Readonly<Record<string, string>>

export interface Point {
  readonly labels: Labels
  readonly value: number
}

/** Label sets are equal when this is; an empty label is a missing one. */
export function keyOf(labels: Labels): string {
  const pairs = Object.entries(labels).filter(([, text]) => text !== '')
  return JSON.stringify(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function only(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.filter((name) => name in labels).map((name) => [name, labels[name]!]))
}

/** What labels must be: a text, or a pattern that fits as a whole. */
export type Where = Readonly<Record<string, string | RegExp>>

export function fits(labels: Labels, where: Where): boolean {
  return Object.entries(where).every(([name, wanted]) => {
    const text = labels[name] ?? ''
    return typeof wanted === 'string' ? text === wanted : new RegExp(`^(?:${wanted.source})$`).test(text)
  })
}

export class Vector {
  readonly points: readonly Point[]

  constructor(points: readonly Point[]) {
    this.points = points
  }

  static scalar(value: number): Vector {
    return new Vector([{ labels: {}, value }])
  }

  get isEmpty(): boolean {
    return this.points.length === 0
  }

  /** `sum by (names) (this)`; without names the one sum of all. */
  by(...names: readonly string[]): Vector {
    return this.fold(names, (values) => values.reduce((total, value) => total + value, 0))
  }

  /** As `by`, with what `combine` makes of the values of a group. */
  fold(names: readonly string[], combine: (values: readonly number[]) => number): Vector {
    const groups = new Map<string, { labels: Labels; values: number[] }>()
    for (const { labels, value } of this.points) {
      const kept = only(labels, names)
      const group = groups.get(keyOf(kept))
      if (group === undefined) groups.set(keyOf(kept), { labels: kept, values: [value] })
      else group.values.push(value)
    }
    return new Vector([...groups.values()].map(({ labels, values }) => ({ labels, value: combine(values) })))
  }

  largest(...names: readonly string[]): Vector {
    return this.fold(names, (values) => Math.max(...values))
  }

  smallest(...names: readonly string[]): Vector {
    return this.fold(names, (values) => Math.min(...values))
  }

  mean(...names: readonly string[]): Vector {
    return this.fold(names, (values) => values.reduce((total, value) => total + value, 0) / values.length)
  }

  howMany(...names: readonly string[]): Vector {
    return this.fold(names, (values) => values.length)
  }

  where(where: Where): Vector {
    return new Vector(this.points.filter(({ labels }) => fits(labels, where)))
  }

  filter(keep: (value: number) => boolean): Vector {
    return new Vector(this.points.filter(({ value }) => keep(value)))
  }

  map(change: (value: number) => number): Vector {
    return new Vector(this.points.map(({ labels, value }) => ({ labels, value: change(value) })))
  }

  times(factor: number): Vector {
    return this.map((value) => value * factor)
  }

  /** With further labels. */
  labelled(labels: Labels): Vector {
    return new Vector(this.points.map((point) => ({ ...point, labels: { ...point.labels, ...labels } })))
  }

  renamed(from: string, to: string): Vector {
    return new Vector(
      this.points.map(({ labels: { [from]: text, ...rest }, value }) => ({ labels: { ...rest, [to]: text! }, value })),
    )
  }

  /** Point by point where all labels are equal; `on` these only, each of the others being found for many of these (group_left). */
  with(other: Vector, combine: (mine: number, theirs: number) => number, on?: readonly string[]): Vector {
    const keyed = (labels: Labels): string => keyOf(on === undefined ? labels : only(labels, on))
    const theirs = new Map(other.points.map(({ labels, value }) => [keyed(labels), value]))
    return new Vector(
      this.points.flatMap(({ labels, value }) => {
        const found = theirs.get(keyed(labels))
        return found === undefined ? [] : [{ labels, value: combine(value, found) }]
      }),
    )
  }

  over(other: Vector, on?: readonly string[]): Vector {
    return this.with(other, (mine, theirs) => mine / theirs, on)
  }

  plus(other: Vector): Vector {
    return this.with(other, (mine, theirs) => mine + theirs)
  }

  minus(other: Vector): Vector {
    return this.with(other, (mine, theirs) => mine - theirs)
  }

  or(other: Vector): Vector {
    const mine = new Set(this.points.map(({ labels }) => keyOf(labels)))
    return new Vector([...this.points, ...other.points.filter(({ labels }) => !mine.has(keyOf(labels)))])
  }

  /** The series that have a value here, at 0: `0 * this`. */
  get zeros(): Vector {
    return this.times(0)
  }

  /** `topk(count, this)`: which of equal values are among them is not said. */
  top(count: number): Top {
    return new Top(this, count)
  }

  /** `histogram_quantile(q, this)`, this being buckets with their bounds in `le`. */
  quantile(q: number): Vector {
    const groups = new Map<string, { labels: Labels; buckets: Bucket[] }>()
    for (const { labels, value } of this.points) {
      const { le, ...rest } = labels
      const group = groups.get(keyOf(rest)) ?? { labels: rest, buckets: [] }
      group.buckets.push({ bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: value })
      groups.set(keyOf(rest), group)
    }
    return new Vector([...groups.values()].map(({ labels, buckets }) => ({ labels, value: quantileOf(q, buckets) })))
  }
}

/** The series with the highest values. */
export class Top {
  readonly of: Vector
  readonly count: number

  constructor(of: Vector, count: number) {
    this.of = of
    this.count = count
  }

  /** Their values, highest first. */
  get values(): number[] {
    return this.of.points
      .map(({ value }) => value)
      .sort((a, b) => b - a)
      .slice(0, this.count)
  }
}

interface Bucket {
  readonly bound: number
  readonly count: number
}

/** Linear within the bucket that holds the rank; the lowest begins at 0, and of the one without a bound only its beginning is known. */
function quantileOf(q: number, unsorted: readonly Bucket[]): number {
  const buckets = [...unsorted].sort((a, b) => a.bound - b.bound)
  const total = buckets.at(-1)!.count
  if (buckets.length < 2 || total === 0) return Number.NaN
  const rank = q * total
  const found = buckets.slice(0, -1).findIndex(({ count }) => count >= rank)
  if (found < 0) return buckets.at(-2)!.bound
  const below = found === 0 ? { bound: 0, count: 0 } : buckets[found - 1]!
  const { bound, count } = buckets[found]!
  return below.bound + (bound - below.bound) * ((rank - below.count) / (count - below.count))
}
