/**
 * The keys of one owner (a metric as it is defined, a derived thing) for one purpose, each with a row of numbers. Two spaces never meet,
 * whatever the keys. One key is at hand: the one that was last asked for.
 */
import type { EvictedKeys } from './evicted-keys.ts'
import { KEY_WORDS, type KeyHash } from './key-hash.ts'
import type { KeyTable } from './key-table.ts'

/** `forgotten`: it was there, went because too many others came, and is there again with nothing known of it. */
export type Standing = 'new' | 'known' | 'forgotten'

/** What stands where a number would: nothing came yet; or something came and was evicted. */
export const NOTHING = Number.NaN
export const FORGOTTEN = -1

/** What all spaces share. */
export interface SharedKeys {
  readonly hash: KeyHash
  readonly table: KeyTable
  readonly evicted: EvictedKeys
  /** A slot for a key that is not there. Its numbers are the caller's to fill. */
  add(key: Int32Array, space: KeySpace): number
}

export class KeySpace {
  readonly name: string
  /** In its marks. */
  readonly number: number
  /** Numbers per key. */
  readonly width: number
  readonly #shared: SharedKeys
  /** What keeps the keys of this space apart from all others. */
  readonly #tag = new Int32Array(KEY_WORDS)
  /** The key at hand, and its slot in the table. */
  readonly #key = new Int32Array(KEY_WORDS)
  #slot = -1

  constructor(shared: SharedKeys, name: string, number: number, width: number) {
    this.#shared = shared
    this.name = name
    this.number = number
    this.width = width
    this.retag()
  }

  /** To be called when the seed has changed. */
  retag(): void {
    this.#tag.set(this.#shared.hash.of([this.name]))
  }

  /** Takes the key of these texts at hand. A known one is touched, a forgotten one is there from now on. */
  find(texts: readonly string[]): Standing {
    const { hash, table, evicted } = this.#shared
    const words = hash.of(texts)
    const key = this.#key
    for (let i = 0; i < KEY_WORDS; i++) key[i] = words[i]! ^ this.#tag[i]!
    this.#slot = table.find(key)
    if (this.#slot >= 0) {
      table.touch(this.#slot)
      return 'known'
    }
    if (!evicted.has(key)) return 'new'
    this.#add(FORGOTTEN)
    return 'forgotten'
  }

  /** Of the key at hand: a number of 0 or more, `NOTHING` or `FORGOTTEN`. */
  value(at = 0): number {
    const { table } = this.#shared
    return this.#slot < 0 ? NOTHING : table.rows.values[table.starts[this.#slot]! + at]!
  }

  /** The key at hand has this number from now on. Other keys may have been found since, and none may have come. */
  set(value: number, at = 0): void {
    const { table } = this.#shared
    if (this.#slot < 0) this.#add(NOTHING)
    table.rows.values[table.starts[this.#slot]! + at] = value
  }

  #add(value: number): void {
    const { table } = this.#shared
    this.#slot = this.#shared.add(this.#key, this)
    const start = table.starts[this.#slot]!
    table.rows.values.fill(value, start, start + this.width)
  }
}
