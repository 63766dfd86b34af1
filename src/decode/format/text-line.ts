/** A line of text, not JSON: without a byte order mark, NULs and colours, in UTF-8. Blanks before it stay: a pattern may ask for them. */
import { isUtf8 } from 'node:buffer'
import { withoutColours } from '../json-line.ts'

export interface TextLine {
  /** Empty: nothing on the line. */
  readonly text: string
  readonly hasInvalidUtf8: boolean
}

const BLANK: TextLine = { text: '', hasInvalidUtf8: false }
const NOT_BLANK = /[^\u0000-\u0020]/

export function textLine(buffer: Buffer, start: number, end: number): TextLine {
  const from = textStart(buffer, start, end)
  const raw = buffer.toString('utf8', from, textEnd(buffer, from, end))
  const text = raw.includes('\u001b') ? withoutColours(raw) : raw
  if (!NOT_BLANK.test(text)) return BLANK
  return { text, hasInvalidUtf8: raw.includes('\ufffd') && !isUtf8(buffer.subarray(from, end)) }
}

/** Past NULs and a byte order mark. */
function textStart(buffer: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && buffer[at] === 0) at++
  const isMark = at + 2 < end && buffer[at] === 0xef && buffer[at + 1] === 0xbb && buffer[at + 2] === 0xbf
  return isMark ? at + 3 : at
}

/** Before carriage returns. */
function textEnd(buffer: Buffer, start: number, end: number): number {
  let at = end
  while (at > start && buffer[at - 1] === 0x0d) at--
  return at
}
