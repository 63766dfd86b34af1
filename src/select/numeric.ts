/**
 * The number of a scalar: numbers, integers past 2^53 (bigint, so that differences of nanoseconds stay exact), numeric text, true = 1.
 * Numeric text is strict decimal: sign, digits, fraction, exponent; no spaces, no hex, no "NaN" or "Infinity".
 */
import type { Json } from '../decode/path.ts'

/** Finite or infinite (`1e999`), never -0. bigint only for integers that a number would round. */
export type Numeric = number | bigint

const DECIMAL = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const INTEGER = /^[+-]?\d+$/
/** Longer is no number that anybody wrote; also keeps BigInt, which is slower than linear, away from hostile digits. */
const MAX_NUMERAL_LENGTH = 400
const MAX_BIG_INTEGER_LENGTH = 40

/** undefined: missing or no number. */
export function numericOf(value: Json): Numeric | undefined {
  switch (typeof value) {
    case 'number':
      return value + 0
    case 'bigint':
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'string':
      return numericOfText(value)
    default:
      return undefined
  }
}

/** `true` and `false` too: a boolean that went through a text stage is still one. */
function numericOfText(text: string): Numeric | undefined {
  if (text.length > MAX_NUMERAL_LENGTH) return undefined
  if (!DECIMAL.test(text)) return text === 'true' ? 1 : text === 'false' ? 0 : undefined
  const number = Number(text) + 0
  if (Number.isSafeInteger(number) || text.length > MAX_BIG_INTEGER_LENGTH || !INTEGER.test(text)) return number
  return BigInt(text[0] === '+' ? text.slice(1) : text)
}

/** The nearest double. */
export function toNumber(numeric: Numeric | undefined): number | undefined {
  return typeof numeric === 'bigint' ? Number(numeric) : numeric
}

/** a + b; exact where an integer past 2^53 takes part and the other is an integer too. */
export function add(a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (isInteger(a) && isInteger(b)) return narrow(BigInt(a) + BigInt(b))
  return Number(a) + Number(b)
}

/** a - b, exact as `add` is. */
export function subtract(a: Numeric, b: Numeric): Numeric {
  return add(a, -b)
}

function isInteger(value: Numeric): boolean {
  return typeof value === 'bigint' || Number.isInteger(value)
}

function narrow(value: bigint): Numeric {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
