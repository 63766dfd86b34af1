/** What a log comes to while it is read: series of counters, histograms and gauges by hand, one event after another. Nothing of the exporter is used. */
import { keyOf, type Labels } from './vector.ts'

export interface Tallied {
  readonly metric: string
  readonly labels: Labels
  /** Counters, histograms and summaries are seen at 0 once before their first value. */
  readonly isBornAtZero: boolean
  value: number
}

/** A label of which all texts are known: whoever bears a series of one bears those of the others at 0. */
export type Closed = Readonly<Record<string, readonly string[]>>

export class Tally {
  readonly series = new Map<string, Tallied>()

  count(metric: string, labels: Labels, by = 1, closed: Closed = {}): void {
    for (const sister of sisters(labels, closed)) this.#of(metric, sister, true)
    this.#of(metric, labels, true).value += by
  }

  set(metric: string, labels: Labels, value: number): void {
    this.#of(metric, labels, false).value = value
  }

  add(metric: string, labels: Labels, by: number): void {
    this.#of(metric, labels, false).value += by
  }

  observe(metric: string, labels: Labels, value: number, bounds: readonly number[], closed: Closed = {}): void {
    for (const sister of [...sisters(labels, closed), labels]) {
      for (const le of [...bounds.map(String), '+Inf']) this.#of(`${metric}_bucket`, { ...sister, le }, true)
      this.count(`${metric}_sum`, sister, 0)
      this.count(`${metric}_count`, sister, 0)
    }
    for (const bound of bounds) if (value <= bound) this.count(`${metric}_bucket`, { ...labels, le: String(bound) })
    this.count(`${metric}_bucket`, { ...labels, le: '+Inf' })
    this.count(`${metric}_sum`, labels, value)
    this.count(`${metric}_count`, labels)
  }

  /** What a summary has beside its quantiles. */
  summarize(metric: string, labels: Labels, value: number): void {
    this.count(`${metric}_sum`, labels, value)
    this.count(`${metric}_count`, labels)
  }

  /** A histogram of which all labels are known stands at 0 from the start. */
  stand(metric: string, bounds: readonly number[], closed: Closed): void {
    for (const labels of Object.keys(closed).length === 0 ? [{}] : sisters({}, closed)) {
      for (const le of [...bounds.map(String), '+Inf']) this.count(`${metric}_bucket`, { ...labels, le }, 0)
      this.count(`${metric}_sum`, labels, 0)
      this.count(`${metric}_count`, labels, 0)
    }
  }

  /** The series that has these labels replaces those of the metric that have others. */
  info(metric: string, labels: Labels, replaces: (other: Labels) => boolean): void {
    for (const [key, one] of this.series) if (one.metric === metric && replaces(one.labels)) this.series.delete(key)
    this.set(metric, labels, 1)
  }

  /** How many series it has. */
  sizeOf(metric: string): number {
    return [...this.series.values()].filter((one) => one.metric === metric).length
  }

  #of(metric: string, labels: Labels, isBornAtZero: boolean): Tallied {
    const key = metric + keyOf(labels)
    const found = this.series.get(key) ?? { metric, labels, isBornAtZero, value: 0 }
    this.series.set(key, found)
    return found
  }
}

function sisters(labels: Labels, closed: Closed): Labels[] {
  return Object.entries(closed).reduce<Labels[]>(
    (all, [name, texts]) => all.flatMap((one) => texts.map((text) => ({ ...one, [name]: text }))),
    Object.keys(closed).length === 0 ? [] : [labels],
  )
}

/** Things that are open by a key of their own, until they end or the service that wrote of them starts anew. */
export class Open {
  readonly #by = new Map<string, { readonly service: string; readonly labels: Labels }>()
  readonly #tally: Tally
  readonly #metric: string

  constructor(tally: Tally, metric: string) {
    this.#tally = tally
    this.#metric = metric
  }

  start(key: string, service: string, labels: Labels): void {
    this.#by.set(key, { service, labels })
    this.#tally.add(this.#metric, labels, 1)
  }

  /** An end without a start shows the series and lowers nothing. */
  end(key: string, labels: Labels): void {
    const found = this.#by.get(key)
    this.#tally.add(this.#metric, found?.labels ?? labels, found === undefined ? 0 : -1)
    this.#by.delete(key)
  }

  closeAllOf(service: string): void {
    for (const [key, open] of this.#by) if (open.service === service) this.end(key, open.labels)
  }
}
