/** All mapped metrics and the limit that they share. Numbers only: no text format, no time. */
import { Clocks } from '../clock/clocks.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import { Births } from './births.ts'
import { type CleanLabel, Family, type SharedLimits } from './family.ts'
import type { FamilySpec } from './family-spec.ts'

export interface RegistryOptions {
  /** Series of all families together, overflow series aside. */
  readonly maxSeries: number
  readonly own: OwnMetrics
  readonly cleanLabel: CleanLabel
  /** Of the logs whose events go into the metrics. */
  readonly clocks?: Clocks
  /** Keeps hash tables unpredictable for who writes the log; nothing that is exposed depends on it. Default Math.random. */
  readonly random?: () => number
  /** Wall clock in milliseconds since the epoch, for the births of series. Default Date.now. */
  readonly nowMs?: () => number
}

export class Registry {
  readonly births = new Births()
  /** Grows when another mapping takes over: whatever was made of a family's description is stale then. */
  definitions = 0
  readonly #options: RegistryOptions
  readonly #shared: SharedLimits
  #families = new Map<string, Family>()
  /** While another mapping takes over: the families of the one before. */
  #before: ReadonlyMap<string, Family> = new Map()
  #sorted: readonly Family[] = []
  #changesBefore = 0
  readonly #clocks: Clocks

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#shared = { usedSeries: 0, maxSeries: options.maxSeries, cleanLabel: options.cleanLabel, expiring: new Set() }
    this.#clocks = options.clocks ?? new Clocks()
  }

  /** Adds a family. Throws if its name is taken: config has checked. */
  family(spec: FamilySpec): Family {
    if (this.#families.has(spec.name)) throw new Error(`two families are called ${spec.name}`)
    const family = this.#goOn(spec) ?? this.#begin(spec)
    this.#families.set(spec.name, family)
    this.#sorted = [...this.#families.values()].sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1))
    return family
  }

  /**
   * Another mapping takes over: `define` adds its families. What it defines as it was goes on with its series; all else is gone.
   */
  redefine<T>({ maxSeries, cleanLabel }: Pick<RegistryOptions, 'maxSeries' | 'cleanLabel'>, define: () => T): T {
    this.#changesBefore = this.changes + 1
    this.definitions++
    this.#before = this.#families
    this.#families = new Map()
    this.#sorted = []
    Object.assign(this.#shared, { maxSeries, cleanLabel, usedSeries: 0 })
    // What is born now may have a value before it is scraped.
    this.births.isLive = true
    const defined = define()
    for (const family of this.#before.values()) if (this.#families.get(family.spec.name) !== family) this.#forget(family)
    this.#before = new Map()
    return defined
  }

  /** Sorted by name (code units), so that the order depends on neither files nor their order. */
  families(): readonly Family[] {
    return this.#sorted
  }

  /** Tells the gauges of what is open all that is. */
  showOpen: () => void = () => {}

  /** What windows show is what they hold now, as the clocks of their logs stand. Whoever reads numbers calls it before. */
  settle(): void {
    for (const family of this.#sorted) family.timed?.settle()
    const shown = this.#sorted.flatMap((family) => family.shown ?? [])
    if (shown.length === 0) return
    for (const one of shown) one.begin()
    this.showOpen()
    for (const one of shown) one.end()
  }

  /** Grows with every update, birth and family: equal means that nothing happened. */
  get changes(): number {
    return this.#sorted.reduce((sum, family) => sum + family.store.changes, this.#changesBefore + this.#sorted.length)
  }

  #goOn(spec: FamilySpec): Family | undefined {
    const before = this.#before.get(spec.name)
    if (before?.spec.definition !== spec.definition) return undefined
    before.redefine(spec)
    this.#shared.usedSeries += before.countedSeries
    return before
  }

  #begin(spec: FamilySpec): Family {
    const { own, random = Math.random, nowMs = Date.now } = this.#options
    // Of a family of this name that meant something else.
    forgetMetric(own, spec.name)
    return new Family(spec, {
      shared: this.#shared,
      random,
      nowMs,
      births: this.births,
      clocks: this.#clocks,
      seriesCell: own.series.at(spec.name),
      overflowCell: own.seriesOverflow.at(spec.name),
      hiddenCell: own.seriesHidden.at(spec.name),
      foldedCell: own.seriesFolded.at(spec.name),
    })
  }

  #forget(family: Family): void {
    const { own } = this.#options
    this.births.forget(family)
    family.close()
    if (this.#families.has(family.spec.name)) return
    forgetMetric(own, family.spec.name)
  }
}

function forgetMetric({ series, seriesOverflow, seriesHidden, seriesFolded }: OwnMetrics, name: string): void {
  for (const tally of [series, seriesOverflow, seriesHidden, seriesFolded]) tally.remove(name)
}
