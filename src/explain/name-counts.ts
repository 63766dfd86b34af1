/** Where the events of a log have what looks like their name, added up over those that no rule waits for. Bounded. */
import type { NameField } from './name-fields.ts'

const MAX_PATHS = 100
const MAX_EXAMPLES = 20

export interface PathCount {
  readonly path: string
  count: number
  /** How many of these are names that rules wait for. */
  knownCount: number
  readonly examples: Set<string>
}

export class NameCounts {
  readonly #paths = new Map<string, PathCount>()

  add(fields: readonly NameField[]): void {
    for (const { path, value, isKnown } of fields) {
      const known = this.#paths.get(path)
      if (known === undefined && this.#paths.size >= MAX_PATHS) continue
      const counted = known ?? { path, count: 0, knownCount: 0, examples: new Set() }
      counted.count++
      if (isKnown) counted.knownCount++
      if (counted.examples.size < MAX_EXAMPLES) counted.examples.add(value)
      this.#paths.set(path, counted)
    }
  }

  /** The path with the most names that rules wait for, else the one that most events have. */
  best(): PathCount | undefined {
    return [...this.#paths.values()].sort((a, b) => b.knownCount - a.knownCount || b.count - a.count)[0]
  }
}
