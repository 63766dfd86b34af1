/** One way into an item of `derive` or `remember`: which events it takes, and what each says: scope, key, what is carried. */

import type { Row } from '../decode/row.ts'
import type { Kept } from '../derive/derived-event.ts'
import type { Carried, Cause, Touch } from '../derive/entry.ts'
import type { OpenKeys } from '../derive/open-keys.ts'
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
  readonly keys: OpenKeys
  /** What stands for the item in hashes. */
  readonly tag: string
  readonly scope: readonly Placed<ValueSpec>[]
  /** Whether a scope can be reset without naming keys: then each key knows its scope. */
  readonly hasScopeReset: boolean
  readonly carryNames: readonly string[]
  readonly cleanLabel: CleanLabel
  readonly onNoKey: () => void
}

export class Feed {
  readonly takes: Takes
  /** How many events, or elements of events, it has taken. */
  hits = 0
  readonly #context: FeedContext
  readonly #scope: readonly Value[]
  readonly #key: readonly Value[]
  readonly #carry: readonly (KeptReader | undefined)[]
  /** What stands for the item, then the texts of scope and key of the event at hand. */
  readonly #keyTexts: string[]
  readonly #scopeTag: string

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
    this.#keyTexts = [`key ${context.tag}`, ...this.#scope.map(() => ''), ...this.#key.map(() => '')]
    this.#scopeTag = `scope ${context.tag}`
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
    const { hash, keys, hasScopeReset } = this.#context
    const ofKey = this.#keyTexts
    const firstOfKey = 1 + this.#scope.length
    if (!readTexts(this.#scope, row, ofKey, 1) || !readTexts(this.#key, row, ofKey, firstOfKey)) return undefined
    const id = this.hasKey ? hashed(hash, ofKey) : ''
    const key = keys.find(id)?.key ?? ofKey.slice(firstOfKey).map((text) => this.#kept(text))
    const scope = hasScopeReset ? hashed(hash, [this.#scopeTag, ...ofKey.slice(1, firstOfKey)]) : ''
    return { id, scope, key, carried: this.#carried(row), cause }
  }

  #kept(text: string): string {
    return flatCopy(this.#context.cleanLabel(text))
  }

  #carried(row: Row): Carried {
    const carried: (Kept | undefined)[] = []
    for (let i = 0; i < this.#carry.length; i++) carried.push(this.#carry[i]?.read(row))
    return carried
  }
}

/** Texts longer than this are paid for, since elements of one line may all read the same long one. */
export const LONG_TEXT = 1024
const LETTERS_PER_STEP = 8

/** Whether what the line is given is enough to look at this text. */
export function canAfford(row: Row, text: string): boolean {
  if (text.length > LONG_TEXT) row.workLeft -= Math.ceil(text.length / LETTERS_PER_STEP)
  return row.workLeft >= 0
}

/** Puts the texts into a list from `at` on. Answers false if one is missing. */
export function readTexts(values: readonly Value[], row: Row, into: string[], at: number): boolean {
  for (let i = 0; i < values.length; i++) {
    const text = values[i]!.text(row)
    if (text === undefined || !canAfford(row, text)) return false
    into[at + i] = text
  }
  return true
}

/** Reads what is kept: numbers and truths as they are, texts as a label would show them, so that no secret of the log is kept. */
export class KeptReader {
  readonly #value: ShownValue
  readonly #isUnmasked: boolean
  readonly #cleanLabel: CleanLabel
  /** What was kept last: mostly the next one is the same. */
  #last = ''

  constructor({ spec }: Pick<NamedValue, 'spec'>, context: CompileContext, cleanLabel: CleanLabel) {
    this.#value = compileLabel(spec, context)
    this.#isUnmasked = typeof spec === 'object' && spec.unmasked === true
    this.#cleanLabel = cleanLabel
  }

  /** undefined: missing. */
  read(row: Row): Kept | undefined {
    const found = this.#value.scalar(row)
    if (found === undefined || typeof found === 'number' || typeof found === 'boolean') return found
    const text = String(found)
    if (!canAfford(row, text)) return undefined
    const cleaned = this.#cleanLabel(text, this.#isUnmasked)
    if (cleaned !== this.#last) this.#last = flatCopy(cleaned)
    return this.#last
  }
}
