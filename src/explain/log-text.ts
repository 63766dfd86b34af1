/**
 * The one way by which text of a log leaves `explain`: masked by the given function, then without anything a terminal could act on,
 * then cut. Text of the mapping and numbers of our own need only the second.
 */
import type { Json } from '../decode/path.ts'
import type { Masks } from '../mask/masks.ts'
import { headOf } from '../select/label-text.ts'

/** Takes secrets out of a text of the log; `keyName` is the field it stands in, where one is known. */
export type Clean = (text: string, keyName?: string) => string

/** What the mapping's masks make of it. */
export function cleanedBy(masks: Masks): Clean {
  return (text, keyName) => (keyName === undefined ? masks.text(text) : masks.underKey(keyName, text))
}

/** A value of the log as `explain` shows it: a scalar, a list or object by its size, null where it is missing. */
export type Shown = string | number | boolean | null | { readonly list: number } | { readonly keys: number }

/** Of a text no more than this is looked at: what is shown of it is far shorter. */
const MAX_CLEANED_LENGTH = 65_536
const MAX_SHOWN_LENGTH = 120
/** Controls, line and paragraph separators, marks that turn the direction of text around, invisible and tag characters, halves of pairs. */
const UNFIT =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

/** `text` with U+FFFD for everything that is not to be seen but to be done. */
export function harmless(text: string): string {
  return text.replace(UNFIT, '\ufffd')
}

export class LogText {
  readonly #clean: Clean

  constructor(clean: Clean) {
    this.#clean = clean
  }

  /** At most `most` characters, with `…` where it was cut. */
  text(text: string, keyName?: string, most = MAX_SHOWN_LENGTH): string {
    const cleaned = this.whole(text, keyName)
    return cleaned.length > most ? `${headOf(cleaned, most - 1)}…` : cleaned
  }

  /** The end of a text, with `…` before it where it was cut. */
  tail(text: string, most: number): string {
    const cleaned = harmless(this.#clean(text.slice(-MAX_CLEANED_LENGTH)))
    return cleaned.length > most ? `…${harmless(cleaned.slice(1 - most))}` : cleaned
  }

  /** Cleaned, but not cut further than is needed to bound the work. */
  whole(text: string, keyName?: string): string {
    return harmless(this.#clean(headOf(text, MAX_CLEANED_LENGTH), keyName))
  }

  value(value: Json, keyName?: string): Shown {
    if (value === undefined || value === null) return null
    if (typeof value === 'string') return this.text(value, keyName)
    if (typeof value === 'bigint') return String(value)
    if (Array.isArray(value)) return { list: value.length }
    if (typeof value === 'object') return { keys: Object.keys(value).length }
    // JSON has no infinities.
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  }
}
