/** A price table, which finds the rates of a model by its name: the mapping's own patterns, of which the longest that fits wins. */
import type { Row } from '../../decode/row.ts'
import { nearest } from '../../diag/suggest.ts'
import { type CompileContext, reportError, within } from '../compile-context.ts'
import { COUNTS, type Count, type Rates, tokenRates } from './rates.ts'

export interface PriceTable {
  /** As it is called in the mapping, for explanations. */
  readonly name: string
  /** At the time of the event in the row, if prices changed; undefined: no price is known. */
  ratesOf(model: string, row: Row): Rates | undefined
}

type Fields = Readonly<Record<string, unknown>>

const MAX_PATTERNS = 2000
const MAX_PATTERN_LENGTH = 200
/** Names of models that nobody gives: looking them up is left out. */
export const MAX_MODEL_LENGTH = 200
/** The log may name a new model on each line. */
const MAX_REMEMBERED = 1000

/** `data` is what stands at the context's place: patterns to prices. Problems are told there, but for shapes that were checked before. */
export function compileTable(name: string, data: unknown, context: CompileContext, isOfRightShape = false): PriceTable {
  const shapes = isOfRightShape ? { ...context, report: () => {} } : context
  const entries = Object.entries(fieldsOf(data) ?? {})
  if (fieldsOf(data) === undefined || entries.length === 0)
    reportError(shapes, 'bad-type', 'a price table has names or patterns of models, each with its prices')
  if (entries.length > MAX_PATTERNS)
    reportError(context, 'bad-value', `a price table has at most ${MAX_PATTERNS} models, found ${entries.length}`)
  const models = entries.slice(0, MAX_PATTERNS).flatMap(([pattern, prices]) => {
    const rates = compileRates(prices, within(shapes, pattern))
    if (pattern.length > MAX_PATTERN_LENGTH)
      reportError(within(context, pattern), 'bad-value', `a pattern has at most ${MAX_PATTERN_LENGTH} characters`)
    return rates === undefined ? [] : [{ pattern, fits: fitting(pattern), rates }]
  })
  // Of two that are as long the order must not depend on where they stand.
  models.sort((a, b) => b.pattern.length - a.pattern.length || (a.pattern < b.pattern ? -1 : 1))
  const rates = remembering((model) => models.find(({ fits }) => fits(model))?.rates)
  return { name, ratesOf: rates }
}

/** Answers of `find`, kept for as many models as a log honestly has. */
export function remembering<T>(find: (model: string) => T): (model: string) => T {
  const known = new Map<string, { readonly found: T }>()
  return (model) => {
    const before = known.get(model)
    if (before !== undefined) return before.found
    if (known.size >= MAX_REMEMBERED) known.clear()
    const found = find(model)
    known.set(model, { found })
    return found
  }
}

/** `*` stands for any characters; each piece between is looked for once, from the left. */
function fitting(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return (text) => text === pattern
  return (text) => {
    if (!text.startsWith(first)) return false
    let at = first.length
    for (const piece of rest) {
      const found = text.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return text.length - at >= last.length && text.endsWith(last)
  }
}

function compileRates(prices: unknown, context: CompileContext): Rates | undefined {
  const fields = fieldsOf(prices)
  if (fields === undefined) {
    reportError(context, 'bad-type', 'expected prices per million tokens, such as { input: 2.5, output: 10 }')
    return undefined
  }
  const base = readPrices(fields, [...COUNTS, 'above'], context)
  const above = within(context, 'above')
  const tiers = listOf(fields.above).map((tier, i) =>
    readTier(tier, base, Array.isArray(fields.above) ? within(above, i) : above),
  )
  tiers.sort((a, b) => a.tokens - b.tokens)
  return { base: tokenRates(base), tiers }
}

function readTier(tier: unknown, base: Prices, context: CompileContext): Rates['tiers'][number] {
  const fields = fieldsOf(tier) ?? {}
  const { tokens } = fields
  if (typeof tokens !== 'number' || !Number.isSafeInteger(tokens) || tokens < 1)
    reportError(context, 'bad-value', 'above needs the number of tokens past which its prices hold: { tokens: 200000, input: 5 }')
  const rates = tokenRates({ ...base, ...readPrices(fields, [...COUNTS, 'tokens'], context) })
  return { tokens: Number(tokens), rates }
}

type Prices = Partial<Record<Count, number>>

function readPrices(fields: Fields, known: readonly string[], context: CompileContext): Prices {
  const prices: Prices = {}
  for (const [key, price] of Object.entries(fields)) {
    const at = within(context, key)
    if (!known.includes(key)) {
      const near = nearest(key, known)
      const hint = near === undefined ? `known here: ${known.join(' ')}` : `did you mean "${near}"?`
      const place = { ...at.place, part: 'key' } as const
      context.report({ severity: 'error', code: 'unknown-key', message: `unknown key "${key}"`, place, hint })
    } else if (key !== 'above' && key !== 'tokens') {
      if (typeof price === 'number' && Number.isFinite(price) && price >= 0) prices[key as Count] = price
      else reportError(at, 'bad-value', 'expected dollars per million tokens, a number of at least 0')
    }
  }
  return prices
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
