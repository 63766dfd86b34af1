/** `once`: a key counts one time, for ever or within a time by the clock of its log. What counts is marked by the caller, once it did. */
import type { Row } from '../decode/row.ts'
import type { Key } from '../select/key.ts'
import type { ValueTrace } from '../select/trace.ts'
import type { KeySpace } from './key-space.ts'

export type OnceStanding = 'new' | 'repeated' | 'forgotten' | 'no_key'

const NS_PER_US = 1000n
const US_PER_MS = 1000

export class Once {
  readonly #key: Key
  readonly #space: KeySpace
  /** undefined: for ever. */
  readonly #withinUs: number | undefined
  #nowUs = 0

  /** The space's number is the time in microseconds at which the key counted last. */
  constructor(key: Key, space: KeySpace, withinMs: number | undefined) {
    this.#key = key
    this.#space = space
    this.#withinUs = withinMs === undefined ? undefined : withinMs * US_PER_MS
  }

  /**
   * How the row's key stands; it is at hand then. One that was forgotten may have counted: so it does not count now, and is known from now
   * on as if it had.
   */
  ask(row: Row): OnceStanding {
    const texts = this.#key.texts(row)
    if (texts === undefined) return 'no_key'
    const standing = this.#space.find(texts)
    if (this.#withinUs !== undefined) this.#nowUs = Number(row.clock.nowNs / NS_PER_US)
    if (standing === 'forgotten') this.note()
    if (standing !== 'known') return standing
    return this.#withinUs !== undefined && this.#nowUs - this.#space.value() >= this.#withinUs ? 'new' : 'repeated'
  }

  trace(row: Row): ValueTrace[] {
    return this.#key.trace(row)
  }

  /** The key that `ask` was asked for has counted. */
  note(): void {
    this.#space.set(this.#nowUs)
  }
}
