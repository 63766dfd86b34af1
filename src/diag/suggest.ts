/** The nearest known names, for hints. */

/** The known name within two edits (one for short names) of `name`, or undefined. Ties: the first known. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = name.length <= 3 ? 1 : 2
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Longer names are not compared: they come from logs too. */
const MAX_COMPARED_LENGTH = 100
/** Of names so short one letter may be wrong: `event` is no `agent`. */
const SHORT_LENGTH = 5
/** Words that two names must share at least, as a part of the words of both. */
const LEAST_SHARED = 0.5

/**
 * Known names that look like `name`, the nearest first: written with other letters or separators (`ToolCall`, `tool-call`), mistyped,
 * or with half of their words in common (`agent_start`, `agent_run_started`). At most `most`; equally near ones in the order given.
 */
export function alike(name: string, known: readonly string[], most = 3): string[] {
  if (name.length > MAX_COMPARED_LENGTH) return []
  const distances = known.map((candidate) => ({ candidate, distance: unlikeness(name, candidate) }))
  const near = distances.filter(({ distance }) => distance < Number.POSITIVE_INFINITY)
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

function unlikeness(name: string, candidate: string): number {
  if (candidate.length > MAX_COMPARED_LENGTH) return Number.POSITIVE_INFINITY
  const words = wordsOf(name)
  const others = wordsOf(candidate)
  if (words.join('') === others.join('')) return words.length === 0 ? Number.POSITIVE_INFINITY : 0
  const limit = Math.min(name.length, candidate.length) <= SHORT_LENGTH ? 1 : 2
  if (editDistance(name.toLowerCase(), candidate.toLowerCase(), limit + 1) <= limit) return 1
  const shared = words.filter((word) => others.some((other) => isSameWord(word, other))).length
  const part = (2 * shared) / (words.length + others.length)
  return part >= LEAST_SHARED ? 3 - part : Number.POSITIVE_INFINITY
}

function wordsOf(name: string): string[] {
  const split = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return split.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
}

/** `start` and `started`, `tool` and `tools`. */
function isSameWord(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return short === long || (short.length >= 4 && long.startsWith(short))
}

/** Levenshtein distance with transpositions of neighbours as one edit; `limit` and above are not told apart. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), swap)
    }
    before = last
    last = row
  }
  return last[b.length]!
}
