/**
 * Numbers that the exporter keeps about itself: a metric with a bounded set of label values, each a cell with one number.
 * The hot path holds a cell and adds to it; exposition walks all cells.
 */

export interface Cell {
  value: number
}

export interface TallySpec {
  /** Written out in full, so that a search finds it. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly labels: readonly string[]
  /** Past it, new label values share one cell whose labels are all `_other`. Default 1000. */
  readonly maxCells?: number
}

export const OVERFLOW = '_other'

export class Tally {
  readonly spec: TallySpec
  readonly #cells = new Map<string, { readonly labels: readonly string[]; readonly cell: Cell }>()

  constructor(spec: TallySpec) {
    this.spec = spec
    if (spec.labels.length === 0) this.at()
  }

  /** The cell of these label values, in the order of `spec.labels`. Keep it: looking it up costs. */
  at(...labels: string[]): Cell {
    const key = labels.join('\u0000')
    const known = this.#cells.get(key)
    if (known !== undefined) return known.cell
    if (this.#cells.size >= (this.spec.maxCells ?? 1000)) return this.#overflow()
    const cell = { value: 0 }
    this.#cells.set(key, { labels, cell })
    return cell
  }

  /** Forgets the cell: a source or file that is gone. */
  remove(...labels: string[]): void {
    this.#cells.delete(labels.join('\u0000'))
  }

  /** Label values and number of each cell, in order of creation. */
  *cells(): IterableIterator<readonly [readonly string[], number]> {
    for (const { labels, cell } of this.#cells.values()) yield [labels, cell.value]
  }

  #overflow(): Cell {
    const labels = this.spec.labels.map(() => OVERFLOW)
    const key = labels.join('\u0000')
    const known = this.#cells.get(key)
    if (known !== undefined) return known.cell
    const cell = { value: 0 }
    this.#cells.set(key, { labels, cell })
    return cell
  }
}
