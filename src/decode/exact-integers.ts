/**
 * JSON.parse rounds integers past 2^53; keys and labels need their digits. This parses such a line a second time, with those
 * integers as bigint. Only lines on which a rule reads such a number come here, so it may cost.
 */
import type { Json } from './json.ts'

const DIGITS_OF_SAFE = 16
/** Looks at each run of digits once: without the look behind, a line of 40 000 digits and a point took 3.4 s. */
/** A run of digits that may be an integer past 2^53. */
export const LONG_INTEGER = /(?<!\d)\d{16,}(?![\d.eE])/

/** Whether the value read is a rounded integer, or holds values that may be (the line then has a long run of digits). */
export function mayBeRounded(value: Json, line: string): boolean {
  if (typeof value === 'number') return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER
  return typeof value === 'object' && value !== null && LONG_INTEGER.test(line)
}

/**
 * Parses `line`, which JSON.parse accepts. Every string and key gets a letter before it, every long integer becomes a string
 * with another letter; the letters are taken off again. So no text of the line can pose as a number.
 */
export function parseExact(line: string): Json {
  return unmark(JSON.parse(mark(line)) as Json)
}

function mark(line: string): string {
  let out = ''
  for (let i = 0; i < line.length; ) {
    const end = line[i] === '"' ? closingQuote(line, i) + 1 : nextQuote(line, i)
    out +=
      line[i] === '"'
        ? `"s${line.slice(i + 1, end)}`
        : line.slice(i, end).replace(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, markNumber)
    i = end
  }
  return out
}

function markNumber(text: string): string {
  return text.length >= DIGITS_OF_SAFE && /^-?\d+$/.test(text) ? `"i${text}"` : text
}

function nextQuote(line: string, from: number): number {
  const at = line.indexOf('"', from)
  return at < 0 ? line.length : at
}

function closingQuote(line: string, open: number): number {
  for (let at = line.indexOf('"', open + 1); at >= 0; at = line.indexOf('"', at + 1)) {
    let backslashes = 0
    while (line[at - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return at
  }
  return line.length - 1
}

function unmark(value: Json): Json {
  if (typeof value === 'string') return value[0] === 'i' ? integer(value.slice(1)) : value.slice(1)
  if (Array.isArray(value)) return value.map(unmark)
  if (typeof value !== 'object' || value === null) return value
  const out = Object.create(null) as Record<string, Json>
  for (const [key, inner] of Object.entries(value)) out[key.slice(1)] = unmark(inner)
  return out
}

/** What overflows a double (309 digits) stays infinite: a bigint of 4 000 000 digits costs 0.7 s to read and 1.7 s to write. */
function integer(digits: string): Json {
  const rounded = Number(digits)
  return Number.isSafeInteger(rounded) || !Number.isFinite(rounded) ? rounded : BigInt(digits)
}
