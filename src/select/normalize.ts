/**
 * `normalize`: whole words that are identifiers become `{uuid}`, `{hex}`, `{number}`, `{email}`, so that a text with them is one label.
 * A word is bounded by anything but letters, digits and `_` (ASCII). Normalizing twice changes nothing.
 * hex: `0x...`, or 8 and more hex digits with a decimal digit among them; digits alone are a number where `number` is asked for too.
 */
import { headOf } from './label-text.ts'

export type WordKind = 'uuid' | 'hex' | 'number' | 'email'

/** In the order in which they are tried at each word. Each starts at the start of a word only, which keeps all of it linear. (`}`: no e-mail begins at the rest of one.) */
const PATTERNS: readonly (readonly [WordKind, string])[] = [
  ['email', '(?<![\\w.+}-])[\\w.+-]+@[a-z0-9-]+(?:\\.[a-z0-9-]+)+(?<!-)(?![\\w-])'],
  ['uuid', '(?<!\\w)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!\\w)'],
  ['number', '(?<!\\w)\\d+(?:\\.\\d+)*(?:e[+-]?\\d+)?(?!\\w)'],
  ['hex', '(?<!\\w)(?:0x[0-9a-f]+|(?=[a-f]*\\d)[0-9a-f]{8,})(?!\\w)'],
]

/** No label is longer by far, and what follows is a cost that the log would choose. */
const MAX_NORMALIZED_LENGTH = 4096

export function wordNormalizer(kinds: readonly WordKind[]): (text: string) => string {
  const asked = PATTERNS.filter(([kind]) => kinds.includes(kind))
  if (asked.length === 0) return (text) => text
  const words = new RegExp(asked.map(([kind, pattern]) => `(?<${kind}>${pattern})`).join('|'), 'gi')
  const marks = asked.map(([kind]) => `{${kind}}`)
  return (text) => headOf(text, MAX_NORMALIZED_LENGTH).replace(words, (_, ...groups) => marks[firstTaken(groups)]!)
}

/** Group i is kind i, and exactly one of them took part. */
function firstTaken(groups: readonly unknown[]): number {
  return groups.findIndex((group) => group !== undefined)
}
