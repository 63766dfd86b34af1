/** One entry of a session's `collect`, compiled: which of the members it takes, and what each adds. */
import type { Row } from '../decode/row.ts'
import { type Collected, collect } from '../derive/collected.ts'
import type { Kept } from '../derive/derived-event.ts'
import type { Report } from '../diag/diagnostic.ts'
import type { KeyHash } from '../marks/key-hash.ts'
import type { Once } from '../marks/once.ts'
import type { Rise } from '../marks/rise.ts'
import { within } from '../select/compile-context.ts'
import type { CleanLabel } from '../select/label-text.ts'
import { compilePrice, type Price, type PriceFiles } from '../select/price.ts'
import type { SlotTable } from '../select/slots.ts'
import type { Value } from '../select/trace.ts'
import { compileValue } from '../select/value.ts'
import { canAfford, KeptReader } from './feed.ts'
import { hashNumber } from './hashed.ts'
import { type MarksOwner, MetricMarks } from './metric-marks.ts'
import type { CountSkip, CountUnpriced } from './rule.ts'
import type { SkipReason } from './skip-reason.ts'
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
  readonly owner: MarksOwner
}

/** Operations that need a number. */
const OF_NUMBERS: readonly CollectOp[] = ['sum', 'max', 'min']

type Taken = 'nothing' | 'no_value' | 'counts'

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
  readonly #once: Once | undefined
  readonly #rise: Rise | undefined

  /** `around`: the session's own rule, whose elements this stands on. */
  constructor(spec: CollectSpec, around: Takes, context: CollectContext) {
    const { slots, report, priceFiles, cleanLabel } = context
    this.#op = spec.op
    this.#context = context
    this.#takes = new Takes(spec, slots, report, around)
    const { bindings, secretNames } = this.#takes
    const marked = { ...spec, split: undefined }
    const marks = new MetricMarks({ name: `${context.item} ${spec.name}`, rules: [marked] }, context.owner)
    this.#once = marks.once(marked, { slots, bindings, report })
    this.#rise = marks.rise(marked, { slots, bindings, report })
    if (spec.value === undefined) return
    const { spec: value, place } = spec.value
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
      if (this.#once !== undefined && !this.#isFirst(this.#once, here)) return
      const became = this.#rise === undefined ? this.#add(here, collected, at) : this.#addRisen(this.#rise, here, collected, at)
      if (became === 'no_value') this.#skip('no_value')
      if (became === 'counts') this.#once?.note()
    })
  }

  #add(row: Row, collected: (Collected | undefined)[], at: number): Taken {
    const value = this.#value(row)
    if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return 'no_value'
    return this.#put(value, collected, at)
  }

  #put(value: Kept, collected: (Collected | undefined)[], at: number): Taken {
    const { hash } = this.#context
    collected[at] = collect(collected[at], this.#op, value, () => hashNumber(hash, ['distinct', String(value)]))
    return 'counts'
  }

  /** Of numbers that repeat or grow only what is above the highest seen. */
  #addRisen(rise: Rise, row: Row, collected: (Collected | undefined)[], at: number): Taken {
    if (!rise.begin(row)) {
      this.#skip('no_key')
      return 'nothing'
    }
    const numbers = this.#price === undefined ? listed(this.#value(row)) : this.#price.counts(row)
    if (numbers === undefined || !numbers.every((number) => Number.isFinite(number) && number >= 0)) return 'no_value'
    const outcome = rise.ask(numbers, 0)
    if (outcome === 'same') return 'nothing'
    if (outcome === 'forgotten') this.#skip('forgotten')
    const added =
      outcome !== 'counts' ? undefined : this.#price === undefined ? rise.added[0]! : this.#price.dollars(row, rise.added)
    rise.lift(numbers, 0)
    if (added === undefined) return 'nothing'
    if (this.#price !== undefined) this.#tellUnpriced(this.#price)
    return this.#put(added, collected, at)
  }

  #isFirst(once: Once, row: Row): boolean {
    const standing = once.ask(row)
    if (standing === 'forgotten' || standing === 'no_key') this.#skip(standing)
    return standing === 'new'
  }

  #value(row: Row): Kept | undefined {
    if (this.#kept !== undefined) return this.#kept.read(row)
    if (this.#text !== undefined) {
      const text = this.#text.text(row)
      return text !== undefined && canAfford(row, text) ? text : undefined
    }
    if (this.#number === undefined) return 1
    const number = this.#number.number(row)
    if (this.#price !== undefined) this.#tellUnpriced(this.#price)
    return number
  }

  #tellUnpriced({ unpricedTokens, unpricedModel }: Price): void {
    if (unpricedTokens === 0) return
    this.#skip('unpriced')
    this.#context.countUnpriced?.(this.#context.item, unpricedModel, unpricedTokens)
  }

  #skip(reason: SkipReason): void {
    this.#context.countSkip(this.#context.item, reason)
  }
}

function listed(value: Kept | undefined): readonly number[] | undefined {
  return typeof value === 'number' ? [value] : undefined
}
