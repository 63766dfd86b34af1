/**
 * What was taken off a line before its object, and where a line that is no event breaks: for `explain`, by the pieces that
 * the formats read with.
 */
import { jsonLines } from './format/line-format.ts'
import { readLogfmt } from './format/logfmt.ts'
import { looksLikeLogfmt } from './format/tells.ts'
import { textLine } from './format/text-line.ts'
import { jsonFault } from './json-fault.ts'
import { type RejectReason, skipEmpty, trimEnd, withoutColours } from './json-line.ts'

export interface TakenOff {
  readonly kind: 'byte_order_mark' | 'nul_bytes' | 'colours' | 'text'
  /** What stood there, where that is text. */
  readonly text?: string
  readonly bytes: number
}

export interface BrokenLine {
  readonly message: string
  readonly hint?: string
  /** Where an object breaks; missing where there is none. */
  readonly place?: FaultPlace
}

export interface FaultPlace {
  /** The line without blanks, marks and colours around it: `at` counts in it. */
  readonly text: string
  readonly at: number
  /** Character of the line from 1; colours and a byte order mark are not counted. */
  readonly column: number
  /** Bytes of the line before the fault; undefined where colours were taken off. */
  readonly byte: number | undefined
}

/** What stands before the object of the line in bytes `[start, end)` and is none of it. */
export function takenOff(buffer: Buffer, start: number, end: number, { name } = jsonLines): readonly TakenOff[] {
  const from = skipEmpty(buffer, start, end)
  const skipped = buffer.subarray(start, from)
  const nulBytes = skipped.filter((byte) => byte === 0).length
  const out: TakenOff[] = []
  if (nulBytes > 0) out.push({ kind: 'nul_bytes', bytes: nulBytes })
  if (skipped.includes(0xef)) out.push({ kind: 'byte_order_mark', bytes: 3 })
  const text = buffer.toString('utf8', from, trimEnd(buffer, from, end))
  const plain = withoutColours(text)
  if (plain.length < text.length) out.push({ kind: 'colours', bytes: Buffer.byteLength(text) - Buffer.byteLength(plain) })
  if (name !== 'json') return out
  const before = plain
    .trimStart()
    .slice(0, Math.max(0, plain.trimStart().indexOf('{')))
    .trimEnd()
  if (before !== '') out.push({ kind: 'text', text: before, bytes: Buffer.byteLength(before) })
  return out
}

/** Where the line breaks, or undefined where its text is not what it was rejected for. */
export function brokenLine(
  buffer: Buffer,
  start: number,
  end: number,
  reason: RejectReason,
  { name } = jsonLines,
): BrokenLine | undefined {
  if (reason !== 'malformed' && reason !== 'not_json' && reason !== 'not_logfmt') return undefined
  if (name === 'logfmt') return brokenLogfmt(buffer, start, end)
  if (name === 'json-documents' && reason === 'not_json') return STRAY
  const from = skipEmpty(buffer, start, end)
  const raw = buffer.toString('utf8', from, trimEnd(buffer, from, end))
  const text = withoutColours(raw).replaceAll('\u001b', '')
  const brace = text.indexOf('{')
  if (brace < 0) return { message: 'there is no "{" on this line: it is text, not JSON', ...textHint(text) }
  const fault = jsonFault(text.slice(brace))
  if (fault === undefined) return undefined
  const { message, hint } = fault
  const at = brace + fault.at
  const skipped = from - start - (buffer.subarray(start, from).includes(0xef) ? 3 : 0)
  const byte = text.length === raw.length ? from - start + Buffer.byteLength(text.slice(0, at)) : undefined
  return { message, ...(hint ? { hint } : {}), place: { text, at, column: skipped + at + 1, byte } }
}

const IS_JSON = 'it looks like JSON, and this log is read as logfmt: if most of it is JSON, say so with input: { format: json }'
/** Of documents over several lines: a line that is in none. */
const STRAY: BrokenLine = {
  message: 'this line is in no object: one begins with "{" in column 1',
  hint: 'it is the rest of an object that was torn or too long, or text of another program: each object must be written whole',
}

function brokenLogfmt(buffer: Buffer, start: number, end: number): BrokenLine | undefined {
  const { text } = textLine(buffer, start, end)
  const read = readLogfmt(text, Number.POSITIVE_INFINITY)
  if (!('fault' in read)) return undefined
  const { at, message } = read
  const hint = text.trimStart().startsWith('{')
    ? IS_JSON
    : 'leave it out where it is written, or take lines apart with patterns: input: { format: { regex: [...] } }'
  return { message, hint, place: { text, at, column: at + 1, byte: undefined } }
}

function textHint(text: string): { readonly hint?: string } {
  if (looksLikeLogfmt(text)) return { hint: 'it looks like logfmt: say so with input: { format: logfmt }' }
  return /^(?:[}\]]|"[^"]*"\s*:)/.test(text.slice(0, 1000))
    ? { hint: 'it looks like a part of an object over several lines: say so with input: { format: json-documents }' }
    : {}
}
