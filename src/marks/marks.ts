/**
 * Marks: what is known of each key that something counts by, all in one bounded table. Notes what changes, so that a part of the record
 * can write that and no more.
 */
import { EvictedKeys } from './evicted-keys.ts'
import { KEY_WORDS, KeyHash, SEED_WORDS } from './key-hash.ts'
import { KeySpace, type SharedKeys } from './key-space.ts'
import { FREE, KeyTable } from './key-table.ts'

/** Words of a key that went, and whether it was evicted. */
export const GONE_WORDS = KEY_WORDS + 1
const FIRST_GONE = 64

/** Numbers about ourselves. */
export interface KeyCells {
  readonly keys: { value: number }
  readonly evictions: { value: number }
}

export interface MarksOptions {
  /** Keys of all spaces together. */
  readonly limit: number
  /** Four random words, secret; a record that is restored brings its own. */
  readonly seed: Int32Array
  /** Made when the first space is asked for. */
  readonly cells?: () => KeyCells
}

export class Marks implements SharedKeys {
  readonly hash: KeyHash
  readonly table: KeyTable
  readonly evicted: EvictedKeys
  /** Whether a record wants to hear of keys that go. */
  isRecorded = false
  /** More keys went than are kept: all is to be written. */
  isOutOfTrack = false
  #limit: number
  #gone = new Int32Array(FIRST_GONE * GONE_WORDS)
  #goneCount = 0
  readonly #makeCells: () => KeyCells
  #cells: KeyCells | undefined
  readonly #spaces = new Map<string, KeySpace>()
  #spaceCount = 0
  /** Spaces that were asked for since another mapping began to take over. */
  #asked = new Set<number>()

  constructor({ limit, seed, cells = uncounted }: MarksOptions) {
    if (seed.length !== SEED_WORDS) throw new Error('a seed has four words')
    this.#limit = limit
    this.hash = new KeyHash(seed)
    this.evicted = new EvictedKeys(limit)
    this.table = new KeyTable(limit, (slot) => this.#evict(slot))
    this.#makeCells = cells
  }

  get limit(): number {
    return this.#limit
  }

  /** The keys of what is called so; the same name is the same space. A space that is made for other numbers has another name. */
  space(name: string, width = 1): KeySpace {
    const known = this.#spaces.get(name)
    const space = known ?? new KeySpace(this, name, this.#spaceCount++, width)
    if (space.width !== width) throw new Error(`the keys of ${name} have ${space.width} numbers, not ${width}`)
    this.#cells ??= this.#makeCells()
    this.#spaces.set(name, space)
    this.#asked.add(space.number)
    return space
  }

  knownSpace(name: string): KeySpace | undefined {
    return this.#spaces.get(name)
  }

  get spaces(): IterableIterator<KeySpace> {
    return this.#spaces.values()
  }

  /** Another mapping takes over: what `define` asks for goes on with its keys; all other keys go, and nobody counts them as evicted. */
  redefine<T>(limit: number, define: () => T): T {
    this.#asked = new Set()
    const defined = define()
    for (const [name, { number }] of this.#spaces) if (!this.#asked.has(number)) this.#spaces.delete(name)
    const { table } = this
    for (let slot = 0; slot < table.spaces.length; slot++) {
      const space = table.spaces[slot]!
      if (space !== FREE && !this.#asked.has(space)) this.#leave(slot, 0)
    }
    this.#limit = limit
    this.evicted.limit = limit
    table.limit = limit
    this.#noteSize()
    return defined
  }

  /** Keys that are hashed from now on are those of a record that was written under this seed. */
  useSeed(seed: Int32Array): void {
    this.hash.seed = seed
    for (const space of this.#spaces.values()) space.retag()
  }

  add(key: Int32Array, { number, width }: KeySpace): number {
    const slot = this.table.add(key, number, width)
    this.#noteSize()
    return slot
  }

  /** Keys that went since `forgetChanges`, as four words each, then 1 if it was evicted. */
  get gone(): Int32Array {
    return this.#gone.subarray(0, this.#goneCount * GONE_WORDS)
  }

  forgetChanges(): void {
    this.table.forgetTouched()
    this.#goneCount = 0
    this.isOutOfTrack = false
  }

  #evict(slot: number): void {
    if (this.#cells !== undefined) this.#cells.evictions.value++
    this.evicted.add(this.table.words, slot * KEY_WORDS)
    this.#noteGone(slot, 1)
  }

  #leave(slot: number, isEvicted: 0 | 1): void {
    this.#noteGone(slot, isEvicted)
    this.table.remove(slot)
  }

  #noteGone(slot: number, isEvicted: 0 | 1): void {
    if (!this.isRecorded || this.isOutOfTrack) return
    if (this.#goneCount >= this.#limit) {
      this.isOutOfTrack = true
      this.#goneCount = 0
      return
    }
    const at = this.#goneCount++ * GONE_WORDS
    if (at === this.#gone.length) {
      const grown = new Int32Array(at * 2)
      grown.set(this.#gone)
      this.#gone = grown
    }
    for (let i = 0; i < KEY_WORDS; i++) this.#gone[at + i] = this.table.words[slot * KEY_WORDS + i]!
    this.#gone[at + KEY_WORDS] = isEvicted
  }

  #noteSize(): void {
    if (this.#cells !== undefined) this.#cells.keys.value = this.table.size
  }
}

function uncounted(): KeyCells {
  return { keys: { value: 0 }, evictions: { value: 0 } }
}
