/**
 * `price`: the dollars of an event, of a model's name and counts of tokens. Counts that are missing are 0; if all are, so is the number.
 * Tokens of a model without a price are no dollars: they are told apart, never counted as free.
 */
import type { Row } from '../decode/row.ts'
import { type CompileContext, within } from './compile-context.ts'
import { builtinPrices } from './prices/builtin.ts'
import { COUNTS, dollarsOf, totalOf } from './prices/rates.ts'
import { compileTable, MAX_MODEL_LENGTH, type PriceTable } from './prices/table.ts'
import type { PriceSpec, ValueSpec } from './spec.ts'
import type { Value, ValueTrace } from './trace.ts'

/** Data of price tables that stand in files of their own: by the mapping file and the name that it gives. */
export type PriceFiles = ReadonlyMap<string, ReadonlyMap<string, { readonly file: string; readonly data: unknown }>>

/** Compiles a part of the price. */
export type CompilePart = (spec: ValueSpec, context: CompileContext) => Value

export class Price implements Value {
  readonly closedTexts = undefined
  /** Of the last number: tokens that have no price, and the model that they are of. */
  unpricedTokens = 0
  unpricedModel = ''
  readonly #model: Value
  readonly #parts: readonly (Value | undefined)[]
  readonly #table: PriceTable
  /** Of the event at hand, by `COUNTS`. */
  readonly #counts = COUNTS.map(() => 0)

  constructor(model: Value, parts: readonly (Value | undefined)[], table: PriceTable) {
    this.#model = model
    this.#parts = parts
    this.#table = table
  }

  raw(row: Row): number | undefined {
    return this.number(row)
  }

  text(): undefined {
    return undefined
  }

  number(row: Row): number | undefined {
    this.unpricedTokens = 0
    const counts = this.counts(row)
    return counts && this.dollars(row, counts)
  }

  /** Tokens of the event by `COUNTS`, in a reused list; undefined: it gives none at all. */
  counts(row: Row): readonly number[] | undefined {
    let isThere = false
    for (let i = 0; i < this.#parts.length; i++) {
      const count = this.#parts[i]?.number(row)
      if (count !== undefined) isThere = true
      this.#counts[i] = count ?? 0
    }
    return isThere ? this.#counts : undefined
  }

  /** What these tokens cost of the event's model; what has no price is told by `unpricedTokens`. */
  dollars(row: Row, counts: readonly number[]): number {
    this.unpricedTokens = 0
    const tokens = totalOf(counts)
    // What cannot be a count is refused like any number.
    const strange = counts.find((count) => !(count >= 0 && Number.isFinite(count)))
    if (strange !== undefined || tokens === 0) return strange ?? 0
    const model = this.#model.text(row) ?? ''
    const rates = model.length > MAX_MODEL_LENGTH ? undefined : this.#table.ratesOf(model, row)
    const dollars = rates && dollarsOf(rates, counts)
    if (dollars !== undefined) return dollars
    this.unpricedTokens = tokens
    this.unpricedModel = model
    return 0
  }

  trace(row: Row): ValueTrace {
    const number = this.number(row)
    const counts = COUNTS.flatMap((path, i) => (this.#parts[i] ? [{ path, found: this.#parts[i].number(row) }] : []))
    return {
      source: 'price',
      of: this.#table.name,
      tried: [{ path: 'model', found: this.#model.text(row) }, ...counts],
      found: number,
      stages: [],
      fallback: undefined,
      result: number,
    }
  }
}

/** `context` stands at the price. Problems are told; a table that has one knows no model. */
export function compilePrice(spec: PriceSpec, files: PriceFiles, context: CompileContext, compile: CompilePart): Price {
  const part = (key: keyof PriceSpec & string, value: ValueSpec) => compile(value, within(context, key))
  const parts = COUNTS.map((count) => (spec[count] === undefined ? undefined : part(count, spec[count])))
  if (parts.every((one) => one === undefined)) {
    const message = `a price needs counts of tokens: ${COUNTS.join(', ')}`
    context.report({ severity: 'error', code: 'missing-key', message, place: context.place })
  }
  return new Price(part('model', spec.model), parts, tableOf(spec.table ?? 'builtin', files, within(context, 'table')))
}

function tableOf(table: NonNullable<PriceSpec['table']>, files: PriceFiles, context: CompileContext): PriceTable {
  if (table === 'builtin') return builtinPrices()
  if (typeof table !== 'string') return compileTable('its own table', table, context, true)
  const found = files.get(context.place.file)?.get(table)
  // That it cannot be read was told when it was.
  if (found === undefined) return { name: table, ratesOf: () => undefined }
  return compileTable(table, found.data, { ...context, place: { file: found.file, path: [] } })
}
