/**
 * Quotes in text that may be JSON, or JSON inside a string of JSON, or a shell's: a quote that opens after `n` backslashes is closed by one of
 * the same level. What is never closed reaches to the end: texts are cut, and half a secret is one too.
 */

export interface Quoted {
  /** The first character inside. */
  readonly start: number
  /** The closing quote, its backslashes included; the end of the text if there is none. */
  readonly end: number
}

const BACKSLASH = 0x5c

/** The quoted text that opens at `at` (backslashes before the quote included), or undefined: none does. */
export function quotedAt(text: string, at: number): Quoted | undefined {
  let quote = at
  while (text.charCodeAt(quote) === BACKSLASH) quote++
  const mark = text[quote]
  if (mark !== '"' && mark !== "'" && mark !== '`') return undefined
  return { start: quote + 1, end: closing(text, quote + 1, mark, quote - at) }
}

/** Where a quote opened by `level` backslashes and `mark` is closed. */
export function closing(text: string, from: number, mark: string, level: number): number {
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    let backslashes = 0
    while (at - backslashes > from && text.charCodeAt(at - backslashes - 1) === BACKSLASH) backslashes++
    if (closes(backslashes, level)) return at - Math.min(backslashes, level)
  }
  return text.length
}

/**
 * Each level of JSON in JSON doubles the backslashes and adds one: level `n` has quotes after n, and `\"` inside after 2n + 1. Fewer than
 * `level` end a string around this one. What fits no level is taken as content.
 */
function closes(backslashes: number, level: number): boolean {
  if (backslashes < level) return true
  return (backslashes + 1) % (level + 1) === 0 && ((backslashes + 1) / (level + 1)) % 2 === 1
}

/** The end of the object or list that opens at `at`, whose strings have quotes of this level; brackets in strings do not count. */
export function bracketEnd(text: string, at: number, level: number): number {
  const marks = /["[\]{}]/g
  marks.lastIndex = at
  let depth = 0
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '"') marks.lastIndex = closing(text, marks.lastIndex, '"', level) + level + 1
    else depth += mark[0] === '{' || mark[0] === '[' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return text.length
}
