/**
 * Numbers that grow → how fast: looks at the tallies once a second and keeps a minute of it. What counts pays nothing for it.
 * Knows no timer: whoever has one calls `tick`.
 */
import type { OwnMetrics } from '../telemetry/own-metrics.ts'

/** Samples that are kept: enough for 60 whole seconds. */
const KEPT = 61
/** A source is falling behind if its lag has been there and not shrunk for so many samples. */
const GROWING_SAMPLES = 15

interface Sample {
  readonly atMs: number
  readonly lines: number
  readonly lagBytes: number
}

export interface Pace {
  /** Lines per second over the last 10 and 60 seconds, or over what there is of them. */
  readonly rate10: number
  readonly rate60: number
  /** Lines between each two samples, oldest first. */
  readonly history: readonly number[]
  readonly isFallingBehind: boolean
}

export class RateSampler {
  readonly #own: OwnMetrics
  readonly #nowMs: () => number
  readonly #samples = new Map<string, Sample[]>()

  constructor(own: OwnMetrics, sources: readonly string[], nowMs: () => number) {
    this.#own = own
    this.#nowMs = nowMs
    for (const source of sources) this.#samples.set(source, [this.#sample(source)])
  }

  tick(): void {
    for (const [source, samples] of this.#samples) {
      samples.push(this.#sample(source))
      if (samples.length > KEPT) samples.shift()
    }
  }

  paceOf(source: string): Pace {
    const samples = this.#samples.get(source) ?? []
    const history = samples.slice(1).map((sample, i) => sample.lines - samples[i]!.lines)
    return {
      rate10: rateOver(samples.slice(-11)),
      rate60: rateOver(samples),
      history,
      isFallingBehind: isFallingBehind(samples.slice(-GROWING_SAMPLES)),
    }
  }

  #sample(source: string): Sample {
    const lines = (['event', 'blank', 'rejected'] as const).reduce(
      (sum, outcome) => sum + this.#own.lines.at(source, outcome).value,
      0,
    )
    return { atMs: this.#nowMs(), lines, lagBytes: this.#own.lagBytes.at(source).value }
  }
}

function rateOver(samples: readonly Sample[]): number {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0
  return ((last.lines - first.lines) * 1000) / (last.atMs - first.atMs)
}

function isFallingBehind(samples: readonly Sample[]): boolean {
  if (samples.length < GROWING_SAMPLES) return false
  return samples.every((sample) => sample.lagBytes > 0) && samples.at(-1)!.lagBytes > samples[0]!.lagBytes
}
