/**
 * `rise`: of numbers that repeat or grow only what is above the highest seen for their key. Asking changes nothing that counts: the caller
 * lifts the mark once the number has been applied, or where it must not count.
 */
import type { Row } from '../decode/row.ts'
import type { Key } from '../select/key.ts'
import type { Condition, ValueTrace } from '../select/trace.ts'
import { FORGOTTEN, type KeySpace } from './key-space.ts'

export interface RiseOptions {
  /** A key's first number does not count. */
  readonly skipsNew: boolean
  /** A smaller number starts again at 0; otherwise it is nothing. */
  readonly resets: boolean
  /** While it holds, nothing counts. */
  readonly baseline: Condition | undefined
}

/**
 * `counts`: `added` does, be it 0 for a key's first number; `same`: nothing is above the highest seen, and nothing changes; `baseline`: it
 * counts nothing and lifts the mark; `forgotten`: so it does because what was seen is not known any more.
 */
export type RiseOutcome = 'counts' | 'same' | 'baseline' | 'forgotten'

export interface RisenNumber {
  readonly number: number
  /** undefined: nothing was seen, or it is not known any more. */
  readonly highest: number | undefined
  readonly added: number
}

export class Rise {
  /** What the last numbers add, one by one. */
  readonly added: number[] = []
  /** What was the highest seen of each: undefined for none. */
  readonly highest: (number | undefined)[] = []
  readonly #key: Key
  readonly #space: KeySpace
  readonly #options: RiseOptions
  #isBaseline = false
  #isSkipped = false

  constructor(key: Key, space: KeySpace, options: RiseOptions) {
    this.#key = key
    this.#space = space
    this.#options = options
  }

  /** Takes the row's key at hand. Answers false if it is missing. */
  begin(row: Row): boolean {
    const texts = this.#key.texts(row)
    if (texts === undefined) return false
    this.#space.find(texts)
    this.#isBaseline = this.#options.baseline?.test(row) ?? false
    this.#isSkipped = this.#options.skipsNew || row.origin.lacksHistory === true
    return true
  }

  /** What these numbers, each finite and at least 0, are to the marks from `at` on. They come together, so they are new together. */
  ask(numbers: readonly number[], at: number): RiseOutcome {
    this.added.length = this.highest.length = numbers.length
    let isAbove = false
    let hasFallen = false
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!
      const mark = this.#space.value(at + i)
      const isFalling = this.#options.resets && number < mark
      this.highest[i] = mark >= 0 ? mark : undefined
      this.added[i] = mark >= 0 && !isFalling ? Math.max(0, number - mark) : number
      isAbove ||= this.added[i]! > 0
      hasFallen ||= isFalling
    }
    if (this.highest[0] === undefined) return this.#asFirst(at)
    if (isAbove) return this.#isBaseline ? 'baseline' : 'counts'
    return hasFallen ? 'baseline' : 'same'
  }

  #asFirst(at: number): RiseOutcome {
    if (this.#isBaseline || this.#isSkipped) return 'baseline'
    return this.#space.value(at) === FORGOTTEN ? 'forgotten' : 'counts'
  }

  /** The marks from `at` on have seen these numbers. */
  lift(numbers: readonly number[], at: number): void {
    for (let i = 0; i < numbers.length; i++)
      if (this.#options.resets || !(this.#space.value(at + i) >= numbers[i]!)) this.#space.set(numbers[i]!, at + i)
  }

  /** What the last `ask` found of these numbers, one by one. */
  told(numbers: readonly number[]): RisenNumber[] {
    return numbers.map((number, i) => ({ number, highest: this.highest[i], added: this.added[i]! }))
  }

  trace(row: Row): ValueTrace[] {
    return this.#key.trace(row)
  }
}
