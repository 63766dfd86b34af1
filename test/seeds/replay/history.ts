/**
 * What a Prometheus must have seen of a log: the tallied series at each of its scrapes. `increase` extrapolates as Prometheus documents
 * it, from the moments at which it really scraped.
 */
import type { Past } from './past.ts'
import type { Tally } from './tally.ts'
import { fits, keyOf, type Labels, Vector, type Where } from './vector.ts'

export interface Scrape {
  readonly atMs: number
  /** How many lines of the log the exporter had taken when it was asked. */
  readonly lineCount: number
}

/** One target of Prometheus, and what it must have shown. */
export interface Watched {
  readonly scrapes: readonly Scrape[]
  readonly tally: Tally
  /** Tallies the n-th line of its log. */
  readonly apply: (line: number) => void
  /** The labels that Prometheus adds. */
  readonly target: Labels
  /** What was there before. */
  readonly past: readonly Past[]
}

export interface Sampled {
  readonly atMs: number
  readonly value: number
}

/** What a range of samples comes to; undefined: nothing can be said. */
export type Combine = (samples: readonly Sampled[]) => number | undefined

interface Seen {
  readonly metric: string
  readonly labels: Labels
  /** Of its target, which may have missed it by then. */
  readonly lastScrapeMs: number
  readonly samples: Sampled[]
}

/** An instant query finds nothing that is older. */
const LOOKBACK_MS = 300_000

export class History {
  readonly #seen: Seen[] = []

  constructor(watched: readonly Watched[]) {
    for (const one of watched) this.#watch(one)
  }

  /** As if nothing had been scraped later. */
  until(atMs: number): History {
    const cut = new History([])
    const seen = this.#seen.map((one) => ({ ...one, samples: one.samples.filter((sample) => sample.atMs <= atMs) }))
    cut.#seen.push(...seen)
    return cut
  }

  #watch({ scrapes, tally, apply, target, past }: Watched): void {
    const seen = new Map<string, Seen>()
    const born = new Set<string>()
    const lastScrapeMs = scrapes.at(-1)?.atMs ?? 0
    for (const { metric, labels, samples } of past) {
      const sampled = { metric, labels: { ...labels, ...target }, lastScrapeMs, samples: [...samples] }
      seen.set(metric + keyOf(labels), sampled)
    }
    let applied = 0
    for (const { atMs, lineCount } of scrapes) {
      for (; applied < lineCount; applied++) apply(applied)
      for (const [key, { metric, labels, isBornAtZero, value }] of tally.series) {
        const known = seen.get(key) ?? { metric, labels: { ...labels, ...target }, lastScrapeMs, samples: [] }
        known.samples.push({ atMs, value: isBornAtZero && !born.has(key) ? 0 : value })
        born.add(key)
        seen.set(key, known)
      }
    }
    this.#seen.push(...seen.values())
  }

  #of(metric: string, where: Where): Seen[] {
    return this.#seen.filter((one) => one.metric === metric && fits(one.labels, where))
  }

  /** The last values. A series is gone from the scrape on that misses it. */
  now(metric: string, atMs: number, where: Where = {}): Vector {
    return new Vector(
      this.#of(metric, where).flatMap(({ labels, samples, lastScrapeMs }) => {
        const last = samples.filter((sample) => sample.atMs <= atMs).at(-1)
        if (last === undefined || last.atMs < atMs - LOOKBACK_MS) return []
        const isMissed = last === samples.at(-1) && lastScrapeMs > last.atMs && lastScrapeMs <= atMs
        return isMissed ? [] : [{ labels, value: last.value }]
      }),
    )
  }

  /** What `combine` makes of the samples of each series in the range that ends at `atMs`. */
  overTime(metric: string, rangeMs: number, atMs: number, where: Where, combine: Combine): Vector {
    return new Vector(
      this.#of(metric, where).flatMap(({ labels, samples }) => {
        const inRange = samples.filter((sample) => sample.atMs >= atMs - rangeMs && sample.atMs <= atMs)
        const value = inRange.length === 0 ? undefined : combine(inRange)
        return value === undefined ? [] : [{ labels, value }]
      }),
    )
  }

  increase(metric: string, rangeMs: number, atMs: number, where: Where = {}): Vector {
    return this.overTime(metric, rangeMs, atMs, where, (samples) => extrapolated(samples, atMs - rangeMs, atMs))
  }

  get metrics(): string[] {
    return [...new Set(this.#seen.map(({ metric }) => metric))]
  }

  /** All texts that a label has in the metrics of these names. */
  labelValues(isWanted: (metric: string) => boolean, label: string): string[] {
    const found = this.#seen.flatMap(({ metric, labels }) => (isWanted(metric) ? [labels[label] ?? ''] : []))
    return [...new Set(found)].filter((text) => text !== '').sort()
  }
}

/**
 * The rise from the first to the last sample, drawn out to the ends of the range: whole where a sample is expected to be near (1.1 mean
 * distances), else by half a distance, and never to before the counter was 0. Where it fell it began anew at 0.
 */
function extrapolated(samples: readonly Sampled[], fromMs: number, toMs: number): number | undefined {
  if (samples.length < 2) return undefined
  const first = samples[0]!
  const last = samples.at(-1)!
  const fallen = samples.map(({ value }, i) => (i > 0 && value < samples[i - 1]!.value ? samples[i - 1]!.value : 0))
  const rise = last.value - first.value + fallen.reduce((total, value) => total + value, 0)
  const sampledMs = last.atMs - first.atMs
  const distanceMs = sampledMs / (samples.length - 1)
  const toZeroMs = rise > 0 ? sampledMs * (first.value / rise) : Number.POSITIVE_INFINITY
  const reached = (gapMs: number): number => (gapMs < distanceMs * 1.1 ? gapMs : distanceMs / 2)
  return rise * ((sampledMs + reached(Math.min(first.atMs - fromMs, toZeroMs)) + reached(toMs - last.atMs)) / sampledMs)
}
