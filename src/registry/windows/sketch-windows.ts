/**
 * Quantiles over the last while: a sketch for each tenth of the window by the clock. A tenth leaves with its newest value: a value stays up to
 * a tenth of the window longer, and none leaves early. Sum and count of a summary run on, as `rate()` wants them.
 */
import { readNs, writeNs } from '../../clock/clocks-part.ts'
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { QuantileSketch, type SketchState } from '../quantile-sketch.ts'
import { readSketch, writeSketch } from '../series-entries.ts'
import type { SeriesStore } from '../series-store.ts'
import type { Windows } from './windows.ts'

export const TENTHS = 10n
/** One clock makes eleven. */
const MAX_SLICES = 24

interface Slice {
  /** Which part of time since the epoch it is. */
  readonly index: bigint
  newestNs: bigint
  readonly sketch: QuantileSketch
  isRecorded: boolean
}

interface RecordedSlice {
  readonly index: bigint
  readonly newestNs: bigint
  readonly sketch: SketchState
}

export class SketchWindows implements Windows {
  readonly #overNs: bigint
  readonly #sliceNs: bigint
  readonly #store: SeriesStore
  readonly #slices: (Slice[] | undefined)[] = []
  readonly #isStale: boolean[] = []

  constructor(overNs: bigint, store: SeriesStore) {
    this.#overNs = overNs
    this.#sliceNs = overNs / TENTHS + (overNs % TENTHS > 0n ? 1n : 0n)
    this.#store = store
  }

  add(slot: number, ns: bigint, value: number): void {
    this.#leave(slot, ns)
    const slice = this.#slice(slot, ns / this.#sliceNs)
    slice.sketch.add(value)
    if (ns > slice.newestNs) slice.newestNs = ns
    this.#change(slot, slice)
  }

  settle(slot: number, nowNs: bigint): void {
    this.#leave(slot, nowNs)
    if (this.#isStale[slot] !== true) return
    this.#isStale[slot] = false
    const all = new QuantileSketch()
    for (const { sketch } of this.#slices[slot] ?? []) all.merge(sketch)
    this.#store.sketches[slot] = all
  }

  remove(slot: number): void {
    this.#slices[slot] = undefined
    this.#isStale[slot] = false
  }

  fold(from: number, to: number): void {
    for (const { index, newestNs, sketch } of this.#slices[from] ?? []) {
      const slice = this.#slice(to, index)
      slice.sketch.merge(sketch)
      if (newestNs > slice.newestNs) slice.newestNs = newestNs
      this.#change(to, slice)
    }
  }

  /** All slices by name, and what is in those that changed. */
  write(out: ByteWriter, slot: number, isWhole: boolean): void {
    const slices = this.#slices[slot] ?? []
    out.count(slices.length)
    for (const { index, newestNs, sketch, isRecorded } of slices) {
      out.count(Number(index))
      writeNs(out, newestNs)
      const isWritten = isWhole || !isRecorded
      out.byte(isWritten ? 1 : 0)
      if (isWritten) writeSketch(out, sketch.state)
    }
  }

  acknowledge(slot: number): void {
    for (const slice of this.#slices[slot] ?? []) slice.isRecorded = true
  }

  restore(slot: number, recorded: unknown): void {
    this.#slices[slot] = (recorded as readonly RecordedSlice[]).map(({ index, newestNs, sketch }) => {
      return { index, newestNs, sketch: QuantileSketch.fromState(sketch), isRecorded: false }
    })
    this.#isStale[slot] = true
  }

  #leave(slot: number, nowNs: bigint): void {
    const slices = this.#slices[slot]
    const hasLeft = ({ newestNs }: Slice): boolean => newestNs <= nowNs - this.#overNs
    if (slices === undefined || !slices.some(hasLeft)) return
    this.#slices[slot] = slices.filter((slice) => !hasLeft(slice))
    this.#isStale[slot] = true
    this.#store.touch(slot)
  }

  #slice(slot: number, index: bigint): Slice {
    this.#slices[slot] ??= []
    const slices = this.#slices[slot]
    const known = slices.findLast((slice) => slice.index === index)
    if (known !== undefined) return known
    const slice = { index, newestNs: 0n, sketch: new QuantileSketch(), isRecorded: false }
    slices.push(slice)
    if (slices.length > MAX_SLICES) joinOldest(slices)
    return slice
  }

  #change(slot: number, slice: Slice): void {
    slice.isRecorded = false
    this.#isStale[slot] = true
    this.#store.touch(slot)
  }
}

/** Clocks of several logs are far apart: the two that leave first leave together. The new one is the last, and has no values yet. */
function joinOldest(slices: Slice[]): void {
  const [oldest, second] = slices.slice(0, -1).sort((a, b) => (a.newestNs < b.newestNs ? -1 : 1))
  second!.sketch.merge(oldest!.sketch)
  second!.isRecorded = false
  slices.splice(slices.indexOf(oldest!), 1)
}

/** A slice that is named without what is in it is as it was. */
export function readSlices(input: ByteReader, before: unknown): readonly RecordedSlice[] {
  const known = (before ?? []) as readonly RecordedSlice[]
  return Array.from({ length: input.count() }, () => {
    const [index, newestNs] = [BigInt(input.count()), readNs(input)]
    const sketch = input.byte() === 1 ? readSketch(input) : known.find((slice) => slice.index === index)?.sketch
    return sketch === undefined ? undefined : { index, newestNs, sketch }
  }).filter((slice) => slice !== undefined)
}
