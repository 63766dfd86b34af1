/**
 * What a line is written in. A format is one object for all lines of it, compared by identity; what reads its lines is made once per decoder
 * and reused. How the lines of a log are cut and joined is not its affair.
 */
import type { JsonBounds } from '../json-bounds.ts'
import { JsonLine, type RejectReason } from '../json-line.ts'
import type { Json } from '../path.ts'

export interface LineFormat {
  readonly name: 'json' | 'logfmt' | 'regex' | 'otlp' | 'json-documents'
  /** `isAlwaysUtf8`: names that are read are not ASCII. */
  newReader(bounds: JsonBounds, isAlwaysUtf8: boolean): LineReader
}

export interface LineReader {
  /** The object of the last line that was accepted, whatever came after it; what rules read is taken from it. */
  readonly body: Json
  /** Whether `body` is exact in every text and digit. */
  readonly isFaithful: boolean
  /** Whether bytes that are no UTF-8 were met in the line, for which U+FFFD stands. */
  readonly hasInvalidUtf8: boolean
  /** Reads bytes `[start, end)`. `undefined`: accepted, see `body`. `blank`: nothing on the line. Never throws. */
  read(buffer: Buffer, start: number, end: number): RejectReason | 'blank' | undefined
  /** Of a format whose lines hold several events: stands on the next one, and answers whether there is one. */
  next?(): boolean
  /** How many events the line at hand has; missing: one. */
  readonly eventCount?: number
  /** Makes `body` exact in every text and digit. */
  parseFaithfully(): void
  /** Whether the value, read from `body`, may stand otherwise in the line. */
  mayDiffer(value: Json): boolean
  /** Lets go of the last line: it may be long. */
  forget(): void
}

export const jsonLines: LineFormat = {
  name: 'json',
  newReader: (bounds, isAlwaysUtf8) => new JsonLine(bounds, isAlwaysUtf8),
}
