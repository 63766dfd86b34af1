/**
 * The mappings in force: one for all sources with an equal profile, found by the name of the source that a line comes from. Who tells of
 * rules sees each as it was written, once, whatever many mappings it is compiled into.
 */
import type { Place } from '../diag/diagnostic.ts'
import type { Mapping } from './mapping.ts'
import type { Rule } from './rule.ts'

export class Mappings {
  /** At least one. The first is in force for sources that are not named. */
  readonly all: readonly Mapping[]
  /** Each rule once, as it was first compiled. */
  readonly rules: readonly Rule[]
  /** Names that some rule waits for; `row.nameIndex` counts in them. */
  readonly eventNames: readonly string[]
  readonly #bySource: ReadonlyMap<string, Mapping>
  readonly #unnamed = new Set<string>()
  /** All that was compiled from what stands in one place. */
  readonly #byPlace = new Map<Place, Rule[]>()

  /** `eventNames`: those of all mappings, as their indices count them. */
  constructor(all: readonly Mapping[], bySource: ReadonlyMap<string, Mapping>, eventNames: readonly string[]) {
    this.all = all
    this.eventNames = eventNames
    this.#bySource = bySource
    for (const rule of all.flatMap((mapping) => mapping.rules)) {
      const known = this.#byPlace.get(rule.place)
      if (known === undefined) this.#byPlace.set(rule.place, [rule])
      else known.push(rule)
    }
    this.rules = [...this.#byPlace.values()].map(([rule]) => rule!)
  }

  ofSource(name: string): Mapping {
    return this.#bySource.get(name) ?? this.all[0]!
  }

  /**
   * Whose rules count what a line of this source left, in the name of the owner. Of a source that is gone, or that has other files now, that
   * is one of `plain`, which have no labels and no choice of metrics of their own: those of another source would tell a falsehood.
   */
  readerOf(source: string, owner: string, plain: () => readonly Mapping[]): Mapping | undefined {
    const isRead = this.#bySource.size === 0 || this.#bySource.has(source) || this.#unnamed.has(source)
    const candidates = isRead ? [this.ofSource(source), ...plain()] : plain()
    return candidates.find(({ owners }) => owners.includes(owner))
  }

  /** Lines are read of this source. Answers what reads them: the first mapping, if the source is not named. */
  reading(name: string): Mapping {
    if (!this.#bySource.has(name)) this.#unnamed.add(name)
    return this.ofSource(name)
  }

  /** Names of sources for whose lines some rule names events of this name. */
  sourcesWaitingFor(name: string): string[] {
    return [...this.#bySource].flatMap(([source, mapping]) => (mapping.waitsFor(name) ? [source] : []))
  }

  /** The one of `rules` that was written as this one. */
  asWritten(rule: Rule): Rule {
    return this.#byPlace.get(rule.place)![0]!
  }

  /** How many events, or elements, were taken by what stands at `place`. */
  hitsAt(place: Place): number {
    return this.#byPlace.get(place)?.reduce((sum, { hits }) => sum + hits, 0) ?? 0
  }

  /** Whether some rule of a metric names events of this name. */
  waitsFor(name: string): boolean {
    return this.all.some((mapping) => mapping.waitsFor(name))
  }
}
