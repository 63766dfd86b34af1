/**
 * Which keys were evicted, in bounded memory: at least the last `limit` of them are known, and of keys never evicted at most
 * 2 in 1000 are taken for one. Two Bloom filters of 16 bits a key and 6 positions: the older is let go when the younger is full.
 * Takes no memory before the first key is evicted.
 */
import { KEY_WORDS } from './key-hash.ts'

const BITS_PER_KEY = 16
const POSITIONS = 6
const LEAST_BITS = 1024
/** Half a gibibyte of bits: whoever wants more keys than that gets a filter that knows fewer of them. */
const MOST_BITS = 2 ** 32
const NONE = new Int32Array(0)

/** Both filters as they stand. */
export interface EvictedState {
  readonly limit: number
  readonly youngCount: number
  readonly young: Uint8Array
  readonly old: Uint8Array
}

/** Filters have a power of two of bits. One that a record brings keeps its size until it is let go: folded, it would know every key. */
export class EvictedKeys {
  #limit: number
  #young: Int32Array = NONE
  #old: Int32Array = NONE
  #youngCount = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** From now on at least so many of the last keys are known. */
  set limit(limit: number) {
    this.#limit = limit
  }

  /** One that is known already takes no room: what is read of a record may tell of it twice. */
  add(key: Int32Array, at = 0): void {
    if (isIn(this.#young, key, at)) return
    if (this.#youngCount >= Math.min(this.#limit, (this.#young.length * 32) / BITS_PER_KEY)) {
      this.#old = this.#young
      this.#young = new Int32Array(wordsFor(this.#limit))
      this.#youngCount = 0
    }
    this.#youngCount++
    const mask = this.#young.length - 1
    for (let i = 0; i < POSITIONS; i++) {
      const bit = position(key, at, i)
      this.#young[(bit >>> 5) & mask]! |= 1 << (bit & 31)
    }
  }

  has(key: Int32Array, at = 0): boolean {
    return isIn(this.#young, key, at) || isIn(this.#old, key, at)
  }

  /** Copies, so that they can be written beside the work. */
  get state(): EvictedState {
    const [young, old] = [bytesOf(this.#young).slice(), bytesOf(this.#old).slice()]
    return { limit: this.#limit, youngCount: this.#youngCount, young, old }
  }

  /** The filters are those of the state from now on, the limit is not. */
  restore({ youngCount, young, old }: EvictedState): void {
    this.#youngCount = youngCount
    this.#young = wordsOf(young)
    this.#old = wordsOf(old)
  }
}

function wordsFor(limit: number): number {
  const bits = 2 ** Math.ceil(Math.log2(Math.max(LEAST_BITS, limit * BITS_PER_KEY)))
  return Math.min(bits, MOST_BITS) / 32
}

function isIn(filter: Int32Array, key: Int32Array, at: number): boolean {
  if (filter.length === 0) return false
  const mask = filter.length - 1
  for (let i = 0; i < POSITIONS; i++) {
    const bit = position(key, at, i)
    if ((filter[(bit >>> 5) & mask]! & (1 << (bit & 31))) === 0) return false
  }
  return true
}

/** Of 2^32 positions: a filter looks at as many low bits of it as it has. */
function position(key: Int32Array, at: number, i: number): number {
  return (key[at + 1]! + Math.imul(i, key[at + KEY_WORDS - 1]! | 1)) | 0
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}

function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}
