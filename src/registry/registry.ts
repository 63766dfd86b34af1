/** All mapped metrics and the limit that they share. Numbers only: no text format, no time. */
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import { Births } from './births.ts'
import { type CleanLabel, Family, type SeriesBudget } from './family.ts'
import type { FamilySpec } from './family-spec.ts'

export interface RegistryOptions {
  /** Series of all families together, overflow series aside. */
  readonly maxSeries: number
  readonly own: OwnMetrics
  readonly cleanLabel: CleanLabel
  /** Keeps hash tables unpredictable for who writes the log; nothing that is exposed depends on it. Default Math.random. */
  readonly random?: () => number
  /** Wall clock in milliseconds since the epoch, for the births of series. Default Date.now. */
  readonly nowMs?: () => number
}

export class Registry {
  readonly births = new Births()
  readonly #options: RegistryOptions
  readonly #budget: SeriesBudget
  readonly #families = new Map<string, Family>()
  #sorted: readonly Family[] = []

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#budget = { used: 0, max: options.maxSeries }
  }

  /** Adds a family. Throws if its name is taken: config has checked. */
  family(spec: FamilySpec): Family {
    if (this.#families.has(spec.name)) throw new Error(`two families are called ${spec.name}`)
    const { own, cleanLabel, random = Math.random, nowMs = Date.now } = this.#options
    const family = new Family(spec, {
      budget: this.#budget,
      cleanLabel,
      random,
      nowMs,
      births: this.births,
      seriesCell: own.series.at(spec.name),
      overflowCell: own.seriesOverflow.at(spec.name),
    })
    this.#families.set(spec.name, family)
    this.#sorted = [...this.#families.values()].sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1))
    return family
  }

  /** Sorted by name (code units), so that the order depends on neither files nor their order. */
  families(): readonly Family[] {
    return this.#sorted
  }

  /** Grows with every update, birth and family: equal means that nothing happened. */
  get changes(): number {
    return this.#sorted.reduce((sum, family) => sum + family.store.changes, this.#sorted.length)
  }
}
