/** One way into an item of `derive` or `remember`: which events it takes, and what each says: scope, key, what is carried. */

import type { Row } from '../decode/row.ts'
import type { Kept } from '../derive/derived-event.ts'
import type { Carried, Cause, Touch } from '../derive/entry.ts'
import type { Report } from '../diag/diagnostic.ts'
import type { KeyHash } from '../marks/key-hash.ts'
import { flatCopy } from '../registry/flat-text.ts'
import type { CompileContext } from '../select/compile-context.ts'
import type { CleanLabel } from '../select/label-text.ts'
import type { SlotTable } from '../select/slots.ts'
import type { ValueSpec } from '../select/spec.ts'
import type { ShownValue, Value } from '../select/trace.ts'
import { compileLabel, compileValue } from '../select/value.ts'
import { hashed } from './hashed.ts'
import type { FeedSpec, NamedValue, Placed } from './spec.ts'
import { Takes } from './takes.ts'

export interface FeedContext {
  readonly slots: SlotTable
  readonly report: Report
  readonly hash: KeyHash
  /** What stands for the item in hashes. */
  readonly tag: string
  readonly scope: readonly Placed<ValueSpec>[]
  /** Whether a scope can be reset without naming keys: then each key knows its scope. */
  readonly hasScopeReset: boolean
  readonly carryNames: readonly string[]
  readonly cleanLabel: CleanLabel
  readonly onNoKey: () => void
}

/** Stands for a scope in hashes, so that no key is taken for one. */
const SCOPE_TAG = 'scope'

export class Feed {
  readonly takes: Takes
  /** How many events, or elements of events, it has taken. */
  hits = 0
  readonly #context: FeedContext
  readonly #scope: readonly Value[]
  readonly #key: readonly Value[]
  readonly #carry: readonly (KeptReader | undefined)[]

  constructor(spec: FeedSpec, context: FeedContext) {
    const { slots, report } = context
    this.#context = context
    this.takes = new Takes(spec, slots, report)
    const { bindings, secretNames } = this.takes
    const inside = (place: FeedSpec['place']): CompileContext => ({ slots, bindings, secretNames, place, report })
    this.#scope = context.scope.map(({ spec: text, place }) => compileValue(text, inside(place)))
    this.#key = spec.key.map(({ spec: text, place }) => compileValue(text, inside(place)))
    this.#carry = context.carryNames.map((name) => {
      const found = spec.carry.find((one) => one.name === name)
      return found && new KeptReader(found, inside(found.place), context.cleanLabel)
    })
  }

  /** Whether it names keys: else it means all of a scope. */
  get hasKey(): boolean {
    return this.#key.length > 0
  }

  /** Calls `visit` for each element that is taken and has its key and scope. Answers whether one was taken. */
  forEach(row: Row, cause: Cause, visit: (touch: Touch, row: Row) => void): boolean {
    return this.takes.forEach(row, (here) => {
      this.hits++
      const touch = this.#touch(here, cause)
      if (touch === undefined) this.#context.onNoKey()
      else visit(touch, here)
    })
  }

  /** undefined: a part of the key or the scope is missing. */
  #touch(row: Row, cause: Cause): Touch | undefined {
    const scopes = textsOf(this.#scope, row)
    const keys = textsOf(this.#key, row)
    if (scopes === undefined || keys === undefined) return undefined
    const { hasScopeReset, cleanLabel } = this.#context
    return {
      id: this.hasKey ? this.#id('key', scopes, keys) : '',
      scope: hasScopeReset ? this.#id(SCOPE_TAG, scopes) : '',
      key: keys.map((text) => flatCopy(cleanLabel(text))),
      carried: this.#carried(row),
      cause,
    }
  }

  #id(what: string, scopes: readonly string[], keys: readonly string[] = []): string {
    return hashed(this.#context.hash, `${what} ${this.#context.tag}`, scopes, keys)
  }

  #carried(row: Row): Carried {
    return this.#carry.map((one) => one?.read(row))
  }
}

/** undefined: one of them is missing. */
export function textsOf(values: readonly Value[], row: Row): readonly string[] | undefined {
  const texts: string[] = []
  for (const value of values) {
    const text = value.text(row)
    if (text === undefined) return undefined
    texts.push(text)
  }
  return texts
}

/** Reads what is kept: numbers and truths as they are, texts as a label would show them, so that no secret of the log is kept. */
export class KeptReader {
  readonly #value: ShownValue
  readonly #isUnmasked: boolean
  readonly #cleanLabel: CleanLabel

  constructor({ spec }: Pick<NamedValue, 'spec'>, context: CompileContext, cleanLabel: CleanLabel) {
    this.#value = compileLabel(spec, context)
    this.#isUnmasked = typeof spec === 'object' && spec.unmasked === true
    this.#cleanLabel = cleanLabel
  }

  /** undefined: missing. */
  read(row: Row): Kept | undefined {
    const found = this.#value.scalar(row)
    if (found === undefined || typeof found === 'number' || typeof found === 'boolean') return found
    return flatCopy(this.#cleanLabel(String(found), this.#isUnmasked))
  }
}
