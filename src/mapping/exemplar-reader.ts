/** The exemplar of a rule: labels read from the event, kept beside the number that the event changed. */
import type { Row } from '../decode/row.ts'
import { type ExemplarLabels, type Exemplars, fitsExemplar } from '../registry/exemplars.ts'
import type { Family } from '../registry/family.ts'
import type { Value } from '../select/trace.ts'
import type { ExemplarTrace } from './trace.ts'

interface Label {
  readonly name: string
  readonly value: Value
  /** Whether its text is shown with its secrets. */
  readonly isUnmasked: boolean
}

/** undefined: the rule gives no labels, or the metric's type has no exemplars (config has said so). */
export function exemplarReader(labels: readonly Label[], family: Family): ExemplarReader | undefined {
  const cellOf = labels.length === 0 ? undefined : family.exemplarCell()
  return cellOf && new ExemplarReader(labels, family, cellOf)
}

export class ExemplarReader {
  readonly #labels: readonly Label[]
  readonly #family: Family
  readonly #exemplars: Exemplars
  readonly #cellOf: (value: number) => number

  constructor(labels: readonly Label[], family: Family, cellOf: (value: number) => number) {
    this.#labels = labels
    this.#family = family
    this.#exemplars = family.exemplars!
    this.#cellOf = cellOf
  }

  /** The event in the row gave `value` to the series in `slot`. */
  keep(row: Row, slot: number, value: number): void {
    const labels = this.#read(row)
    if (labels.length === 0 || !fitsExemplar(labels)) return
    // A time before 1970 is no time of a log; it would have to be written with a sign that readers do not expect.
    const timestampSeconds = Math.max(0, Number(row.time() / 1_000_000n) / 1000)
    this.#exemplars.keep(slot, this.#family.store.birthOf(slot), this.#cellOf(value), { labels, value, timestampSeconds })
  }

  trace(row: Row): ExemplarTrace {
    const labels = this.#read(row)
    return { labels, fits: fitsExemplar(labels) }
  }

  /** A label that is missing is left away. */
  #read(row: Row): ExemplarLabels {
    const found: (readonly [string, string])[] = []
    for (const { name, value, isUnmasked } of this.#labels) {
      const text = value.text(row)
      if (text !== undefined && text !== '') found.push([name, this.#family.cleanLabel(text, isUnmasked)])
    }
    return found
  }
}
