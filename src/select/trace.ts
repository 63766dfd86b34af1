/**
 * What every compiled thing of this room offers: its work, and a trace of that work for `explain` and the page, by the same objects.
 * A trace holds what was read as it was read, uncleaned and uncut: whoever shows it passes it through what cleans texts of a log.
 */
import type { Json } from '../decode/path.ts'
import type { Row } from '../decode/row.ts'
import type { Scalar } from './spec.ts'

/** One question to one path. */
export interface TestTrace {
  readonly kind: 'test'
  readonly path: string
  /** In the user's words: `is "bash"`, `exists: true`, `gte 40`. */
  readonly asks: string
  /** undefined: missing. */
  readonly found: Json
  /** Of an expression: what it looked at. */
  readonly reads?: readonly { readonly path: string; readonly found: Json }[]
  readonly holds: boolean
}

/** Several conditions: all hold, any holds, none holds. */
export interface GroupTrace {
  readonly kind: 'all' | 'any' | 'none'
  readonly holds: boolean
  readonly parts: readonly ConditionTrace[]
}

export type ConditionTrace = TestTrace | GroupTrace

/** A condition, compiled once. */
export interface Condition {
  test(row: Row): boolean
  trace(row: Row): ConditionTrace
  /** Of a group: what it asks, in order. `test` and `trace` both walk this list. */
  readonly parts?: readonly Condition[]
}

export type SourceKind = 'path' | 'const' | 'expr' | 'key_of' | 'length' | 'sum' | 'price' | 'none'

/** One stage of a value, by its key in the mapping. */
export interface StageTrace {
  /** `match`, `map`, `one_of`, `unit`, ...; `number` where a number was read from a text. */
  readonly stage: string
  /** What the mapping says there: the pattern, the known texts, the unit. */
  readonly detail: string | undefined
  readonly before: Json
  /** undefined: missing from here on. */
  readonly after: Json
  /** Of `plus` and `minus`: the other values. */
  readonly operands?: readonly ValueTrace[]
}

/** From the event to a text or number, step by step. */
export interface ValueTrace {
  readonly source: SourceKind
  /** What the source names: the paths, the constant. */
  readonly of: string
  /** The paths that were looked at, in order: up to the first that was there; of an expression all. */
  readonly tried: readonly { readonly path: string; readonly found: Json }[]
  readonly found: Json
  readonly stages: readonly StageTrace[]
  /** The mapping's default, if it stood in. */
  readonly fallback: Scalar | undefined
  /** undefined: missing, also where an object or a list was found. */
  readonly result: string | number | bigint | boolean | undefined
}

/**
 * A value, compiled once. The three readings share stage 1; `text` and `number` then go through the stages of the language's §4
 * in its order and end with `default`. None of them throws or keeps anything of the row.
 */
export interface Value {
  /** Stage 1 only: what the source gives, objects and lists too. */
  raw(row: Row): Json
  /** undefined: missing (also an object or a list). Not yet cleaned for a label. */
  text(row: Row): string | undefined
  /** undefined: missing or no number. NaN and infinities are given as they are: whoever counts rejects them. */
  number(row: Row): number | undefined
  /** How `text` or `number` comes about. */
  trace(row: Row, as?: 'text' | 'number'): ValueTrace
  /** The texts that stand at 0 from the start, if they are a closed set: a `const`, a literal, `one_of` without its `else`. */
  readonly closedTexts: readonly string[] | undefined
}

/** One that may leave the process, or be kept: secrets are masked in `text` and here. */
export interface ShownValue extends Value {
  /** The text, number or truth with its kind; undefined: missing. */
  scalar(row: Row): Scalar | bigint | undefined
}
