/** One entry of a session's `collect`, compiled: which of the members it takes, and what each adds. */
import type { Row } from '../decode/row.ts'
import { type Collected, collect } from '../derive/collected.ts'
import type { Kept } from '../derive/derived-event.ts'
import type { Report } from '../diag/diagnostic.ts'
import type { KeyHash } from '../marks/key-hash.ts'
import { within } from '../select/compile-context.ts'
import type { CleanLabel } from '../select/label-text.ts'
import { compilePrice, type Price, type PriceFiles } from '../select/price.ts'
import type { SlotTable } from '../select/slots.ts'
import type { Value } from '../select/trace.ts'
import { compileValue } from '../select/value.ts'
import { KeptReader } from './feed.ts'
import { hashNumber } from './hashed.ts'
import type { CountSkip, CountUnpriced } from './rule.ts'
import type { CollectOp, CollectSpec } from './spec.ts'
import { Takes } from './takes.ts'

export interface CollectContext {
  readonly slots: SlotTable
  readonly report: Report
  readonly hash: KeyHash
  readonly cleanLabel: CleanLabel
  readonly priceFiles: PriceFiles
  readonly countSkip: CountSkip
  readonly countUnpriced?: CountUnpriced | undefined
  /** Name of the session. */
  readonly item: string
}

/** Operations that need a number. */
const OF_NUMBERS: readonly CollectOp[] = ['sum', 'max', 'min']

export class Collector {
  readonly #op: CollectOp
  readonly #takes: Takes
  readonly #context: CollectContext
  /** undefined: each member adds 1. */
  readonly #number: Value | undefined
  readonly #price: Price | undefined
  readonly #kept: KeptReader | undefined
  /** Of which only a hash is kept. */
  readonly #text: Value | undefined

  /** `around`: the session's own rule, whose elements this stands on. */
  constructor(spec: CollectSpec, around: Takes, context: CollectContext) {
    const { slots, report, priceFiles, cleanLabel } = context
    this.#op = spec.op
    this.#context = context
    this.#takes = new Takes(spec, slots, report, around)
    if (spec.value === undefined) return
    const { spec: value, place } = spec.value
    const { bindings, secretNames } = this.#takes
    const inside = { slots, report, bindings, secretNames, place }
    if (spec.op === 'distinct') this.#text = compileValue(value, inside)
    else if (!OF_NUMBERS.includes(spec.op)) this.#kept = new KeptReader(spec.value, inside, cleanLabel)
    else if (typeof value === 'object' && value.price !== undefined)
      this.#number = this.#price = compilePrice(value.price, priceFiles, within(inside, 'price'), compileValue)
    else this.#number = compileValue(value, inside)
  }

  /** Puts what the member in the row adds into place `at`. */
  collect(row: Row, collected: (Collected | undefined)[], at: number): void {
    const { events } = this.#takes
    if (events !== undefined && (row.name === undefined || !events.includes(row.name))) return
    this.#takes.forEachWithin(row, (here) => {
      const value = this.#value(here)
      if (value === undefined) this.#context.countSkip(this.#context.item, 'no_value')
      else
        collected[at] = collect(collected[at], this.#op, value, () => hashNumber(this.#context.hash, 'distinct', [String(value)]))
    })
  }

  #value(row: Row): Kept | undefined {
    if (this.#kept !== undefined) return this.#kept.read(row)
    if (this.#text !== undefined) return this.#text.text(row)
    if (this.#number === undefined) return 1
    const number = this.#number.number(row)
    const { countUnpriced, item } = this.#context
    if (this.#price !== undefined && this.#price.unpricedTokens > 0)
      countUnpriced?.(item, this.#price.unpricedModel, this.#price.unpricedTokens)
    return number !== undefined && Number.isFinite(number) ? number : undefined
  }
}
