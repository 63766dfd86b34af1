/** All combinations of label texts that closed sets allow. */

/**
 * Calls `visit` with each combination: the closed labels run through their texts (the last one fastest), the open ones
 * (undefined) stay as in `given`. The list is reused between calls. Stops after `maxCount` of them, or when `visit` says false.
 */
export function forEachCombination(
  closed: readonly (readonly string[] | undefined)[],
  given: readonly string[],
  maxCount: number,
  visit: (texts: readonly string[]) => boolean,
): void {
  if (closed.some((set) => set?.length === 0)) return
  const texts = closed.map((set, i) => set?.[0] ?? given[i]!)
  const at = closed.map(() => 0)
  for (let count = 0; count < maxCount; count++) {
    if (!visit(texts) || !advance(closed, at, texts)) return
  }
}

/** Turns to the next combination, like the wheels of a counter; false after the last. */
function advance(closed: readonly (readonly string[] | undefined)[], at: number[], texts: string[]): boolean {
  for (let i = closed.length - 1; i >= 0; i--) {
    const set = closed[i]
    if (set === undefined) continue
    at[i] = (at[i]! + 1) % set.length
    texts[i] = set[at[i]!]!
    if (at[i] !== 0) return true
  }
  return false
}
