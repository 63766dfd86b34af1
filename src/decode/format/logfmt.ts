/**
 * logfmt: `level=info msg="tool call" took=1.2s cached`. Every value is a text, a name without `=` is true, of a name that comes twice the
 * last counts, as in JSON. Control characters part as blanks do; escapes in quotes are those of Go and JSON. What is not so is no event:
 * `not_logfmt` where the line does not begin so, `malformed` where it breaks later. One walk over the line, whatever is on it.
 */
import type { JsonBounds } from '../json-bounds.ts'
import type { RejectReason } from '../json-line.ts'
import type { Json } from '../path.ts'
import type { LineFormat, LineReader } from './line-format.ts'
import { textLine } from './text-line.ts'

export const logfmtLines: LineFormat = { name: 'logfmt', newReader: (bounds) => new LogfmtLine(bounds) }

export type LogfmtFault = 'not_logfmt' | 'malformed' | 'too_many_values'

export type ReadLogfmt =
  | { readonly fields: Json }
  /** `at`: index in the text of what does not fit. */
  | { readonly fault: LogfmtFault; readonly at: number; readonly message: string }

const SPACE = 0x20
const QUOTE = 0x22
const EQUALS = 0x3d
const BACKSLASH = 0x5c

class LogfmtLine implements LineReader {
  body: Json = undefined
  readonly isFaithful = true
  hasInvalidUtf8 = false
  readonly #maxFields: number

  constructor({ maxValues }: JsonBounds) {
    this.#maxFields = maxValues
  }

  read(buffer: Buffer, start: number, end: number): RejectReason | 'blank' | undefined {
    const { text, hasInvalidUtf8 } = textLine(buffer, start, end)
    this.hasInvalidUtf8 = hasInvalidUtf8
    if (text === '') return 'blank'
    const read = readLogfmt(text, this.#maxFields)
    if ('fault' in read) return read.fault
    this.body = read.fields
    return undefined
  }

  parseFaithfully(): void {}

  mayDiffer(): boolean {
    return false
  }

  forget(): void {
    this.body = undefined
  }
}

/** Never throws; time and memory are linear in the text. */
export function readLogfmt(text: string, maxFields: number): ReadLogfmt {
  const fields: Record<string, string | boolean> = {}
  let isLogfmt = false
  let at = blanksEnd(text, 0)
  for (let count = 0; at < text.length; at = blanksEnd(text, at)) {
    if (++count > maxFields) return { fault: 'too_many_values', at, message: `more than ${maxFields} fields` }
    const nameEnd = endOfName(text, at)
    const after = text.charCodeAt(nameEnd)
    if (nameEnd === at || after === QUOTE) return misfit(text, nameEnd, isLogfmt)
    const name = text.slice(at, nameEnd)
    if (after !== EQUALS) {
      put(fields, name, true)
      at = nameEnd
      continue
    }
    const start = nameEnd + 1
    if (text.charCodeAt(start) !== QUOTE) {
      at = endOfWord(text, start)
      put(fields, name, text.slice(start, at))
    } else {
      const close = closingQuote(text, start + 1)
      if (close < 0) return { fault: 'malformed', at: start, message: 'this quote has no end' }
      put(fields, name, unescaped(text.slice(start + 1, close)))
      at = close + 1
    }
    isLogfmt = true
  }
  return isLogfmt ? { fields } : { fault: 'not_logfmt', at: 0, message: 'there is no name=value on this line' }
}

function misfit(text: string, at: number, isLogfmt: boolean): ReadLogfmt {
  if (!isLogfmt) return { fault: 'not_logfmt', at, message: 'the line does not begin with a name or name=value' }
  return { fault: 'malformed', at, message: `expected a name or name=value, found ${text[at] === '"' ? "'\"'" : '"="'}` }
}

/** Assigning to `__proto__` would be lost. */
function put(fields: Record<string, string | boolean>, name: string, value: string | boolean): void {
  if (name !== '__proto__') fields[name] = value
  else Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
}

function blanksEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) <= SPACE) at++
  return at
}

function endOfName(text: string, from: number): number {
  let at = from
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code <= SPACE || code === EQUALS || code === QUOTE) break
  }
  return at
}

function endOfWord(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) > SPACE) at++
  return at
}

/** -1: there is none. */
function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at++
  }
  return -1
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([abfnrtv"\\/]))/g
const SIMPLE: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** What is no escape stays as it is written: `"C:\Users"`. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(ESCAPE, (_, unit?: string, point?: string, byte?: string, letter?: string) => {
    if (letter !== undefined) return SIMPLE[letter] ?? letter
    if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16))
    // Go writes so what is no UTF-8.
    const code = Number.parseInt(point ?? byte!, 16)
    return code > 0x10ffff || (byte !== undefined && code > 0x7f) ? '\ufffd' : String.fromCodePoint(code)
  })
}
