/**
 * The operators of expressions, on values of events: a number is a number, with or without a fraction, and integers past 2^53 keep
 * their digits. undefined is missing, and so is what makes no sense: a text minus a number, a division by zero. Never throws.
 */
import { isObject, type Json } from '../../decode/path.ts'
import type { Row } from '../../decode/row.ts'
import { add, type Numeric, subtract } from '../numeric.ts'
import { charge, chargeText, countKeys, MAX_BUILT_LENGTH } from './work.ts'

type Fields = Readonly<Record<string, Json>>

export type Binary = (row: Row, a: Json, b: Json) => Json

export function isNumber(value: Json): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint'
}

export const OPERATORS: Readonly<Record<string, Binary>> = {
  '+': plus,
  '-': (_, a, b) => (isNumber(a) && isNumber(b) ? unsigned(subtract(a, b)) : undefined),
  '*': (_, a, b) => (isNumber(a) && isNumber(b) ? unsigned(times(a, b)) : undefined),
  '/': (_, a, b) => (isNumber(a) && isNumber(b) && Number(b) !== 0 ? unsigned(Number(a) / Number(b)) : undefined),
  '%': (_, a, b) => (isNumber(a) && isNumber(b) && Number(b) !== 0 ? unsigned(rest(a, b)) : undefined),
  '==': equals,
  '!=': (row, a, b) => negated(equals(row, a, b)),
  '<': (row, a, b) => ordered(row, a, b, (order) => order < 0),
  '<=': (row, a, b) => ordered(row, a, b, (order) => order <= 0),
  '>': (row, a, b) => ordered(row, a, b, (order) => order > 0),
  '>=': (row, a, b) => ordered(row, a, b, (order) => order >= 0),
  in: isIn,
}

function plus(row: Row, a: Json, b: Json): Json {
  if (isNumber(a) && isNumber(b)) return unsigned(add(a, b))
  if (typeof a === 'string' && typeof b === 'string') return joined(row, a, b)
  if (!Array.isArray(a) || !Array.isArray(b)) return undefined
  return charge(row, a.length + b.length) ? [...(a as readonly Json[]), ...(b as readonly Json[])] : undefined
}

function joined(row: Row, a: string, b: string): string | undefined {
  const length = a.length + b.length
  return chargeText(row, length) && length <= MAX_BUILT_LENGTH ? a + b : undefined
}

function times(a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  return areWhole(a, b) ? narrow(BigInt(a) * BigInt(b)) : Number(a) * Number(b)
}

function rest(a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') return a % b
  return areWhole(a, b) ? narrow(BigInt(a) % BigInt(b)) : Number(a) % Number(b)
}

function areWhole(a: Numeric, b: Numeric): boolean {
  return (typeof a === 'bigint' || Number.isInteger(a)) && (typeof b === 'bigint' || Number.isInteger(b))
}

function narrow(value: bigint): Numeric {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Without the sign of a zero. */
function unsigned(value: Numeric): Numeric {
  return typeof value === 'number' ? value + 0 : value
}

export function negated(value: Json): boolean | undefined {
  return typeof value === 'boolean' ? !value : undefined
}

export function minus(value: Json): Json {
  return isNumber(value) ? unsigned(-value) : undefined
}

/** Values of different kinds are not equal; lists and objects are compared part by part. */
export function equals(row: Row, a: Json, b: Json): boolean | undefined {
  if (a === undefined || b === undefined) return undefined
  if (typeof a === 'string' && typeof b === 'string')
    return a.length === b.length && (chargeText(row, a.length) ? a === b : undefined)
  if (isNumber(a) && isNumber(b)) return isSame(a, b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  return equalParts(row, a, b)
}

/** `==` between a number and a bigint compares what they stand for. */
function isSame(a: Numeric, b: Numeric): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: on purpose
  return a == b
}

/** An empty part stands for `null`, which equals `null`. */
function equalParts(row: Row, a: Json, b: Json): boolean | undefined {
  if (Array.isArray(a) && Array.isArray(b)) return equalLists(row, a, b)
  const count = countKeys(row, a)
  if (count === undefined || Array.isArray(b)) return row.workLeft < 0 ? undefined : false
  if (count !== countKeys(row, b)) return row.workLeft < 0 ? undefined : false
  for (const key of Object.keys(a as object)) {
    if (!Object.hasOwn(b as object, key)) return false
    const isEqual = equalPart(row, (a as Fields)[key], (b as Fields)[key])
    if (isEqual !== true) return isEqual
  }
  return true
}

function equalLists(row: Row, a: readonly Json[], b: readonly Json[]): boolean | undefined {
  if (a.length !== b.length) return false
  if (!charge(row, a.length + 1)) return undefined
  for (let i = 0; i < a.length; i++) {
    const isEqual = equalPart(row, a[i], b[i])
    if (isEqual !== true) return isEqual
  }
  return true
}

function equalPart(row: Row, a: Json, b: Json): boolean | undefined {
  const isNull = (a ?? undefined) === undefined
  return isNull ? (b ?? undefined) === undefined : (equals(row, a, b ?? undefined) ?? (row.workLeft < 0 ? undefined : false))
}

/** Texts by their UTF-16 units, numbers by size, false before true; other values have no order. */
function ordered(row: Row, a: Json, b: Json, holds: (order: number) => boolean): boolean | undefined {
  if (typeof a === 'string' && typeof b === 'string' && !chargeText(row, Math.min(a.length, b.length))) return undefined
  const isComparable = isNumber(a) ? isNumber(b) : typeof a === typeof b && (typeof a === 'string' || typeof a === 'boolean')
  return isComparable ? holds(a! < b! ? -1 : a! > b! ? 1 : 0) : undefined
}

/** Whether a list has an element that equals `a`, or an object the key `a`. */
function isIn(row: Row, a: Json, b: Json): boolean | undefined {
  if (a === undefined) return undefined
  if (isObject(b)) return typeof a === 'string' && Object.hasOwn(b, a)
  if (!Array.isArray(b) || !charge(row, b.length)) return undefined
  for (let i = 0; i < b.length; i++) if (equals(row, a, (b[i] ?? undefined) as Json) === true) return true
  return false
}

/** An element of a list by number, a value of an object by name. */
export function at(value: Json, key: Json): Json {
  if (typeof key === 'string') return member(value, key)
  return Array.isArray(value) && isNumber(key) ? ((value[Number(key)] ?? undefined) as Json) : undefined
}

export function member(value: Json, name: string): Json {
  return isObject(value) && Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined
}
