/**
 * What the mapping made of one event, as data: which rules wait for it, which elements they took and why, texts and numbers step by
 * step. Made by the compiled rules themselves; changes nothing. Texts stand as the log has them.
 */

import type { Json } from '../decode/path.ts'
import type { Place } from '../diag/diagnostic.ts'
import type { RisenNumber, RiseOutcome } from '../marks/rise.ts'
import type { ExemplarLabels } from '../registry/exemplars.ts'
import type { ConditionTrace, ValueTrace } from '../select/trace.ts'
import type { SkipReason } from './skip-reason.ts'

/** An element that `each` stands on. */
export interface Standing {
  /** Bound name without `$`. */
  readonly name: string
  readonly path: string
  /** Index in the list or key of the object. */
  readonly key: string
  /** Paths from here at which a secret stands, as the event itself says: `$header.value` of a header called cookie. */
  readonly secrets: readonly string[]
}

/** One element, or the event itself where nothing is stood on. */
export interface ElementTrace<T> {
  readonly on: readonly Standing[]
  /** There is no element: what `each` found instead of a list. */
  readonly empty?: { readonly name: string; readonly path: string; readonly found: Json }
  /** Missing: nothing is asked. */
  readonly where?: ConditionTrace
  readonly isTaken: boolean
  /** What follows where it is taken. */
  readonly made?: T
}

export interface TakesTrace<T> {
  readonly place: Place
  readonly isTaken: boolean
  readonly elements: readonly ElementTrace<T>[]
  /** Elements beyond those that are told, and how many of them are taken. */
  readonly untold: number
  readonly untoldTaken: number
}

export interface LabelTrace {
  readonly name: string
  readonly value: ValueTrace
  /** Before it is cleaned, masked or capped. */
  readonly text: string
  /** The event has no such value, and `text` stands in. */
  readonly isUnknown: boolean
}

export interface SampleTrace {
  /** Text of the split label; undefined without `split`. */
  readonly splitText: string | undefined
  /** undefined: each event counts 1. */
  readonly value: ValueTrace | undefined
  /** undefined: none, so this sample is left out. */
  readonly number: number | undefined
  /** Why the number does not count, as far as the number tells. */
  readonly refusal: SkipReason | undefined
}

/** What the numbers of one sample are to the highest seen for their key. */
export interface RiseTrace {
  readonly outcome: RiseOutcome
  /** One, or the counts of a price. */
  readonly numbers: readonly RisenNumber[]
}

export interface ExemplarTrace {
  /** Names and texts as they are kept; none: no exemplar. */
  readonly labels: ExemplarLabels
  /** Whether OpenMetrics allows so many characters; otherwise there is no exemplar. */
  readonly fits: boolean
}

export interface MadeTrace {
  readonly labels: readonly LabelTrace[]
  /** Keys of `once` and `rise`; undefined: the rule has none. */
  readonly once: readonly ValueTrace[] | undefined
  readonly rise: readonly ValueTrace[] | undefined
  readonly samples: readonly SampleTrace[]
  /** undefined: the rule gives none. */
  readonly exemplar: ExemplarTrace | undefined
}
