/**
 * JSON inside a string of the event (`$json` in a path). To the line's own limits it was one value, so it is bounded here, by what
 * these limits are by default; integers past 2^53 keep their digits, as in the line. Never throws.
 */
import { mayBeRounded, parseExact } from './exact-integers.ts'
import type { Json } from './json.ts'
import { exceedsBounds, needsBounding } from './json-bounds.ts'

const BOUNDS = { maxValues: 100_000, maxDepth: 256 }

/** undefined: no JSON, or more of it than a line may hold. */
export function parseInner(text: string): Json {
  if (needsBounding(text.length, BOUNDS)) {
    const bytes = Buffer.from(text)
    if (exceedsBounds(bytes, 0, bytes.length, BOUNDS) !== undefined) return undefined
  }
  try {
    const value = JSON.parse(text) as Json
    return mayBeRounded(value, text) ? parseExact(text) : value
  } catch {
    return undefined
  }
}
