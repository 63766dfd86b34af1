/**
 * The newest exemplar of each number of a family's series: what leads from a sample back to the event. Only families with a rule that
 * gives exemplars have one of these; there is at most one exemplar per counter series and per bucket.
 */

import { flatCopy } from './flat-text.ts'

/** Label names and texts, not empty, cleaned like the labels of series. */
export type ExemplarLabels = readonly (readonly [string, string])[]

export interface Exemplar {
  readonly labels: ExemplarLabels
  /** What the event added, or the value that was observed. */
  readonly value: number
  readonly timestampSeconds: number
}

/** OpenMetrics 1.0: names and texts together. */
export const MAX_EXEMPLAR_CHARACTERS = 128

export function fitsExemplar(labels: ExemplarLabels): boolean {
  // A text has at least half as many characters as UTF-16 units: hostile lengths are not walked through.
  const units = labels.reduce((sum, [name, text]) => sum + name.length + text.length, 0)
  if (units > 2 * MAX_EXEMPLAR_CHARACTERS) return false
  return units <= MAX_EXEMPLAR_CHARACTERS || [...labels.flat().join('')].length <= MAX_EXEMPLAR_CHARACTERS
}

interface Kept extends Exemplar {
  readonly birth: number
}

export class Exemplars {
  readonly #cellCount: number
  readonly #kept: (Kept | undefined)[] = []

  constructor(cellCount: number) {
    this.#cellCount = cellCount
  }

  /** `birth`: of the series that has the slot now; another one there later does not have its exemplar. */
  keep(slot: number, birth: number, cell: number, exemplar: Exemplar): void {
    const labels = exemplar.labels.map(([name, text]) => [name, flatCopy(text)] as const)
    this.#kept[slot * this.#cellCount + cell] = { ...exemplar, labels, birth }
  }

  of(slot: number, birth: number, cell: number): Exemplar | undefined {
    const kept = this.#kept[slot * this.#cellCount + cell]
    return kept?.birth === birth ? kept : undefined
  }
}
