/**
 * Keys with a row of numbers each, bounded: past the limit the key goes that was touched longest ago. Finding a known key allocates nothing.
 * Keys are 128 bits that `KeyHash` made, so their own bits choose the place in the table.
 */
import { KEY_WORDS } from './key-hash.ts'
import { ValueRows } from './value-rows.ts'

const FIRST_SLOTS = 64
/** By slot: there is no key. */
export const FREE = -1

/** Told of a slot whose key goes, while it is still there. */
export type OnEvict = (slot: number) => void

/**
 * Representation: slots in a list by touch (`#older`, `#younger`); a table with open addressing, at most half full, of slot + 1.
 * What was touched since `forgetTouched` is the young end of that list.
 */
export class KeyTable {
  #limit: number
  readonly #onEvict: OnEvict
  /** By slot: the four words of its key. */
  words: Int32Array = new Int32Array(FIRST_SLOTS * KEY_WORDS)
  /** By slot: whose key it is, `FREE` if there is none. */
  spaces: Int32Array = new Int32Array(FIRST_SLOTS).fill(FREE)
  /** By slot: where its numbers start in `rows.values`, and how many there are. */
  starts: Int32Array = new Int32Array(FIRST_SLOTS)
  widths: Int32Array = new Int32Array(FIRST_SLOTS)
  readonly rows = new ValueRows()
  /** How many keys were touched since `forgetTouched`. */
  touchedCount = 0
  #isTouched = new Uint8Array(FIRST_SLOTS)
  #older: Int32Array = new Int32Array(FIRST_SLOTS)
  #younger: Int32Array = new Int32Array(FIRST_SLOTS)
  #table = new Int32Array(FIRST_SLOTS * 2)
  #oldest = -1
  #youngest = -1
  #slotLimit = 0
  readonly #free: number[] = []

  constructor(limit: number, onEvict: OnEvict) {
    this.#limit = limit
    this.#onEvict = onEvict
  }

  get size(): number {
    return this.#slotLimit - this.#free.length
  }

  set limit(limit: number) {
    this.#limit = limit
    while (this.size > limit) this.#evict()
  }

  /** The slot of the key, or -1. Touches nothing. */
  find(key: Int32Array): number {
    return this.#table[this.#positionOf(key, 0)]! - 1
  }

  /** A slot for a key that `find` does not know; it is the youngest. Its row of numbers is the caller's to fill. */
  add(key: Int32Array, space: number, width: number): number {
    if (this.size >= this.#limit) this.#evict()
    const slot = this.#free.pop() ?? this.#slotLimit++
    if (slot >= this.spaces.length) this.#grow()
    for (let i = 0; i < KEY_WORDS; i++) this.words[slot * KEY_WORDS + i] = key[i]!
    this.spaces[slot] = space
    this.starts[slot] = this.rows.take(width)
    this.widths[slot] = width
    this.#link(slot)
    this.#noteTouch(slot)
    this.#table[this.#positionOf(key, 0)] = slot + 1
    return slot
  }

  /** Whoever changes a number of a slot touches it too. */
  touch(slot: number): void {
    this.#noteTouch(slot)
    if (slot === this.#youngest) return
    this.#unlink(slot)
    this.#link(slot)
  }

  remove(slot: number): void {
    this.#closeGap(this.#positionOf(this.words, slot * KEY_WORDS))
    this.#unlink(slot)
    this.rows.giveBack(this.starts[slot]!, this.widths[slot]!)
    this.spaces[slot] = FREE
    if (this.#isTouched[slot] === 1) this.touchedCount--
    this.#isTouched[slot] = 0
    this.#free.push(slot)
  }

  /** The last `count` slots by touch, the one touched longest ago first. */
  youngest(count: number): Int32Array {
    const slots = new Int32Array(Math.min(count, this.size))
    for (let slot = this.#youngest, i = slots.length; i > 0; slot = this.#older[slot]!) slots[--i] = slot
    return slots
  }

  forgetTouched(): void {
    for (let slot = this.#youngest; this.touchedCount > 0; slot = this.#older[slot]!) {
      this.#isTouched[slot] = 0
      this.touchedCount--
    }
  }

  #noteTouch(slot: number): void {
    if (this.#isTouched[slot] === 1) return
    this.#isTouched[slot] = 1
    this.touchedCount++
  }

  #evict(): void {
    const slot = this.#oldest
    this.#onEvict(slot)
    this.remove(slot)
  }

  #link(slot: number): void {
    this.#older[slot] = this.#youngest
    this.#younger[slot] = -1
    if (this.#youngest < 0) this.#oldest = slot
    else this.#younger[this.#youngest] = slot
    this.#youngest = slot
  }

  #unlink(slot: number): void {
    const older = this.#older[slot]!
    const younger = this.#younger[slot]!
    if (older < 0) this.#oldest = younger
    else this.#younger[older] = younger
    if (younger < 0) this.#youngest = older
    else this.#older[younger] = older
  }

  #positionOf(key: Int32Array, from: number): number {
    const table = this.#table
    const { words } = this
    const mask = table.length - 1
    const a = key[from]!
    const b = key[from + 1]!
    const c = key[from + 2]!
    const d = key[from + 3]!
    for (let at = a & mask; ; at = (at + 1) & mask) {
      const start = (table[at]! - 1) * KEY_WORDS
      if (start < 0) return at
      if (words[start] === a && words[start + 1] === b && words[start + 2] === c && words[start + 3] === d) return at
    }
  }

  /** Empties a position and moves later entries of its run up, so that a search never stops before what it looks for. */
  #closeGap(position: number): void {
    const table = this.#table
    const mask = table.length - 1
    let gap = position
    for (let at = (gap + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const home = this.words[(table[at]! - 1) * KEY_WORDS]! & mask
      if (((at - home) & mask) < ((at - gap) & mask)) continue
      table[gap] = table[at]!
      gap = at
    }
    table[gap] = 0
  }

  #grow(): void {
    const slots = this.spaces.length * 2
    this.words = grown(this.words, slots * KEY_WORDS)
    this.spaces = grown(this.spaces, slots).fill(FREE, slots / 2)
    this.starts = grown(this.starts, slots)
    this.widths = grown(this.widths, slots)
    this.#older = grown(this.#older, slots)
    this.#younger = grown(this.#younger, slots)
    const isTouched = new Uint8Array(slots)
    isTouched.set(this.#isTouched)
    this.#isTouched = isTouched
    this.#table = new Int32Array(slots * 2)
    for (let slot = this.#oldest; slot >= 0; slot = this.#younger[slot]!)
      this.#table[this.#positionOf(this.words, slot * KEY_WORDS)] = slot + 1
  }
}

function grown(rows: Int32Array, length: number): Int32Array {
  const wider = new Int32Array(length)
  wider.set(rows)
  return wider
}
