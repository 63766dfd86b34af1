/**
 * Which keys were evicted, in bounded memory: at least the last `limit` of them are known, and of keys never evicted at most
 * 2 in 1000 are taken for one. Two Bloom filters of 16 bits a key and 6 positions: the older is let go when the younger is full.
 */
const BITS_PER_KEY = 16
const POSITIONS = 6
const LEAST_BITS = 1024

/** Bytes of both filters, little endian. */
export interface EvictedState {
  readonly youngCount: number
  readonly young: Uint8Array
  readonly old: Uint8Array
}

export class EvictedKeys {
  readonly #limit: number
  readonly #mask: number
  #young: Int32Array
  #old: Int32Array
  #youngCount = 0

  constructor(limit: number) {
    this.#limit = limit
    const bits = 2 ** Math.ceil(Math.log2(Math.max(LEAST_BITS, limit * BITS_PER_KEY)))
    this.#mask = bits - 1
    this.#young = new Int32Array(bits / 32)
    this.#old = new Int32Array(bits / 32)
  }

  /** One that is known already takes no room: what is read of a record may tell of it twice. */
  add(words: Int32Array, at = 0): void {
    if (this.#isIn(this.#young, words, at)) return
    if (this.#youngCount === this.#limit) {
      const emptied = this.#old.fill(0)
      this.#old = this.#young
      this.#young = emptied
      this.#youngCount = 0
    }
    this.#youngCount++
    for (let i = 0; i < POSITIONS; i++) {
      const bit = this.#position(words, at, i)
      this.#young[bit >>> 5]! |= 1 << (bit & 31)
    }
  }

  has(words: Int32Array, at = 0): boolean {
    return this.#isIn(this.#young, words, at) || this.#isIn(this.#old, words, at)
  }

  get state(): EvictedState {
    return { youngCount: this.#youngCount, young: bytesOf(this.#young), old: bytesOf(this.#old) }
  }

  /** Of a filter of another limit too: positions are low bits, so one that is folded or repeated knows the same keys, and more. */
  restore({ youngCount, young, old }: EvictedState): void {
    this.#youngCount = Math.min(youngCount, this.#limit)
    merge(this.#young.fill(0), young)
    merge(this.#old.fill(0), old)
  }

  #isIn(filter: Int32Array, words: Int32Array, at: number): boolean {
    for (let i = 0; i < POSITIONS; i++) {
      const bit = this.#position(words, at, i)
      if ((filter[bit >>> 5]! & (1 << (bit & 31))) === 0) return false
    }
    return true
  }

  #position(words: Int32Array, at: number, i: number): number {
    return (words[at + 1]! + Math.imul(i, words[at + 3]! | 1)) & this.#mask
  }
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}

function merge(into: Int32Array, from: Uint8Array): void {
  const bytes = bytesOf(into)
  for (let i = 0; i < Math.max(bytes.length, from.length); i++) bytes[i % bytes.length]! |= from[i % from.length]!
}
