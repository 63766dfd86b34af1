/**
 * Marks: what is known of each key that a rule counts by. One bounded table for all of them; an owner is one metric as it is defined.
 * Notes what changes, so that a part of the record can write that and no more.
 */
import { EvictedKeys } from './evicted-keys.ts'
import { KeyHash, SEED_WORDS } from './key-hash.ts'
import { KeyTable } from './key-table.ts'

const WORDS = 4

export class Marks {
  readonly limit: number
  /** Secret; a record that is restored brings its own. */
  readonly seed: Int32Array
  readonly table: KeyTable
  readonly evicted: EvictedKeys
  readonly hash: KeyHash
  /** How many keys were ever evicted by this process. */
  evictions = 0
  /** By slot: owner of the key, and when it was touched, counted in touches. */
  readonly owners: number[] = []
  readonly touches: number[] = []
  /** By slot: a number that no other key ever gets; 0 where none stands. */
  readonly births: number[] = []
  /** Slots that changed since `forgetChanges`. */
  readonly changed = new Set<number>()
  /** Keys that went since then, as four words each, then 1 if it was evicted. Kept only for a record, and not beyond `limit`: then all is to be written. */
  gone: number[] = []
  isRecorded = false
  isOutOfTrack = false
  #touch = 0
  #birthCount = 0
  readonly #ownerNames: string[] = []

  /** `seed`: four random words. */
  constructor(limit: number, seed: Int32Array) {
    if (seed.length !== SEED_WORDS) throw new Error('a seed has four words')
    this.limit = limit
    this.seed = seed
    this.hash = new KeyHash(seed)
    this.evicted = new EvictedKeys(limit)
    this.table = new KeyTable(limit, (slot) => this.#evict(slot))
  }

  /** The number of what is called so; the same name is the same owner. */
  owner(name: string): number {
    const known = this.#ownerNames.indexOf(name)
    return known >= 0 ? known : this.#ownerNames.push(name) - 1
  }

  ownerName(owner: number): string {
    return this.#ownerNames[owner]!
  }

  /** Of a key that `find` does not know: whether it was evicted. */
  get isForgotten(): boolean {
    return this.evicted.has(this.hash.words)
  }

  /** The slot of the key that was hashed last, or -1. */
  find(): number {
    return this.table.find(this.hash.words)
  }

  /** The key that was hashed last has this mark from now on. */
  set(owner: number, value: number): void {
    this.restore(this.hash.words, owner, value, this.#touch + 1)
    this.#note(this.find())
  }

  /** As `set`, of a key that a record tells of: to be called in the order of touches. */
  restore(key: Int32Array, owner: number, value: number, touch: number): void {
    let slot = this.table.find(key)
    if (slot < 0) {
      slot = this.table.add(key, value)
      this.births[slot] = ++this.#birthCount
    } else this.table.touch(slot)
    this.table.values[slot] = value
    this.owners[slot] = owner
    this.touches[slot] = this.#touch = touch
  }

  /** Keys of all other owners go, without being remembered as evicted. */
  keep(owners: ReadonlySet<number>): void {
    for (const slot of [...this.table.slots()]) {
      if (owners.has(this.owners[slot]!)) continue
      this.#leave(slot, 0)
      this.table.remove(slot)
    }
  }

  forgetChanges(): void {
    this.changed.clear()
    this.gone = []
    this.isOutOfTrack = false
  }

  #evict(slot: number): void {
    this.evictions++
    this.evicted.add(this.table.words, slot * WORDS)
    this.#leave(slot, 1)
  }

  #leave(slot: number, isEvicted: 0 | 1): void {
    this.changed.delete(slot)
    this.births[slot] = 0
    if (!this.isRecorded || this.isOutOfTrack) return
    if (this.gone.length >= this.limit * (WORDS + 1)) {
      this.isOutOfTrack = true
      this.gone = []
      return
    }
    for (let i = 0; i < WORDS; i++) this.gone.push(this.table.words[slot * WORDS + i]!)
    this.gone.push(isEvicted)
  }

  #note(slot: number): void {
    if (this.isRecorded) this.changed.add(slot)
  }
}
