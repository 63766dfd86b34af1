/**
 * Bounds what a line would cost before it is parsed: bytes do not bound memory (8 MiB of `{},` parse into 700 MB).
 * Counts values and depth over the raw bytes. Exact for valid JSON (an empty container with spaces inside counts one too many).
 */

export interface JsonBounds {
  readonly maxValues: number
  readonly maxDepth: number
}

export type Excess = 'too_many_values' | 'too_deep' | undefined

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
/** `[` and `{`, `]` and `}` differ from each other in this bit only. */
const CASE_BIT = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d

/**
 * Whether a line may exceed the bounds: cheaper than counting. Half of its characters at most are values, and a line is no deeper
 * than it has opening brackets, of which most lines have few.
 */
export function mayExceedBounds(line: string, bounds: JsonBounds): boolean {
  if (!needsBounding(line.length, bounds)) return false
  if (line.length >= 2 * bounds.maxValues) return true
  const left = countUpTo(line, '{', bounds.maxDepth + 1)
  return left + countUpTo(line, '[', bounds.maxDepth + 1) > bounds.maxDepth
}

function countUpTo(line: string, bracket: string, limit: number): number {
  let count = 0
  for (let at = line.indexOf(bracket); at >= 0 && count < limit; at = line.indexOf(bracket, at + 1)) count++
  return count
}

/** Whether bytes `[start, end)` hold more values or nest deeper than allowed. Shorter than this they cannot. */
export function needsBounding(lengthBytes: number, bounds: JsonBounds): boolean {
  return lengthBytes >= 2 * Math.min(bounds.maxDepth, bounds.maxValues)
}

export function exceedsBounds(buffer: Buffer, start: number, end: number, bounds: JsonBounds): Excess {
  let values = 1
  let depth = 0
  for (let i = start; i < end; i++) {
    const byte = buffer[i]!
    if (byte === QUOTE) {
      i = stringEnd(buffer, i + 1, end)
    } else if (byte === COMMA) {
      if (++values > bounds.maxValues) return 'too_many_values'
    } else if (byte >= 0x5b) {
      const bracket = byte | CASE_BIT
      if (bracket === OPEN) {
        if (++depth > bounds.maxDepth) return 'too_deep'
        if (((buffer[i + 1] ?? 0) | CASE_BIT) !== CLOSE && ++values > bounds.maxValues) return 'too_many_values'
      } else if (bracket === CLOSE) depth--
    }
  }
  return undefined
}

/** Index of the closing quote of the string whose text starts at `i`, or `end`. */
function stringEnd(buffer: Buffer, i: number, end: number): number {
  for (let at = i; at < end; at++) {
    const byte = buffer[at]!
    if (byte === QUOTE) return at
    if (byte === BACKSLASH) at++
  }
  return end
}
