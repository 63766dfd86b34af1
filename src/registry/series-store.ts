/**
 * The series of one family: label texts and numbers, by slot. Knows no limits and no metric types.
 * Exposition and the durable record read it: texts by `text(slot, i)`, numbers by `cells`, births by `birthOf`, changes by
 * `dirtySlots`.
 */
import { LabelIndex } from './label-index.ts'
import type { QuantileSketch } from './quantile-sketch.ts'

const FIRST_SLOTS = 8

/** Why a series is not shown though it is there; it is shown once no reason is left. */
export const HIDDEN = { silent: 1, empty: 2 } as const

export interface StoreShape {
  readonly labelCount: number
  /** Numbers per series. */
  readonly cellCount: number
  /** What each number is when a series is born. */
  readonly initialCell: number
}

export class SeriesStore {
  readonly labelCount: number
  readonly cellCount: number
  /** Grows with every update and every birth or removal: equal means that nothing happened. */
  changes = 0
  /** How many of `dirtySlots` count. */
  dirtyCount = 0
  /** Slots that were touched since `forgetTouched`, each once, in no order. */
  dirtySlots = new Int32Array(FIRST_SLOTS)
  /**
   * Row by row: the series in `slot` owns `cellCount` numbers from `slot * cellCount`; which number means what, its kind says
   * (src/registry/kinds). Replaced by a longer one as series are born: never hold it across a birth. Rows of free slots are stale.
   */
  cells: Float64Array
  /** Sketches of a summary's series, by slot; empty for other kinds. */
  readonly sketches: (QuantileSketch | undefined)[] = []
  readonly #index: LabelIndex
  readonly #initialCell: number
  readonly #nowMs: () => number
  /** By slot: the number of the birth that it holds, counted from 1 in this family; 0 while it is free. */
  #births: Float64Array
  #birthCount = 0
  #createdMs: Float64Array = new Float64Array(FIRST_SLOTS)
  #isDirty = new Uint8Array(FIRST_SLOTS)
  #hidden = new Uint8Array(FIRST_SLOTS)

  /** `nowMs`: wall clock, asked at births. */
  constructor(shape: StoreShape, random: () => number, nowMs: () => number) {
    this.labelCount = shape.labelCount
    this.cellCount = shape.cellCount
    this.#initialCell = shape.initialCell
    this.#nowMs = nowMs
    this.cells = new Float64Array(shape.cellCount * FIRST_SLOTS)
    this.#births = new Float64Array(FIRST_SLOTS)
    this.#index = new LabelIndex(shape.labelCount, random)
  }

  get seriesCount(): number {
    return this.#index.seriesCount
  }

  /** All slots are below it; those whose `birthOf` is 0 hold no series. */
  get slotLimit(): number {
    return this.#index.slotLimit
  }

  /** The slot of the series with exactly these texts, or -1. */
  find(texts: readonly string[]): number {
    return this.#index.find(texts)
  }

  /** A new series; its texts are copied. The caller has asked `find` before. */
  add(texts: readonly string[]): number {
    const slot = this.#index.add(texts)
    this.#grow()
    this.cells.fill(this.#initialCell, slot * this.cellCount, (slot + 1) * this.cellCount)
    this.#births[slot] = ++this.#birthCount
    this.#createdMs[slot] = this.#nowMs()
    this.#hidden[slot] = 0
    this.touch(slot)
    return slot
  }

  /** Whoever changes the cells of a slot says so here: about 1 ns. */
  touch(slot: number): void {
    this.changes++
    if (this.#isDirty[slot] !== 0) return
    this.#isDirty[slot] = 1
    this.dirtySlots[this.dirtyCount++] = slot
  }

  /** Begins a new count of what is touched. */
  forgetTouched(): void {
    for (let i = 0; i < this.dirtyCount; i++) this.#isDirty[this.dirtySlots[i]!] = 0
    this.dirtyCount = 0
  }

  /** The series is gone; another may get its slot. */
  remove(slot: number): void {
    this.#index.remove(slot)
    if (slot < this.sketches.length) this.sketches[slot] = undefined
    this.#births[slot] = 0
    this.touch(slot)
  }

  /** Which birth the slot holds, or 0: whoever keeps something by slot compares this. */
  birthOf(slot: number): number {
    return this.#births[slot] ?? 0
  }

  /** The series is there, and no reader shows it. */
  isHidden(slot: number): boolean {
    return this.#hidden[slot] !== 0
  }

  hide(slot: number, why: number): void {
    if ((this.#hidden[slot]! & why) !== 0) return
    this.#hidden[slot]! |= why
    this.touch(slot)
  }

  show(slot: number, why: number): void {
    if ((this.#hidden[slot]! & why) === 0) return
    this.#hidden[slot]! &= ~why
    this.touch(slot)
  }

  /** When the series was born, in milliseconds since the epoch. */
  createdMs(slot: number): number {
    return this.#createdMs[slot]!
  }

  /** For a series that was recorded: its numbers run since then. */
  setCreatedMs(slot: number, createdMs: number): void {
    this.#createdMs[slot] = createdMs
  }

  /** Text of label `i`; empty: the series has no such label. */
  text(slot: number, i: number): string {
    return this.#index.text(slot, i)
  }

  /** How many texts other than these live series use for label `i`. */
  textCount(i: number, except: readonly string[]): number {
    return this.#index.textCount(i) - except.filter((text) => this.#index.hasText(i, text)).length
  }

  /** Texts of label `i`, each with how many series use it; '' stands for series without the label. */
  textUses(i: number): IterableIterator<readonly [text: string, seriesCount: number]> {
    return this.#index.textUses(i)
  }

  hasText(i: number, text: string): boolean {
    return this.#index.hasText(i, text)
  }

  #grow(): void {
    if (this.slotLimit <= this.#births.length) return
    const slots = this.#births.length * 2
    this.#births = enlarged(this.#births, slots)
    this.#createdMs = enlarged(this.#createdMs, slots)
    const isDirty = new Uint8Array(slots)
    isDirty.set(this.#isDirty)
    this.#isDirty = isDirty
    const hidden = new Uint8Array(slots)
    hidden.set(this.#hidden)
    this.#hidden = hidden
    const dirtySlots = new Int32Array(slots)
    dirtySlots.set(this.dirtySlots)
    this.dirtySlots = dirtySlots
    this.cells = enlarged(this.cells, slots * this.cellCount)
  }
}

function enlarged(numbers: Float64Array, length: number): Float64Array {
  const grown = new Float64Array(length)
  grown.set(numbers)
  return grown
}
