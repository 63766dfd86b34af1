/** What every envelope does: takes itself off one line, strictly. What a line says inside of it can never pose as a part of it. */
import type { Wrapping } from './wrapping.ts'

/** What was in a line: bytes `[start, end)` of `buffer`, valid until the next line. Reused. */
export interface Content {
  buffer: Buffer
  start: number
  end: number
  /** Whether the message ends here; if not, its next part comes in a later line of its stream. */
  isLast: boolean
}

/**
 * Reads the line in bytes `[start, end)`, and answers whether it is wrapped so. If it is, `content` and `wrapping` are filled; if not, they
 * may hold anything.
 */
export type Unwrap = (buffer: Buffer, start: number, end: number, content: Content, wrapping: Wrapping) => boolean
