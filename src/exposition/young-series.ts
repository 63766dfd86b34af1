/**
 * Where in a body the series stand that some scraper has yet to see at 0, and bodies in which they do: the body for all with some of its
 * lines replaced, so that one more scraper costs a copy and no rendering.
 */
import type { Bearer, Birth } from '../registry/births.ts'
import type { SeriesWriter } from './format.ts'
import { TextWriter } from './text-writer.ts'

interface YoungLines {
  readonly birth: Birth
  readonly writeSeries: SeriesWriter
  readonly start: number
  readonly end: number
}

export class YoungSeries {
  #births = new Map<Bearer, Birth[]>()
  readonly #lines: YoungLines[] = []

  /** Begins a new body; of these series it is to be known where they stand. */
  begin(births: readonly Birth[]): void {
    this.#lines.length = 0
    this.#births = new Map()
    for (const birth of births) {
      const ofFamily = this.#births.get(birth.family)
      if (ofFamily === undefined) this.#births.set(birth.family, [birth])
      else ofFamily.push(birth)
    }
    for (const ofFamily of this.#births.values()) ofFamily.sort((a, b) => a.slot - b.slot)
  }

  /** Writes all series of a family in the order of their slots. */
  write(family: Bearer & { readonly store: { readonly slotLimit: number } }, writeSeries: SeriesWriter, out: TextWriter): void {
    const { slotLimit } = family.store
    let slot = 0
    for (const birth of this.#births.get(family) ?? []) {
      for (; slot < birth.slot; slot++) writeSeries(slot, out)
      const start = out.bytes().length
      writeSeries(slot++, out)
      this.#lines.push({ birth, writeSeries, start, end: out.bytes().length })
    }
    for (; slot < slotLimit; slot++) writeSeries(slot, out)
  }

  /** The body with those at 0 that came as the `seen`th or later; undefined: there are none. */
  atZero(body: Buffer, seen: number): Buffer | undefined {
    const lines = this.#lines.filter(({ birth }) => birth.number >= seen && isThere(birth))
    if (lines.length === 0) return undefined
    const pieces: Buffer[] = []
    const zeros = new TextWriter()
    let at = 0
    for (const { birth, writeSeries, start, end } of lines) {
      zeros.clear()
      writeAtZero(birth, writeSeries, zeros)
      pieces.push(body.subarray(at, start), Buffer.from(zeros.bytes()))
      at = end
    }
    pieces.push(body.subarray(at))
    return Buffer.concat(pieces)
  }
}

/** Its slot may hold another series since. */
function isThere({ family, slot, birth }: Birth): boolean {
  return family.store.birthOf(slot) === birth
}

/** Nothing else happens meanwhile: what stands at 0, without exemplars and quantiles, nobody else sees. */
function writeAtZero({ family, slot }: Birth, writeSeries: SeriesWriter, out: TextWriter): void {
  const { store, exemplars } = family
  const start = slot * store.cellCount
  const cells = store.cells.slice(start, start + store.cellCount)
  const sketch = store.sketches[slot]
  store.cells.fill(0, start, start + store.cellCount)
  family.exemplars = undefined
  if (sketch !== undefined) store.sketches[slot] = undefined
  writeSeries(slot, out)
  store.cells.set(cells, start)
  family.exemplars = exemplars
  if (sketch !== undefined) store.sketches[slot] = sketch
}
