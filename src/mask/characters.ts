/** Classes of characters as secrets are made of, and runs of them in a text: each run is walked once, however often it is asked for. */

/** Bits of what an ASCII character can be part of. */
const DIGIT = 1
const LOWER = 2
const UPPER = 4
const UNDERSCORE = 8
const DASH = 16
const SLASH = 32
export const DOT = 64
/** `~+=%`: with all others, what may follow `Bearer`. */
const REST = 128

export const ALNUM = DIGIT | LOWER | UPPER
export const CAPITALS = DIGIT | UPPER
export const WORD = ALNUM | UNDERSCORE
export const URL_SAFE = WORD | DASH
export const DOTTED = URL_SAFE | DOT
export const PATH = URL_SAFE | SLASH
export const TOKEN = DOTTED | SLASH | REST

const BITS = new Uint8Array(128)
for (let code = 0; code < 128; code++) BITS[code] = bitOf(String.fromCharCode(code))

function bitOf(character: string): number {
  if (/[0-9]/.test(character)) return DIGIT
  if (/[a-z]/.test(character)) return LOWER
  if (/[A-Z]/.test(character)) return UPPER
  return { _: UNDERSCORE, '-': DASH, '/': SLASH, '.': DOT, '~': REST, '+': REST, '=': REST, '%': REST }[character] ?? 0
}

export function isOf(characters: number, text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code < 128 && (BITS[code]! & characters) !== 0
}

/** The end of the run of such characters from `start` on. */
export function runEnd(characters: number, text: string, start: number): number {
  let end = start
  while (isOf(characters, text, end)) end++
  return end
}

/** Hardly a word is as long. */
const LONG_WORD = 20

/**
 * Whether characters `[start, end)` look drawn rather than written: a digit, a capital after a small letter, or a stretch of 20 without
 * a sign; with `minStretch` there must also be a stretch of that length.
 */
export function looksDrawn(text: string, start: number, end: number, minStretch = 0): boolean {
  let longest = 0
  let stretch = 0
  let isMixed = false
  let before = 0
  for (let at = start; at < end; at++) {
    const bit = BITS[text.charCodeAt(at)]!
    isMixed ||= bit === DIGIT || (bit === UPPER && before === LOWER)
    stretch = (bit & ALNUM) === 0 ? 0 : stretch + 1
    if (stretch > longest) longest = stretch
    before = bit
  }
  return longest >= minStretch && (isMixed || longest >= LONG_WORD)
}

/**
 * Whether something may begin at `at`: after no letter or digit, unless that belongs to an escape (`\n`, `\u001b`, `%3D`), as in
 * lines that are JSON or URLs.
 */
export function isStart(text: string, at: number): boolean {
  if (at === 0 || !isOf(ALNUM, text, at - 1)) return true
  return /(?:\\[nrtbf]|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2})$/.test(text.slice(Math.max(0, at - 6), at))
}
