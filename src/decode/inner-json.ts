/**
 * JSON inside a string of the event (`$json` in a path). To the line's own limits it was one value, so it is bounded here, by what
 * these limits are by default; integers past 2^53 keep their digits, as in the line. Never throws. Several paths go into the same
 * text, so the last few are kept.
 */
import { mayBeRounded, parseExact } from './exact-integers.ts'
import type { Json } from './json.ts'
import { exceedsBounds, needsBounding } from './json-bounds.ts'

const BOUNDS = { maxValues: 100_000, maxDepth: 256 }

/** Texts inside texts that the paths of one event go through in turn are rarely more. */
const MAX_KEPT = 4
let kept: readonly { readonly text: string; readonly value: Json }[] = []

/** undefined: no JSON, or more of it than a line may hold. The same text gives the same value: nobody changes what was parsed. */
export function innerJson(text: string): Json {
  const known = kept.find((one) => one.text === text)
  if (known !== undefined) return known.value
  const value = parse(text)
  kept = [{ text, value }, ...kept.slice(0, MAX_KEPT - 1)]
  return value
}

/** Lets go of what is kept: it may be large. */
export function forgetInnerJson(): void {
  kept = []
}

function parse(text: string): Json {
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
