/** What every compiled thing of this room offers: its work, and a trace of that work for `explain` and the page, by the same objects. */
import type { Json } from '../decode/path.ts'
import type { Row } from '../decode/row.ts'

/** What a compiled thing did with one row, for `explain` and the status page: made by the same objects that do the work. */
export interface Trace {
  /** What was looked at, in the user's words: `tool_name`, `where status`, `label tool`. */
  readonly what: string
  /** What came of it, as text for people: `"bash"`, `missing`, `holds`, `does not hold: found "x"`. */
  readonly outcome: string
  readonly ok: boolean
  readonly steps?: readonly Trace[]
}

/** A condition, compiled once. */
export interface Condition {
  test(row: Row): boolean
  trace(row: Row): Trace
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
  trace(row: Row): Trace
  /** The texts that stand at 0 from the start, if they are a closed set: a `const`, a literal, `one_of` without its `else`. */
  readonly closedTexts: readonly string[] | undefined
}
