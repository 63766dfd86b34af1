/**
 * Secrets that stand after their name: `password=hunter2`, `"api_key": "…"` (JSON, and JSON inside strings of JSON), `Cookie: …`,
 * `--token …`. Which names are a secret's, secret-keys.ts says; so `token_type=bearer` and `max_tokens: 5` are none.
 */
import { isOf, URL_SAFE } from './characters.ts'
import { MASKED, type Place } from './masked.ts'
import { bracketEnd, quotedAt } from './quotes.ts'
import { isSecretKey, isTruthOrNothing, mayEndSecretKey } from './secret-keys.ts'

const MAX_KEY_LENGTH = 64
const MAX_SPACES = 8
/** After these a value without quotes has several words: a scheme and what belongs to it, several cookies. */
const HEADERS = /(?:authorization|cookie)$/i
/** In lists of pairs, as headers and attributes are logged. */
const NAMES = new Set(['key', 'name'])
const NAMED_PAIR = /^(\\*["'])([^"'\\]{1,64})\1\s{0,8},\s{0,8}\1value\1\s{0,8}:\s{0,8}/
const MAX_PAIR_LENGTH = 256
/** Nothing but the signs between values: what looked like a quote that opens was one that closes. */
const ONLY_SIGNS = /^[\s,:;(){}[\]]*$/
const WORD_END = /[\s"'`,;&<>]|$/g
const HEADER_END = /[\r\n"'`]|$/g
const CLOSERS = ')]}'

/** The value after the `=` or `:` at `at`, if the name before it is a secret's. */
export function assignedAt(text: string, at: number): Place | undefined {
  const next = text[at + 1]
  if (next === text[at]) return undefined // `==`, `::`
  const name = nameBefore(text, at)
  if (name === undefined) return undefined
  const from = skipSpaces(text, afterSign(text, at))
  if (isSecretKey(name.text)) return valueAt(text, from, name)
  return NAMES.has(name.text) ? namedPair(text, from, name) : undefined
}

/** The value after the flag whose dashes stand at `at`: `--password hunter2`. With `=` it is an assignment. */
export function flagValueAt(text: string, at: number): Place | undefined {
  if (text[at - 1] === '-') return undefined
  let end = at + 2
  while (end - at < MAX_KEY_LENGTH && isOf(URL_SAFE, text, end)) end++
  const from = skipSpaces(text, end)
  if (from === end || text[from] === '-' || !isSecretKey(text.slice(at + 2, end))) return undefined
  return valueAt(text, from, { text: '', level: 0 })
}

interface Name {
  readonly text: string
  /** Backslashes before the quotes that it stands in. */
  readonly level: number
}

/** The name that ends before the sign at `at`, in quotes or not. */
function nameBefore(text: string, at: number): Name | undefined {
  let end = at
  while (end > 0 && at - end < MAX_SPACES && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--
  const mark = text[end - 1]
  if (!mayEndSecretKey(text, end)) return undefined
  if (mark === '"' || mark === "'" || mark === '`') return quotedNameBefore(text, end - 1, mark)
  let start = end
  while (start > 0 && end - start < MAX_KEY_LENGTH && isNameCharacter(text, start - 1)) start--
  // In lines that are JSON: the letter of `\n`, not the name's.
  if (text[start - 1] === '\\' && 'nrtbf'.includes(text[start]!)) start++
  return start >= end ? undefined : { text: text.slice(start, end), level: 0 }
}

function isNameCharacter(text: string, at: number): boolean {
  return isOf(URL_SAFE, text, at) || text[at] === '.' || text[at] === ']' || text[at] === '['
}

function quotedNameBefore(text: string, quote: number, mark: string): Name | undefined {
  let end = quote
  while (end > 0 && quote - end < MAX_KEY_LENGTH && text[end - 1] === '\\') end--
  const mayBe = mayEndSecretKey(text, end) || text.endsWith('name', end) || text.slice(Math.max(0, end - 8), end).includes('\\')
  if (!mayBe) return undefined
  const head = text.slice(Math.max(0, end - MAX_KEY_LENGTH), end)
  const name = head.slice(head.lastIndexOf(mark) + 1)
  return {
    text: name.replace(/\\+u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    level: quote - end,
  }
}

/** Past `=`, `:`, `:=` or `=>`. */
function afterSign(text: string, at: number): number {
  const next = text[at + 1]
  if (next === '=' && text[at] === ':') return at + 2
  return next === '>' && text[at] === '=' ? at + 2 : at + 1
}

function skipSpaces(text: string, from: number): number {
  let at = from
  while (at - from < MAX_SPACES && (text[at] === ' ' || text[at] === '\t')) at++
  return at
}

function valueAt(text: string, from: number, name: Name): Place | undefined {
  const quoted = quotedAt(text, from)
  if (quoted !== undefined) return secretIn(text, quoted.start, quoted.end)
  if (text[from] === '{' || text[from] === '[') return secretIn(text, from, bracketEnd(text, from, name.level))
  const end = HEADERS.test(name.text) ? headerEnd(text, from) : wordEnd(text, from)
  return secretIn(text, from, Math.max(from, withoutBackslashes(text, end)))
}

function wordEnd(text: string, from: number): number {
  let end = nextOf(WORD_END, text, from)
  while (end > from && CLOSERS.includes(text[end - 1]!)) end--
  return end
}

/** To the end of the line or of the quotes around it; quotes after `=` are its own. */
function headerEnd(text: string, from: number): number {
  for (let at = from; ; ) {
    const end = nextOf(HEADER_END, text, at)
    const open = withoutBackslashes(text, end)
    const quoted = text[open - 1] === '=' ? quotedAt(text, open) : undefined
    if (quoted === undefined) return end
    at = Math.min(text.length, quoted.end + quoted.start - open)
  }
}

function nextOf(ending: RegExp, text: string, from: number): number {
  ending.lastIndex = from
  return ending.exec(text)!.index
}

function withoutBackslashes(text: string, at: number): number {
  let end = at
  while (end > 0 && text[end - 1] === '\\') end--
  return end
}

/** undefined: nothing is hidden there, or nothing is left to hide. */
function secretIn(text: string, start: number, end: number): Place | undefined {
  if (end - start <= MASKED.length) {
    const value = text.slice(start, end)
    if (isTruthOrNothing(value) || value === MASKED) return undefined
  }
  return ONLY_SIGNS.test(text.slice(start, end)) ? undefined : [start, end]
}

/** `"name":"authorization","value":"…"`: the value is the next member. */
function namedPair(text: string, from: number, name: Name): Place | undefined {
  const pair = NAMED_PAIR.exec(text.slice(from, from + MAX_PAIR_LENGTH))
  return pair !== null && isSecretKey(pair[2]!) ? valueAt(text, from + pair[0].length, name) : undefined
}
