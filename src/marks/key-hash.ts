/**
 * Texts of a key → 128 bits under a secret seed, so that no text of the log is kept and nobody who writes the log can make two keys meet.
 * Two HalfSipHash-2-4 of 64 bits each, under halves of the seed that know nothing of each other.
 */
export const SEED_WORDS = 4

export class KeyHash {
  /** The last key, as four whole words. */
  readonly words = new Int32Array(4)
  readonly #seed: Int32Array
  #bytes: Buffer = Buffer.allocUnsafe(256)
  #length = 0

  constructor(seed: Int32Array) {
    this.#seed = seed
  }

  begin(): void {
    this.#length = 0
  }

  /** Each text stands with its length, so that `ab`, `c` is not `a`, `bc`. */
  add(text: string): void {
    const most = this.#length + 4 + text.length * 3
    if (most > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(most * 2)
      this.#bytes.copy(grown, 0, 0, this.#length)
      this.#bytes = grown
    }
    const written = this.#bytes.write(text, this.#length + 4)
    this.#bytes.writeUInt32LE(written, this.#length)
    this.#length += 4 + written
  }

  end(): void {
    this.#half(0)
    this.#half(2)
  }

  #half(at: number): void {
    const bytes = this.#bytes
    const k0 = this.#seed[at]!
    const k1 = this.#seed[at + 1]!
    const state: State = [k0, k1 ^ 0xee, 0x6c796765 ^ k0, 0x74656462 ^ k1]
    const whole = this.#length & ~3
    for (let i = 0; i < whole; i += 4) absorb(state, bytes.readInt32LE(i))
    let rest = this.#length << 24
    for (let i = whole; i < this.#length; i++) rest |= bytes[i]! << (8 * (i - whole))
    absorb(state, rest)
    state[2] ^= 0xee
    for (let i = 0; i < 4; i++) round(state)
    this.words[at] = state[1] ^ state[3]
    state[1] ^= 0xdd
    for (let i = 0; i < 4; i++) round(state)
    this.words[at + 1] = state[1] ^ state[3]
  }
}

type State = [number, number, number, number]

function absorb(state: State, word: number): void {
  state[3] ^= word
  round(state)
  round(state)
  state[0] ^= word
}

function round(state: State): void {
  let [a, b, c, d] = state
  a = (a + b) | 0
  b = turn(b, 5) ^ a
  a = turn(a, 16)
  c = (c + d) | 0
  d = turn(d, 8) ^ c
  a = (a + d) | 0
  d = turn(d, 7) ^ a
  c = (c + b) | 0
  b = turn(b, 13) ^ c
  c = turn(c, 16)
  state[0] = a
  state[1] = b
  state[2] = c
  state[3] = d
}

function turn(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
