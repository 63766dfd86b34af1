/** `remember`, compiled: what an event leaves for later ones, and what `$kept.NAME` reads of it in rules of the same mapping. */

import type { Row } from '../decode/row.ts'
import type { Kept } from '../derive/derived-event.ts'
import type { Cause } from '../derive/entry.ts'
import type { OpenKeys } from '../derive/open-keys.ts'
import { Remembered } from '../derive/remembered.ts'
import type { Report } from '../diag/diagnostic.ts'
import type { CleanLabel } from '../select/label-text.ts'
import type { KeptNames, Read, SlotTable } from '../select/slots.ts'
import type { Value } from '../select/trace.ts'
import { compileValue } from '../select/value.ts'
import { KeptReader, LONG_TEXT, readTexts } from './feed.ts'
import { hashed } from './hashed.ts'
import { definitionOfItem, ownerOf, tagOf } from './item-identity.ts'
import type { UpdateWatch } from './rule.ts'
import type { RememberSpec } from './spec.ts'
import { Takes } from './takes.ts'

export interface RememberContext {
  readonly slots: SlotTable
  readonly report: Report
  readonly keys: OpenKeys
  readonly unit: string
  readonly cleanLabel: CleanLabel
  readonly onNoKey: (name: string) => void
  readonly watch?: UpdateWatch | undefined
}

export class RememberRule {
  readonly name: string
  readonly takes: Takes
  /** How many events, or elements of events, it has taken. */
  hits = 0
  readonly #item: Remembered
  readonly #scope: ScopeReader
  readonly #value: KeptReader
  readonly #onNoKey: () => void
  readonly #watch: UpdateWatch | undefined
  /** What the event at hand leaves, until all rules have read it. */
  #found: { readonly id: string; readonly value: Kept }[] = []

  constructor(spec: RememberSpec, item: Remembered, context: RememberContext) {
    const { slots, report, cleanLabel } = context
    this.name = spec.name
    this.#item = item
    this.#scope = new ScopeReader(spec, context)
    this.takes = new Takes(spec, slots, report)
    const { bindings, secretNames } = this.takes
    this.#value = new KeptReader(spec.value, { slots, bindings, secretNames, place: spec.value.place, report }, cleanLabel)
    this.#watch = context.watch
    this.#onNoKey = () => context.onNoKey(spec.name)
  }

  /** What is read of the event. Nothing is remembered before all rules have read: their order means nothing. */
  read(row: Row): boolean {
    return this.takes.forEach(row, (here) => {
      this.hits++
      const value = this.#value.read(here)
      if (value === undefined) return
      const id = this.#scope.id(here)
      if (id === undefined) this.#onNoKey()
      else {
        this.#found.push({ id, value })
        this.#watch?.remembered(this.name, value)
      }
    })
  }

  settle(cause: Cause): void {
    for (const { id, value } of this.#found) this.#item.remember({ id, scope: '', key: [], carried: [], cause }, value)
    if (this.#found.length > 0) this.#found = []
  }
}

/** Which scope an event belongs to. Read of the event itself, since whoever asks for `$kept` stands on other elements, or on none. */
class ScopeReader {
  readonly #values: readonly Value[]
  readonly #keys: OpenKeys
  /** What stands for the item, then the texts of the event at hand. */
  readonly #texts: string[]
  /** Of the scope asked for last: mostly one log is read for a while. */
  readonly #last: string[]
  #lastId: string | undefined

  constructor({ scope, name }: RememberSpec, { slots, report, keys, unit }: RememberContext) {
    this.#values = scope.map(({ spec, place }) => compileValue(spec, { slots, bindings: new Map(), place, report }))
    this.#texts = [`kept ${tagOf(ownerOf(unit, name))}`, ...this.#values.map(() => '')]
    this.#last = [...this.#texts]
    this.#keys = keys
  }

  /** undefined: a part of it is missing. */
  id(row: Row): string | undefined {
    const texts = this.#texts
    if (!readTexts(this.#values, row, texts, 1)) return undefined
    if (this.#lastId !== undefined && texts.every((text, i) => text === this.#last[i])) return this.#lastId
    const id = hashed(this.#keys.hash, texts)
    // What a long line gave is not held on to.
    const isShort = texts.every((text) => text.length <= LONG_TEXT)
    this.#lastId = isShort ? id : undefined
    if (isShort) for (let i = 1; i < texts.length; i++) this.#last[i] = texts[i]!
    return id
  }
}

/** The items of `remember`, in force from now on, and what `$kept` means. */
export function defineRemembered(specs: readonly RememberSpec[], context: RememberContext): Map<string, Remembered> {
  const items = specs.map((spec) => {
    const identity = { owner: ownerOf(context.unit, spec.name), definition: definitionOfItem(spec) }
    const known = context.keys.item(identity.owner, identity.definition)
    if (known instanceof Remembered) return known
    const { name, keepsFirst } = spec
    const shape = { kind: 'remember', name, keepsFirst, carryNames: [], hasScopeReset: false, ...identity } as const
    const item = new Remembered(shape, context.keys)
    context.keys.define(item)
    return item
  })
  return new Map(items.map((item) => [item.spec.name, item]))
}

export function keptNames(
  specs: readonly RememberSpec[],
  items: ReadonlyMap<string, Remembered>,
  context: RememberContext,
): KeptNames {
  return {
    names: specs.map(({ name }) => name),
    reader: (name): Read => {
      const item = items.get(name)!
      const spec = specs.find((one) => one.name === name)!
      // Its problems were told where it is defined.
      const scope = new ScopeReader(spec, { ...context, report: () => {} })
      return (row) => {
        const id = scope.id(row)
        return id === undefined ? undefined : item.kept(id)
      }
    },
  }
}
