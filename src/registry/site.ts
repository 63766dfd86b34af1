/**
 * How one rule names series: label texts in, slot out. A known series costs its look-up and allocates nothing; everything that is
 * decided once per series (cleaning, limits, births) happens when the look-up fails.
 */
import { OVERFLOW } from '../telemetry/tally.ts'
import { forEachCombination } from './closed-product.ts'

/** What a site needs of its family. */
export interface SiteFamily {
  readonly cleanLabel: CleanLabel
  /** Some rule keeps texts unmasked: a raw text that is known may be that rule's. */
  readonly keepsUnmasked: boolean
  readonly overflows: boolean
  readonly isBornAtZero: boolean
  find(texts: readonly string[]): number
  hasText(label: number, text: string): boolean
  /** Distinct texts of the label that count against `maxValues`. */
  textCount(label: number): number
  /** The slot of a new series, or -1 at a limit. */
  birth(texts: readonly string[]): number
  /** The slot of a new series outside the limits. */
  birthOverflow(texts: readonly string[]): number
  countOverflow(): void
}

/** What becomes of a label text before it is kept: bounded in length, without control characters and, unless it is unmasked, secrets. */
export type CleanLabel = (text: string, isUnmasked: boolean) => string

/** So many sisters are born at once: a rule with a larger product bears the rest when they are seen. */
const MAX_SISTERS = 1000

export interface SiteLabels {
  /** Per label the closed set of its texts ('' = absent), or undefined: open. */
  readonly closed: readonly (readonly string[] | undefined)[]
  /** Per label: past so many distinct texts in the family, new ones become `_other`. */
  readonly maxValues: readonly (number | undefined)[]
  /** Per label: whether its texts are kept with their secrets. */
  readonly unmasked: readonly (boolean | undefined)[]
}

export class Site {
  readonly #family: SiteFamily
  readonly #labels: SiteLabels
  readonly #closedSets: readonly (ReadonlySet<string> | undefined)[]
  readonly #hasSisters: boolean
  /** The texts at hand, cleaned. */
  readonly #cleaned: string[]

  constructor(family: SiteFamily, labels: SiteLabels) {
    this.#family = family
    this.#labels = labels
    const closed = labels.closed.map((set, i) => set && [...new Set(set.map((text) => this.#clean(i, text)))])
    this.#labels = { ...labels, closed }
    this.#closedSets = closed.map((set) => set && new Set(set))
    this.#hasSisters = family.isBornAtZero && closed.some((set) => set !== undefined && set.length > 1)
    this.#cleaned = closed.map(() => '')
  }

  /**
   * The slot for an update, or -1 when the series is refused. `texts` stand in the order of the family's labels, '' = absent; the
   * list is not kept. The slot is good until the next call on this family.
   */
  series(texts: readonly string[]): number {
    const slot = this.#family.keepsUnmasked ? -1 : this.#family.find(texts)
    return slot >= 0 ? slot : this.#seek(texts)
  }

  /** Whether a series with these texts may be of this site, as its closed sets tell. */
  couldName(texts: readonly string[]): boolean {
    return this.#closedSets.every((set, i) => set?.has(texts[i]!) ?? true)
  }

  /** Those of the series into which one with these texts goes past the limits. */
  overflowTexts(texts: readonly string[]): string[] {
    return texts.map((text, i) => (this.#closedSets[i]?.has(text) ? text : OVERFLOW))
  }

  /** Bears all series of this site if its labels are all closed and its family stands at 0 from the start. */
  birthAtLoad(): void {
    const { closed } = this.#labels
    if (this.#family.isBornAtZero && closed.every((set) => set !== undefined)) this.#birthAll(this.#cleaned)
  }

  /**
   * Raw texts that differ from their cleaned form come here each time: keeping them as keys would let the log grow the index
   * past the limits.
   */
  #seek(texts: readonly string[]): number {
    const cleaned = this.#cleaned
    let isCapped = false
    for (let i = 0; i < cleaned.length; i++) {
      const text = this.#clean(i, texts[i]!)
      cleaned[i] = this.#admit(i, text)
      isCapped ||= cleaned[i] !== text
    }
    const slot = this.#seekCleaned(cleaned, isCapped)
    // An update that a label's cap sends to `_other` is told like one that the series limit sends there.
    if (isCapped && slot >= 0) this.#family.countOverflow()
    return slot
  }

  #seekCleaned(cleaned: string[], isCounted: boolean): number {
    const known = this.#family.find(cleaned)
    if (known >= 0) return known
    const slot = this.#family.birth(cleaned)
    if (slot < 0) return this.#family.overflows ? this.#overflow(cleaned, isCounted) : -1
    if (this.#hasSisters) this.#birthAll(cleaned)
    return slot
  }

  #admit(label: number, text: string): string {
    const max = this.#labels.maxValues[label]
    if (max === undefined || text === '' || this.#family.hasText(label, text)) return text
    return this.#family.textCount(label) < max ? text : OVERFLOW
  }

  /** One overflow series per combination of closed texts; so there are no more of them than the mapping allows. */
  #overflow(cleaned: string[], isCounted: boolean): number {
    const texts = this.overflowTexts(cleaned)
    if (!isCounted) this.#family.countOverflow()
    const known = this.#family.find(texts)
    return known >= 0 ? known : this.#family.birthOverflow(texts)
  }

  #birthAll(given: readonly string[]): void {
    const family = this.#family
    forEachCombination(this.#labels.closed, given, MAX_SISTERS, (texts) => family.find(texts) >= 0 || family.birth(texts) >= 0)
  }

  /**
   * Whatever the given function does, without lone surrogates: they have no UTF-8 and are all written alike, and two series that are
   * written alike would cost the whole scrape.
   */
  #clean(label: number, text: string): string {
    if (text === '') return ''
    return this.#family.cleanLabel(text, this.#labels.unmasked[label] === true).replace(/\p{Surrogate}/gu, '\ufffd')
  }
}
