/** What can be asked of a log at one moment: PromQL's functions over what Prometheus must have seen, with a dashboard's choices applied. */
import type { Combine, History, Sampled } from './history.ts'
import { fits, type Top, Vector, type Where } from './vector.ts'

export interface Moment {
  readonly atMs: number
  /** What stands for `$__rate_interval` and `$__range`. */
  readonly rateMs: number
  readonly rangeMs: number
  /** Labels of which one value was chosen: series that have the label and another value are not there. */
  readonly chosen: Where
  /** When Prometheus last evaluated the rule that records a series. */
  readonly recordedMs: (series: string) => number
}

export class Facts {
  readonly moment: Moment
  readonly #history: History

  constructor(history: History, moment: Moment) {
    this.#history = history
    this.moment = moment
  }

  /** The last values. */
  now(metric: string, where: Where = {}): Vector {
    return this.#chosen(this.#history.now(metric, this.moment.atMs, where))
  }

  /** Per second, over the rate interval unless said otherwise. */
  rate(metric: string, where: Where = {}, rangeMs = this.moment.rateMs): Vector {
    return this.increase(metric, where, rangeMs).times(1000 / rangeMs)
  }

  increase(metric: string, where: Where = {}, rangeMs = this.moment.rangeMs): Vector {
    return this.#chosen(this.#history.increase(metric, rangeMs, this.moment.atMs, where))
  }

  /** The same of that long ago. */
  ago(agoMs: number): Facts {
    return new Facts(this.#history, { ...this.moment, atMs: this.moment.atMs - agoMs })
  }

  /** How often each series had another value than at the scrape before. */
  changes(metric: string, where: Where = {}, rangeMs = this.moment.rateMs): Vector {
    const changed: Combine = (samples) => samples.filter(({ value }, i) => i > 0 && value !== samples[i - 1]!.value).length
    return this.#chosen(this.#history.overTime(metric, rangeMs, this.moment.atMs, where, changed))
  }

  /** The highest value of the range. */
  highest(metric: string, rangeMs = this.moment.rangeMs): Vector {
    const highest: Combine = (samples) => Math.max(...samples.map(({ value }) => value))
    return this.#chosen(this.#history.overTime(metric, rangeMs, this.moment.atMs, {}, highest))
  }

  /** Where the line that fits the samples of the range best (least squares) will be. */
  predicted(metric: string, rangeMs: number, aheadMs: number): Vector {
    const toMs = this.moment.atMs + aheadMs
    return this.#chosen(this.#history.overTime(metric, rangeMs, this.moment.atMs, {}, (samples) => onLine(samples, toMs)))
  }

  /** `histogram_quantile` of the rates of a histogram's buckets. */
  quantile(q: number, histogram: string, by: readonly string[] = [], where: Where = {}, rangeMs = this.moment.rateMs): Vector {
    return this.rate(`${histogram}_bucket`, where, rangeMs)
      .by(...by, 'le')
      .quantile(q)
  }

  /** Mean of what was observed in the range, where anything was. */
  mean(observed: string, by: readonly string[] = [], rangeMs = this.moment.rateMs): Vector {
    const times = this.rate(`${observed}_count`, {}, rangeMs).by(...by)
    return this.rate(`${observed}_sum`, {}, rangeMs)
      .by(...by)
      .over(times.filter((value) => value > 0))
  }

  /** The share of those that fit `part`: 0 where there is none of it, nothing where there is nothing at all. */
  share(metric: string, part: Where, by: readonly string[] = [], where: Where = {}, rangeMs = this.moment.rateMs): Vector {
    const all = this.rate(metric, where, rangeMs).by(...by)
    const some = this.rate(metric, { ...where, ...part }, rangeMs).by(...by)
    return some.or(all.zeros).over(all.filter((value) => value > 0))
  }

  /** What a recording rule must have written when it was last evaluated: with, and without a scrape that may have come just after. */
  recorded(series: string, compute: (then: Facts) => Vector): Expected {
    const atMs = this.moment.recordedMs(series)
    const then = new Facts(this.#history, { ...this.moment, atMs })
    const before = new Facts(this.#history.until(atMs - SETTLED_MS), { ...this.moment, atMs })
    return either(compute(then), compute(before))
  }

  #chosen(vector: Vector): Vector {
    const kept = vector.points.filter(({ labels }) =>
      Object.entries(this.moment.chosen).every(([name, wanted]) => !(name in labels) || fits(labels, { [name]: wanted })),
    )
    return new Vector(kept)
  }
}

/** A scrape takes some time, and counts from its beginning. */
const SETTLED_MS = 100

function either(one: Vector, other: Vector): Expected {
  return { atLeast: one.with(other, Math.min), atMost: one.with(other, Math.max).or(one).or(other) }
}

function onLine(samples: readonly Sampled[], atMs: number): number | undefined {
  if (samples.length < 2) return undefined
  const mean = (of: (sample: Sampled) => number): number => samples.reduce((total, one) => total + of(one), 0) / samples.length
  const middleMs = mean((one) => one.atMs)
  const middle = mean(({ value }) => value)
  const slope = mean((one) => (one.atMs - middleMs) * (one.value - middle)) / mean((one) => (one.atMs - middleMs) ** 2)
  return middle + slope * (atMs - middleMs)
}

/** What a panel's query must come to: exact numbers, or where no log says them, bounds for each series; those in `atMost` alone may be missing. */
export type Expected = Vector | Top | { readonly atLeast: Vector; readonly atMost: Vector }

/** Said of a query that must be empty: one that is and ought not to be is a fault. */
export const NOTHING: Expected = new Vector([])

/** Said of a query of which no log tells: it must answer something, and nothing below 0. */
export const SOME: Expected = new Vector([])

/** By panel and query (`Request Rate A`) or `annotation: NAME`. */
export type Table = Readonly<Record<string, (facts: Facts) => Expected>>
