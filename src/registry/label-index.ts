/**
 * Label texts ↔ slots of one family. Finding a known series allocates nothing and takes about 20 ns per label
 * (test/registry/bench.mjs). A slot is a small number: lists by slot stay dense, since freed slots are given again first.
 */
import { LabelDictionary } from './label-dictionary.ts'

const FIRST_TABLE_BITS = 5
const FIRST_SLOTS = 8

/**
 * Representation: each label has a dictionary text → id; the series in `slot` is the row of ids at `slot * width`; a hash table
 * with open addressing (linear probing, at most half full) leads from such a row to its slot. The hash multiplies each id with a
 * random odd number and keeps the top bits: who writes the log cannot choose texts that collide.
 */
export class LabelIndex {
  readonly #width: number
  readonly #dictionaries: readonly LabelDictionary[]
  readonly #multipliers: Int32Array
  /** Ids of the texts asked for last. */
  readonly #asked: Int32Array
  #rows: Int32Array
  /** slot + 1, or 0 where nothing stands. */
  #table = new Int32Array(1 << FIRST_TABLE_BITS)
  #shift = 32 - FIRST_TABLE_BITS
  readonly #freeSlots: number[] = []
  #slotLimit = 0

  /** `random` as Math.random; nothing that is exposed depends on it. */
  constructor(labelCount: number, random: () => number) {
    this.#width = labelCount
    this.#dictionaries = Array.from({ length: labelCount }, () => new LabelDictionary())
    this.#multipliers = Int32Array.from({ length: labelCount }, () => Math.floor(random() * 2 ** 32) | 1)
    this.#asked = new Int32Array(labelCount)
    this.#rows = new Int32Array(labelCount * FIRST_SLOTS)
  }

  /** All slots ever given are below it. */
  get slotLimit(): number {
    return this.#slotLimit
  }

  get seriesCount(): number {
    return this.#slotLimit - this.#freeSlots.length
  }

  /** The slot of the series with exactly these texts, or -1. */
  find(texts: readonly string[]): number {
    const dictionaries = this.#dictionaries
    const asked = this.#asked
    let hash = 0
    for (let i = 0; i < dictionaries.length; i++) {
      const id = dictionaries[i]!.id(texts[i]!)
      if (id === undefined) return -1
      asked[i] = id
      hash = (hash + Math.imul(id + 1, this.#multipliers[i]!)) | 0
    }
    return this.#table[this.#positionOf(hash)]! - 1
  }

  /** Gives a slot to texts that `find` does not know. Copies them. */
  add(texts: readonly string[]): number {
    const slot = this.#freeSlots.pop() ?? this.#slotLimit++
    this.#growRows()
    for (let i = 0; i < this.#width; i++) this.#rows[slot * this.#width + i] = this.#dictionaries[i]!.retain(texts[i]!)
    if (this.seriesCount * 2 > this.#table.length) this.#widenTable()
    this.#enter(slot)
    return slot
  }

  remove(slot: number): void {
    this.#closeGap(this.#positionOfSlot(slot))
    for (let i = 0; i < this.#width; i++) this.#dictionaries[i]!.release(this.#rows[slot * this.#width + i]!)
    this.#freeSlots.push(slot)
  }

  /** Text of label `i` of the series in `slot`. */
  text(slot: number, i: number): string {
    return this.#dictionaries[i]!.text(this.#rows[slot * this.#width + i]!)
  }

  /** How many texts series use for label `i`. */
  textCount(i: number): number {
    return this.#dictionaries[i]!.size
  }

  /** Texts of label `i`, each with how many series use it. */
  textUses(i: number): IterableIterator<readonly [text: string, seriesCount: number]> {
    return this.#dictionaries[i]!.uses()
  }

  hasText(i: number, text: string): boolean {
    return this.#dictionaries[i]!.id(text) !== undefined
  }

  /** Where in the table the row of ids in `#asked` stands, or would stand. */
  #positionOf(hash: number): number {
    const table = this.#table
    const mask = table.length - 1
    let at = hash >>> this.#shift
    while (table[at] !== 0 && !this.#isAsked(table[at]! - 1)) at = (at + 1) & mask
    return at
  }

  #isAsked(slot: number): boolean {
    const start = slot * this.#width
    for (let i = 0; i < this.#width; i++) if (this.#rows[start + i] !== this.#asked[i]) return false
    return true
  }

  #homeOf(slot: number): number {
    let hash = 0
    for (let i = 0; i < this.#width; i++)
      hash = (hash + Math.imul(this.#rows[slot * this.#width + i]! + 1, this.#multipliers[i]!)) | 0
    return hash >>> this.#shift
  }

  #enter(slot: number): void {
    const mask = this.#table.length - 1
    let at = this.#homeOf(slot)
    while (this.#table[at] !== 0) at = (at + 1) & mask
    this.#table[at] = slot + 1
  }

  #positionOfSlot(slot: number): number {
    const mask = this.#table.length - 1
    let at = this.#homeOf(slot)
    while (this.#table[at] !== slot + 1) at = (at + 1) & mask
    return at
  }

  /** Empties a position and moves later entries of its run up, so that a search never stops before what it looks for. */
  #closeGap(position: number): void {
    const table = this.#table
    const mask = table.length - 1
    let gap = position
    for (let at = (gap + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const distanceFromHome = (at - this.#homeOf(table[at]! - 1)) & mask
      if (distanceFromHome < ((at - gap) & mask)) continue
      table[gap] = table[at]!
      gap = at
    }
    table[gap] = 0
  }

  #growRows(): void {
    const needed = this.#slotLimit * this.#width
    if (needed <= this.#rows.length) return
    const grown = new Int32Array(Math.max(needed, this.#rows.length * 2))
    grown.set(this.#rows)
    this.#rows = grown
  }

  /** Doubles the table and enters again all that stands in it. */
  #widenTable(): void {
    const entered = this.#table.filter((entry) => entry !== 0)
    this.#table = new Int32Array(this.#table.length * 2)
    this.#shift--
    for (const entry of entered) this.#enter(entry - 1)
  }
}
