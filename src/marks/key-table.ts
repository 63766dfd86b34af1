/**
 * Keys with a number each, bounded: past `limit` the key goes that was touched longest ago. Finding a known key allocates nothing.
 * Keys are 128 bits that `KeyHash` made, so their own bits choose the place in the table.
 */
const FIRST_SLOTS = 64
const WORDS = 4

/** Told of a slot whose key goes, while it is still there. */
export type OnEvict = (slot: number) => void

/** Representation: slots in a list by touch (`#older`, `#younger`); a table with open addressing, at most half full, of slot + 1. */
export class KeyTable {
  readonly #limit: number
  readonly #onEvict: OnEvict
  words = new Int32Array(FIRST_SLOTS * WORDS)
  /** By slot: the mark of the key. */
  values = new Float64Array(FIRST_SLOTS)
  #older = new Int32Array(FIRST_SLOTS)
  #younger = new Int32Array(FIRST_SLOTS)
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

  /** The slot of the key, or -1. Touches nothing. */
  find(key: Int32Array): number {
    return this.#table[this.#positionOf(key, 0)]! - 1
  }

  /** A slot for a key that `find` does not know; it is the youngest. */
  add(key: Int32Array, value: number): number {
    if (this.size >= this.#limit) this.#evict()
    const slot = this.#free.pop() ?? this.#slotLimit++
    if (slot >= this.values.length) this.#grow()
    this.words.set(key, slot * WORDS)
    this.values[slot] = value
    this.#link(slot)
    this.#table[this.#positionOf(key, 0)] = slot + 1
    return slot
  }

  touch(slot: number): void {
    if (slot === this.#youngest) return
    this.#unlink(slot)
    this.#link(slot)
  }

  remove(slot: number): void {
    this.#closeGap(this.#positionOf(this.words, slot * WORDS))
    this.#unlink(slot)
    this.#free.push(slot)
  }

  /** Slots from the one touched longest ago on. */
  *slots(): Generator<number, void> {
    for (let slot = this.#oldest; slot >= 0; slot = this.#younger[slot]!) yield slot
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
    const mask = table.length - 1
    let at = key[from]! & mask
    while (table[at] !== 0 && !this.#isAt(table[at]! - 1, key, from)) at = (at + 1) & mask
    return at
  }

  #isAt(slot: number, key: Int32Array, from: number): boolean {
    const start = slot * WORDS
    for (let i = 0; i < WORDS; i++) if (this.words[start + i] !== key[from + i]) return false
    return true
  }

  /** Empties a position and moves later entries of its run up, so that a search never stops before what it looks for. */
  #closeGap(position: number): void {
    const table = this.#table
    const mask = table.length - 1
    let gap = position
    for (let at = (gap + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const home = this.words[(table[at]! - 1) * WORDS]! & mask
      if (((at - home) & mask) < ((at - gap) & mask)) continue
      table[gap] = table[at]!
      gap = at
    }
    table[gap] = 0
  }

  #grow(): void {
    const slots = this.values.length * 2
    this.words = grown(this.words, slots * WORDS)
    this.#older = grown(this.#older, slots)
    this.#younger = grown(this.#younger, slots)
    const values = new Float64Array(slots)
    values.set(this.values)
    this.values = values
    this.#table = new Int32Array(slots * 2)
    for (const slot of this.slots()) this.#table[this.#positionOf(this.words, slot * WORDS)] = slot + 1
  }
}

function grown(rows: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(length)
  wider.set(rows)
  return wider
}
