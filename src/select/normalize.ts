/**
 * `normalize`: whole words that are identifiers become `{uuid}`, `{hex}`, `{number}`, `{email}`, `{ulid}`, so that a text with them is one label.
 * A word is bounded by anything but letters and digits (ASCII), for a number by no `_` either (x86_64 is a name), and begins behind a
 * percent-encoded byte too. Normalizing twice changes nothing.
 * uuid: with its dashes, or as 32 hex digits. hex: `0x...`, or 8 and more hex digits with a decimal digit among them; digits alone are a
 * number where `number` is asked for too. ulid: 26 characters of Crockford's alphabet.
 */
import { headOf } from './label-text.ts'

export const WORD_KINDS = ['uuid', 'hex', 'number', 'email', 'ulid'] as const
export type WordKind = (typeof WORD_KINDS)[number]

/** Not within a percent-encoded byte, but behind it. */
const START = '(?:(?<=%[0-9a-f]{2})|(?<![a-z0-9%]|%[0-9a-f]))'
const END = '(?![a-z0-9])'
const DASHED = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

/** In the order in which they are tried at each word. Each starts at the start of a word only, which keeps all of it linear. (`}`: no e-mail begins at the rest of one.) */
const PATTERNS: readonly (readonly [WordKind, string])[] = [
  ['email', '(?:(?<=%[0-9a-f]{2})|(?<![\\w.+}%-]|%[0-9a-f]))[\\w.+-]+(?:@|%40)[a-z0-9-]+(?:\\.[a-z0-9-]+)+(?<!-)(?![\\w-])'],
  ['uuid', `${START}(?:${DASHED}|(?=\\d*[a-f])(?=[a-f]*\\d)[0-9a-f]{32})${END}`],
  ['number', `${START}(?<!_)\\d+(?:\\.\\d+)*(?:e[+-]?\\d+)?${END}(?!_)`],
  ['hex', `${START}(?:0x[0-9a-f]+|(?=[a-f]*\\d)[0-9a-f]{8,})${END}`],
  ['ulid', `${START}(?=\\d*[a-z])[0-7][0-9a-hjkmnp-tv-z]{25}${END}`],
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
