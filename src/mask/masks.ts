/**
 * Takes secrets out of texts before they leave the process: labels, exemplars, examples on pages, our own log. What a value is called and
 * what it looks like both count. The built-in rules always hold; a mapping adds patterns. One text in, one out: nothing is kept.
 */
import { findSecrets } from './find.ts'
import { MASKED, maskPlaces, type Place } from './masked.ts'
import { isSecretKey, isTruthOrNothing } from './secret-keys.ts'

/** A user's pattern, compiled elsewhere: calls `add` for each place that fits. Must be linear in the text. */
export type FindPlaces = (text: string, add: (start: number, end: number) => void) => void

/** Shorter texts hold none: `secret=x`, `a://:b@c`. */
const SHORTEST = 8

export class Masks {
  readonly #patterns: readonly FindPlaces[]

  constructor(patterns: readonly FindPlaces[] = []) {
    this.#patterns = patterns
  }

  /** `text` with every secret in it masked; the very text if there is none. */
  text(text: string): string {
    if (text.length < SHORTEST && this.#patterns.length === 0) return text
    const places = findSecrets(text)
    return this.#patterns.length === 0 ? maskedAt(text, places) : maskedAt(text, this.#add(text, places ?? []))
  }

  #add(text: string, places: Place[]): readonly Place[] {
    for (const find of this.#patterns) find(text, (start, end) => places.push([start, end]))
    return places
  }

  /** A value that stands under `key`. */
  underKey(key: string, value: string): string {
    return isSecretKey(key) && !isTruthOrNothing(value) ? MASKED : this.text(value)
  }
}

function maskedAt(text: string, places: readonly Place[] | undefined): string {
  return places === undefined ? text : maskPlaces(text, places)
}

/** Without a mapping's patterns. */
export const BUILT_IN_MASKS: Masks = new Masks()
