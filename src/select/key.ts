/** Keys: the values that together say what is one and the same. A key of which one value is missing, an object or a list, is missing. */
import type { Row } from '../decode/row.ts'
import type { Place } from '../diag/diagnostic.ts'
import type { CompileContext } from './compile-context.ts'
import type { ValueSpec } from './spec.ts'
import type { Value, ValueTrace } from './trace.ts'
import { compileValue } from './value.ts'

/** Its values in their order, each with its place. */
export type KeySpec = readonly { readonly spec: ValueSpec; readonly place: Place }[]

export class Key {
  readonly #values: readonly Value[]
  /** Of the event at hand. */
  readonly #texts: string[]

  constructor(values: readonly Value[]) {
    this.#values = values
    this.#texts = values.map(() => '')
  }

  /** Its texts, in a list that is used again; undefined: one is missing. */
  texts(row: Row): readonly string[] | undefined {
    for (let i = 0; i < this.#texts.length; i++) {
      const text = this.#values[i]!.text(row)
      if (text === undefined) return undefined
      this.#texts[i] = text
    }
    return this.#texts
  }

  trace(row: Row): ValueTrace[] {
    return this.#values.map((value) => value.trace(row))
  }
}

/** Problems are reported at the place of the value that has them. */
export function compileKey(spec: KeySpec, context: Omit<CompileContext, 'place'>): Key {
  return new Key(spec.map(({ spec: value, place }) => compileValue(value, { ...context, place })))
}
