/**
 * One line → one JSON object, with the tolerance that real logs need: CR before the line end, BOM, leading NULs (sparse files),
 * ANSI colours, text before the first `{`. Everything else that is no object is rejected by reason. Never throws.
 */
import { exceedsBounds, type JsonBounds, needsBounding } from './json-bounds.ts'
import type { Json } from './path.ts'

export type RejectReason = 'not_json' | 'malformed' | 'not_object' | 'too_long' | 'too_many_values' | 'too_deep' | 'internal'

const BRACE = 0x7b
const ESCAPE = 0x1b
/** CSI and OSC sequences: colours, cursor, links. A raw ESC is never part of valid JSON, so taking them out cannot change a value. */
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g

export class JsonLine {
  /** The object of the last line that was accepted, whatever came after it; what rules read is taken from it. */
  body: Json = undefined
  /** The text that was parsed. */
  text = ''
  readonly #bounds: JsonBounds

  constructor(bounds: JsonBounds) {
    this.#bounds = bounds
  }

  /** Lets go of the last line: it may be long. */
  forget(): void {
    this.body = undefined
    this.text = ''
  }

  /** Reads bytes `[start, end)`. `undefined`: accepted, see `body`. `blank`: nothing on the line. */
  read(buffer: Buffer, start: number, end: number): RejectReason | 'blank' | undefined {
    const from = skipEmpty(buffer, start, end)
    const to = trimEnd(buffer, from, end)
    if (from >= to) return 'blank'
    if (needsBounding(to - from, this.#bounds)) {
      const excess = exceedsBounds(buffer, from, to, this.#bounds)
      if (excess !== undefined) return excess
    }
    if (buffer[from] === BRACE) return this.#parse(buffer.toString('utf8', from, to), 'malformed')
    return this.#readMixed(buffer.toString('utf8', from, to))
  }

  /** A line that does not start with `{`: text before it, or JSON that is no object, or no JSON at all. */
  #readMixed(line: string): RejectReason | 'blank' | undefined {
    const plain = line.replace(ANSI, '').trim()
    if (plain === '') return 'blank'
    const brace = plain.indexOf('{')
    if (brace >= 0 && this.#parse(plain.slice(brace), 'not_json') === undefined) return undefined
    return isJson(plain) ? 'not_object' : 'not_json'
  }

  #parse(text: string, otherwise: RejectReason): RejectReason | undefined {
    const parsed = tryParse(text)
    if (parsed === undefined && text.includes('\u001b'))
      return this.#parse(text.replace(ANSI, '').replaceAll('\u001b', ''), otherwise)
    if (typeof parsed !== 'object' || parsed === null) return otherwise
    this.body = parsed
    this.text = text
    return undefined
  }
}

function tryParse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Past blanks, NULs and a byte order mark. */
function skipEmpty(buffer: Buffer, start: number, end: number): number {
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

function trimEnd(buffer: Buffer, start: number, end: number): number {
  let at = end
  while (at > start && buffer[at - 1]! <= 0x20 && buffer[at - 1] !== ESCAPE) at--
  return at
}
