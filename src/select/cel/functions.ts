/** The functions of expressions. What none of them knows what to do with is missing. `matches`, `has` and those that walk lists are elsewhere. */
import type { Json } from '../../decode/path.ts'
import type { Row } from '../../decode/row.ts'
import { numericOf, toNumber } from '../numeric.ts'
import { textOf } from '../scalar-text.ts'
import { characterCount } from '../text-length.ts'
import { isNumber } from './operators.ts'
import { chargeText, countKeys } from './work.ts'

/** What an expression gives, as far as its text tells; `any`: the event tells. */
export type Kind = 'truth' | 'number' | 'text' | 'list' | 'object' | 'any'

export interface ExpressionFunction {
  readonly kind: Kind
  /** Arguments, the one before the dot counted. */
  readonly least: number
  readonly most: number
  /** `f(x)`, `x.f()`, or either. */
  readonly form: 'call' | 'method' | 'either'
  /** Whether the text of the first argument may come out. */
  readonly showsText: boolean
  apply(row: Row, a: Json, b: Json, c: Json): Json
}

const ofText = (apply: (text: string) => Json) => (row: Row, a: Json) =>
  typeof a === 'string' && chargeText(row, a.length) ? apply(a) : undefined

const cast = (kind: Kind, apply: (value: Json) => Json): ExpressionFunction => ({
  kind,
  least: 1,
  most: 1,
  form: 'call',
  showsText: kind !== 'truth',
  apply: (_, a) => apply(a),
})

const asked = (apply: (text: string, part: string) => boolean): ExpressionFunction => ({
  kind: 'truth',
  least: 2,
  most: 2,
  form: 'method',
  showsText: false,
  apply: (row, a, b) =>
    typeof a === 'string' && typeof b === 'string' && chargeText(row, searchCost(a, b)) ? apply(a, b) : undefined,
})

const changed = (apply: (text: string) => string): ExpressionFunction => ({
  kind: 'text',
  least: 1,
  most: 1,
  form: 'method',
  showsText: true,
  apply: ofText(apply),
})

export const FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  size: { kind: 'number', least: 1, most: 1, form: 'either', showsText: false, apply: sizeOf },
  int: cast('number', integerOf),
  double: cast('number', (value) => toNumber(numericOf(value))),
  string: cast('text', textOf),
  bool: cast('truth', truthOf),
  contains: asked((text, part) => text.includes(part)),
  startsWith: asked((text, part) => text.startsWith(part)),
  endsWith: asked((text, part) => text.endsWith(part)),
  lowerAscii: changed((text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())),
  upperAscii: changed((text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())),
  trim: changed((text) => text.trim()),
  substring: { kind: 'text', least: 2, most: 3, form: 'method', showsText: true, apply: substring },
}

/** Searching can cost the product of both lengths. */
function searchCost(text: string, part: string): number {
  return text.length * Math.max(1, part.length)
}

function sizeOf(row: Row, value: Json): number | undefined {
  if (typeof value === 'string') return chargeText(row, value.length) ? characterCount(value) : undefined
  if (Array.isArray(value)) return value.length
  return countKeys(row, value)
}

const INTEGER = /^[+-]?\d{1,400}$/

/** Towards zero, as CEL does. */
function integerOf(value: Json): Json {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) + 0 : undefined
  if (typeof value === 'bigint') return value
  return typeof value === 'string' && INTEGER.test(value) ? numericOf(value) : undefined
}

function truthOf(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 'true' ? true : value === 'false' ? false : undefined
}

/** By UTF-16 units; a place outside the text is missing. */
function substring(row: Row, text: Json, from: Json, to: Json): string | undefined {
  if (typeof text !== 'string' || !isNumber(from) || (to !== undefined && !isNumber(to))) return undefined
  const start = Number(from)
  const end = to === undefined ? text.length : Number(to)
  if (!(start >= 0 && start <= end && end <= text.length)) return undefined
  return chargeText(row, end - start) ? text.slice(start, end) : undefined
}
