/**
 * Texts of a key → 128 bits under a secret seed, so that no text of the log is kept and nobody who writes the log can make two keys meet.
 * Two HalfSipHash-2-4 of 64 bits each, under halves of the seed that know nothing of each other. Allocates nothing for a usual key.
 */
export const SEED_WORDS = 4
export const KEY_WORDS = 4

const FIRST_WORDS = 256
/** What one long key needed is not kept. */
const KEPT_WORDS = 16 * 1024
const MOST_KEPT_LENGTH = 256

export class KeyHash {
  /** The last key, as four whole words. */
  readonly words = new Int32Array(KEY_WORDS)
  readonly #seed: Int32Array
  #message = new Int32Array(FIRST_WORDS)
  /** What `words` is of, if that is one text of usual length: rules of several metrics ask for one key of one event. */
  #only: string | undefined

  /** `seed`: four words. */
  constructor(seed: Int32Array) {
    this.#seed = seed.slice()
  }

  get seed(): Int32Array {
    return this.#seed
  }

  /** From now on all texts make other keys. */
  set seed(seed: Int32Array) {
    this.#seed.set(seed)
    this.#only = undefined
  }

  /** `words` of these texts. Each stands with its length, so that `ab`, `c` is not `a`, `bc`. */
  of(texts: readonly string[]): Int32Array {
    const only = texts.length === 1 ? texts[0]! : undefined
    if (only !== undefined && only === this.#only) return this.words
    let length = 0
    for (let i = 0; i < texts.length; i++) length = this.#put(texts[i]!, length)
    this.ofMessage(this.#message, length)
    if (this.#message.length > KEPT_WORDS) this.#message = new Int32Array(FIRST_WORDS)
    this.#only = only !== undefined && only.length <= MOST_KEPT_LENGTH ? only : undefined
    return this.words
  }

  /** `words` of the first `length` words of a message, of which one more is overwritten. */
  ofMessage(message: Int32Array, length: number): void {
    this.#only = undefined
    // The last word of a message holds its length in bytes.
    message[length] = length << 26
    this.#mix(message, length + 1)
  }

  /** Four letters to a word, if all are Latin-1; else two, and the length negative. */
  #put(text: string, at: number): number {
    const { length } = text
    const words = at + 4 + (length >> 1)
    const message = words < this.#message.length ? this.#message : this.#grow(words)
    message[at] = length
    let all = 0
    let end = at + 1
    let i = 0
    for (; i + 4 <= length; i += 4) {
      const a = text.charCodeAt(i)
      const b = text.charCodeAt(i + 1)
      const c = text.charCodeAt(i + 2)
      const d = text.charCodeAt(i + 3)
      all |= a | b | c | d
      message[end++] = a | (b << 8) | (c << 16) | (d << 24)
    }
    if (i < length) {
      let rest = 0
      for (let shift = 0; i < length; i++, shift += 8) {
        const code = text.charCodeAt(i)
        all |= code
        rest |= code << shift
      }
      message[end++] = rest
    }
    return all < 256 ? end : putWide(message, text, at)
  }

  /** A message with room for so many words. */
  #grow(words: number): Int32Array<ArrayBuffer> {
    const grown = new Int32Array(words * 2)
    grown.set(this.#message)
    this.#message = grown
    return grown
  }

  /** Both hashes in one walk: a b c d are the state of the first, e f g h of the second. */
  #mix(message: Int32Array, count: number): void {
    const seed = this.#seed
    let a = seed[0]!
    let b = seed[1]! ^ 0xee
    let c = seed[0]! ^ 0x6c796765
    let d = seed[1]! ^ 0x74656462
    let e = seed[2]!
    let f = seed[3]! ^ 0xee
    let g = seed[2]! ^ 0x6c796765
    let h = seed[3]! ^ 0x74656462
    // Two rounds for each word; then, with nothing to take in, four before each half of the result.
    for (let step = 0; step < count + 4; step++) {
      const word = step < count ? message[step]! : 0
      if (step === count) {
        c ^= 0xee
        g ^= 0xee
      } else if (step === count + 2) {
        this.words[0] = b ^ d
        this.words[2] = f ^ h
        b ^= 0xdd
        f ^= 0xdd
      }
      d ^= word
      h ^= word
      for (let round = 0; round < 2; round++) {
        a = (a + b) | 0
        e = (e + f) | 0
        b = ((b << 5) | (b >>> 27)) ^ a
        f = ((f << 5) | (f >>> 27)) ^ e
        a = (a << 16) | (a >>> 16)
        e = (e << 16) | (e >>> 16)
        c = (c + d) | 0
        g = (g + h) | 0
        d = ((d << 8) | (d >>> 24)) ^ c
        h = ((h << 8) | (h >>> 24)) ^ g
        a = (a + d) | 0
        e = (e + h) | 0
        d = ((d << 7) | (d >>> 25)) ^ a
        h = ((h << 7) | (h >>> 25)) ^ e
        c = (c + b) | 0
        g = (g + f) | 0
        b = ((b << 13) | (b >>> 19)) ^ c
        f = ((f << 13) | (f >>> 19)) ^ g
        c = (c << 16) | (c >>> 16)
        g = (g << 16) | (g >>> 16)
      }
      a ^= word
      e ^= word
    }
    this.words[1] = b ^ d
    this.words[3] = f ^ h
  }
}

function putWide(message: Int32Array, text: string, at: number): number {
  message[at] = ~text.length
  let end = at + 1
  // Behind the end there is no letter, which is 0 here.
  for (let i = 0; i < text.length; i += 2) message[end++] = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16)
  return end
}
