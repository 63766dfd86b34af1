/** What makes two events of a sequence the same, as one number: a hash of its values, objects and lists too, whatever the order of their keys. */
import type { Json } from '../decode/json.ts'
import type { Row } from '../decode/row.ts'
import type { KeyHash } from '../marks/key-hash.ts'
import type { Value } from '../select/trace.ts'
import { canAfford } from './feed.ts'
import { hashNumber } from './hashed.ts'

export class Sameness {
  readonly #values: readonly Value[]
  readonly #hash: KeyHash
  /** Of the event at hand. */
  readonly #texts: string[]

  constructor(values: readonly Value[], hash: KeyHash) {
    this.#values = values
    this.#hash = hash
    this.#texts = ['same', ...values.map(() => '')]
  }

  /** What is missing is the same as what is missing. */
  of(row: Row): number {
    for (let i = 0; i < this.#values.length; i++) this.#texts[i + 1] = this.#textOf(this.#values[i]!, row)
    return hashNumber(this.#hash, this.#texts)
  }

  /** Elements of one line may all read one long object: that takes from what the line is given, and is missing when nothing is left. */
  #textOf(value: Value, row: Row): string {
    const text = value.text(row)
    if (text !== undefined) return canAfford(row, text) ? `=${text}` : ''
    const raw = value.raw(row)
    if (typeof raw !== 'object' || raw === null || row.workLeft < 0) return ''
    const json = JSON.stringify(raw, inOrder)
    row.workLeft -= json.length
    return json
  }
}

function inOrder(_: string, value: Json): Json {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
