/**
 * One line → one JSON object, with the tolerance that real logs need: CR before the line end, BOM, leading NULs (sparse files),
 * ANSI colours, text before the first `{`. Everything else that is no object is rejected by reason. Never throws.
 */
import { isUtf8 } from 'node:buffer'
import { LONG_INTEGER, parseExact } from './exact-integers.ts'
import { type Excess, exceedsBounds, type JsonBounds, mayExceedBounds } from './json-bounds.ts'
import type { Json } from './path.ts'

/**
 * `no_match`: no pattern of the mapping fits. `bad_envelope`: not wrapped as the lines of its log are. `torn`: a part of it is gone. `internal`: a bug of ours. `poison`: the line was
 * in hand when the process died, twice.
 */
export type RejectReason =
  | 'not_json'
  | 'malformed'
  | 'not_logfmt'
  | 'no_match'
  | 'not_otlp'
  | 'not_object'
  | 'too_long'
  | 'too_many_values'
  | 'too_deep'
  | 'bad_envelope'
  | 'torn'
  | 'internal'
  | 'poison'

/** What `toString` calls after looking at its arguments: 50 ns a line less. */
interface Sliceable extends Buffer {
  latin1Slice(start: number, end: number): string
}

const BRACE = 0x7b
const ESCAPE = 0x1b
/** CSI and OSC sequences: colours, cursor, links. A raw ESC is never part of valid JSON, so taking them out cannot change a value. */
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g

/**
 * Parses in two gaits. The quick one takes each byte as a character, which a one-byte string makes a quarter faster than UTF-8,
 * and rounds long integers; ASCII texts and other numbers are right. Whoever reads anything else has it parsed `faithfully`.
 */
export class JsonLine {
  /** The object of the last line that was accepted, whatever came after it; what rules read is taken from it. */
  body: Json = undefined
  /** Whether `body` is exact in every text and digit. */
  isFaithful = true
  /** Whether bytes that are no UTF-8 were met in the line, for which U+FFFD stands. Texts that nobody reads are not looked at. */
  hasInvalidUtf8 = false
  readonly #bounds: JsonBounds
  readonly #isAlwaysUtf8: boolean
  #text = ''
  #isUtf8 = true
  /** Whether the line, and so any part of it, may exceed the bounds. */
  #isSuspect = false

  /** `isAlwaysUtf8`: names that the plan reads are not ASCII, so the quick gait would not find them. */
  constructor(bounds: JsonBounds, isAlwaysUtf8 = false) {
    this.#bounds = bounds
    this.#isAlwaysUtf8 = isAlwaysUtf8
  }

  /** Lets go of the last line: it may be long. */
  forget(): void {
    this.body = undefined
    this.#text = ''
  }

  /** Reads bytes `[start, end)`. `undefined`: accepted, see `body`. `blank`: nothing on the line. */
  read(buffer: Buffer, start: number, end: number): RejectReason | 'blank' | undefined {
    const from = skipEmpty(buffer, start, end)
    const to = trimEnd(buffer, from, end)
    this.hasInvalidUtf8 = false
    if (from >= to) return 'blank'
    const quick = (buffer as Sliceable).latin1Slice(from, to)
    this.#isSuspect = mayExceedBounds(quick, this.#bounds)
    if (buffer[from] !== BRACE) return this.#readMixed(this.#utf8(buffer, from, to))
    const excess = this.#isSuspect ? exceedsBounds(buffer, from, to, this.#bounds) : undefined
    if (excess !== undefined) return excess
    return this.#isAlwaysUtf8
      ? this.#parse(this.#utf8(buffer, from, to), true, 'malformed')
      : this.#parse(quick, false, 'malformed')
  }

  /** Parses the line again, exact in every text and digit. */
  parseFaithfully(): void {
    if (this.isFaithful) return
    const text = this.#isUtf8 ? this.#text : this.#utf8(Buffer.from(this.#text, 'latin1'), 0, this.#text.length)
    this.body = LONG_INTEGER.test(text) ? parseExact(text) : (JSON.parse(text) as Json)
    this.isFaithful = true
  }

  /** Whether the value may stand otherwise in the line than the quick gait gave it. */
  mayDiffer(value: Json): boolean {
    if (typeof value === 'string') return !this.#isUtf8 && !isAscii(value)
    if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER && Number.isFinite(value)
    if (typeof value !== 'object' || value === null) return false
    return (!this.#isUtf8 && !isAscii(this.#text)) || LONG_INTEGER.test(this.#text)
  }

  #utf8(bytes: Buffer, start: number, end: number): string {
    const text = bytes.toString('utf8', start, end)
    if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) this.hasInvalidUtf8 = true
    return text
  }

  /** A line that does not start with `{`: text before it, or JSON that is no object, or no JSON at all. */
  #readMixed(line: string): RejectReason | 'blank' | undefined {
    const plain = withoutColours(line).trim()
    if (plain === '') return 'blank'
    const brace = plain.indexOf('{')
    const found = brace < 0 ? 'not_json' : this.#parseBounded(plain.slice(brace), true, 'not_json')
    if (found !== 'not_json') return found
    return this.#excessOf(plain) ?? (isJson(plain) ? 'not_object' : 'not_json')
  }

  /** For what is left of a line: a quote in what was taken off would make its bytes look like one long text. */
  #parseBounded(text: string, isUtf8: boolean, otherwise: RejectReason): RejectReason | undefined {
    return this.#excessOf(text) ?? this.#parse(text, isUtf8, otherwise)
  }

  #excessOf(text: string): Excess {
    if (!this.#isSuspect) return undefined
    const bytes = Buffer.from(text)
    return exceedsBounds(bytes, 0, bytes.length, this.#bounds)
  }

  #parse(text: string, isUtf8: boolean, otherwise: RejectReason): RejectReason | undefined {
    const parsed = tryParse(text)
    if (parsed === undefined && text.includes('\u001b')) {
      // Split and joined: replacing 4,000,000 of them takes three times as long.
      return this.#parseBounded(withoutColours(text).split('\u001b').join(''), isUtf8, otherwise)
    }
    if (typeof parsed !== 'object' || parsed === null) return otherwise
    this.body = parsed
    this.#text = text
    this.#isUtf8 = isUtf8
    this.isFaithful = false
    return undefined
  }
}

export function withoutColours(text: string): string {
  return text.replace(ANSI, '')
}

const NOT_ASCII = /[^\u0000-\u007f]/

function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text)
}

function tryParse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Past blanks, NULs and a byte order mark. */
export function skipEmpty(buffer: Buffer, start: number, end: number): number {
  let at = start
  while (at < end) {
    const byte = buffer[at]!
    if (byte === BRACE) return at
    if (byte === 0xef && buffer[at + 1] === 0xbb && buffer[at + 2] === 0xbf) at += 3
    else if (byte <= 0x20 && byte !== ESCAPE) at++
    else break
  }
  return Math.min(at, end)
}

export function trimEnd(buffer: Buffer, start: number, end: number): number {
  let at = end
  while (at > start && buffer[at - 1]! <= 0x20 && buffer[at - 1] !== ESCAPE) at--
  return at
}
