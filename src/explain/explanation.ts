/**
 * What `explain` says of one line: the stable shape of `--format json` (one such object per line of the log), from which the text is
 * made too. Every text of the log in it has passed `LogText`. New fields may come; none changes its meaning.
 */
import type { Outcome } from '../mapping/mapping.ts'
import type { SkipReason } from '../mapping/skip-reason.ts'
import type { WindowOp } from '../registry/family-spec.ts'
import type { SourceKind } from '../select/trace.ts'
import type { Shown } from './log-text.ts'

/** Outcomes of events, and of lines that are none. */
export type LineOutcome = Outcome | 'rejected' | 'blank'

export const LINE_OUTCOMES: readonly LineOutcome[] = ['mapped', 'unmatched', 'unmapped', 'dropped', 'rejected', 'blank']

export interface LineExplanation {
  /** As it was found; `-` is standard input. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly bytes: number
  /** Which event of its line this is, from 2 on: a line may hold several. */
  readonly event_of_line?: number
  /** The line, cleaned and cut. */
  readonly text: string
  readonly outcome: LineOutcome
  /** What was around the message. */
  /** The source, and what is special about the mapping of its lines; missing: nothing. */
  readonly mapping?: { readonly source: string; readonly is: readonly string[] }
  readonly envelope?: EnvelopeTold
  /** What it is written in, if not JSON. */
  readonly format?: string
  /** The field of the line's object in whose text the event stands. */
  readonly field?: string
  /** What stood before the object and is none of it, in order. */
  readonly takenOff: readonly { readonly kind: string; readonly bytes: number; readonly text?: string }[]
  readonly rejected?: Rejected
  readonly event?: { readonly name: ValueTold; readonly time: TimeTold }
  /** `drop` rules that wait for the event, up to the one that takes it. */
  readonly drop: readonly TakesTold[]
  /** Rules that wait for the event, in the order of the mapping. */
  readonly rules: readonly RuleTold[]
  /** What is kept of the event, and which items take it; missing: nothing. */
  readonly state?: readonly StateTold[]
  /** What was derived, in order, and what rules made of it; missing: nothing. What ran out before the line is there too. */
  readonly derived?: readonly DerivedTold[]
  readonly derivedRules?: readonly DerivedRuleTold[]
  readonly hints: readonly Hint[]
}

export interface StateTold {
  /** `keeps`: `remember`. Otherwise its role in an item. */
  readonly does: 'keeps' | 'reset' | 'member' | 'end' | 'start'
  /** The name of what is remembered, or of the item. */
  readonly of: string
  /** The value that is kept, or the key. */
  readonly value: Shown
}

/** An event that was made of others. */
export interface DerivedTold {
  /** Name of the item that made it. */
  readonly item: string
  /** ISO 8601: of its cause, or when it ran out. */
  readonly at: string
  readonly fields: Readonly<Record<string, Shown>>
}

export interface DerivedRuleTold {
  readonly metric: string
  /** `file:line` in the mapping. */
  readonly place: string
  readonly updates: readonly UpdateTold[]
  /** Why others did not count. */
  readonly skipped: readonly SkipReason[]
}

export interface EnvelopeTold {
  readonly kind: 'docker' | 'cri' | 'compose'
  readonly stream?: string
  readonly container?: string
  /** As the runtime wrote it. */
  readonly time?: string
  /** Lines that the message came in. */
  readonly parts: number
}

export interface Rejected {
  /** As in `agentlog_rejected_lines_total`. */
  readonly reason: string
  readonly message: string
  /** Character of the line from 1 where it breaks (colours not counted), and bytes before it. */
  readonly column?: number
  readonly byte?: number
  /** What stands before and after that place. */
  readonly before?: string
  readonly after?: string
}

export interface TimeTold {
  /** ISO 8601. */
  readonly at: string
  readonly from: 'event' | 'envelope' | 'arrival'
  readonly why?: 'missing' | 'no_time' | 'ahead'
  /** Where no path gives a time: one whose field holds one. */
  readonly like?: string
  readonly value: ValueTold
}

export interface ValueTold {
  readonly source: SourceKind
  readonly of: string
  readonly tried: readonly { readonly path: string; readonly found: Shown }[]
  readonly stages: readonly StageTold[]
  /** The mapping's default, where it stood in. */
  readonly default?: Shown
  readonly result: Shown
  /** Fields that the event has and the missing path may have meant. */
  readonly like?: readonly string[]
}

export interface StageTold {
  readonly stage: string
  readonly detail?: string
  readonly before: Shown
  readonly after: Shown
  readonly operands?: readonly ValueTold[]
}

export type ConditionTold =
  | {
      readonly kind: 'test'
      readonly path: string
      readonly asks: string
      readonly found: Shown
      /** Of an expression: the fields that it looks at. */
      readonly reads?: readonly { readonly path: string; readonly found: Shown }[]
      readonly holds: boolean
      readonly like?: readonly string[]
    }
  | { readonly kind: 'all' | 'any' | 'none'; readonly holds: boolean; readonly parts: readonly ConditionTold[] }

export interface TakesTold {
  /** `file:line` in the mapping. */
  readonly place: string
  readonly isTaken: boolean
  readonly elements: readonly ElementTold[]
  /** Elements beyond those that are told. */
  readonly untold?: { readonly elements: number; readonly taken: number }
}

export interface RuleTold extends TakesTold {
  readonly metric: string
}

/** The event, or one element that `each` stands on. */
export interface ElementTold {
  /** `$block = content[0]`, outermost first; empty for the event itself. */
  readonly on: readonly string[]
  readonly isTaken: boolean
  /** `each` found no elements. */
  readonly empty?: { readonly path: string; readonly found: Shown; readonly like?: readonly string[] }
  readonly where?: ConditionTold
  readonly labels?: readonly LabelTold[]
  /** The values of the key of `once`, and whether it has counted before; then nothing counts. */
  readonly once?: { readonly key: readonly ValueTold[]; readonly repeated?: true }
  /** The values of the key of `rise`. */
  readonly rise?: { readonly key: readonly ValueTold[] }
  readonly samples?: readonly SampleTold[]
  /** No sample has a number, or the key is missing or forgotten. */
  readonly skipped?: SkipReason
  /** Names and texts of the exemplar that leads back here; `tooLong`: OpenMetrics allows fewer characters, so there is none. */
  readonly exemplar?: { readonly labels: Readonly<Record<string, string>>; readonly tooLong?: true }
}

export interface LabelTold {
  readonly name: string
  readonly value: ValueTold
  readonly text: string
  /** The value is missing and `unknown` stands in. */
  readonly isUnknown: boolean
}

export interface SampleTold {
  /** With `split`: the label and its text. */
  readonly split?: { readonly label: string; readonly text: string }
  /** Missing: each event counts 1. */
  readonly value?: ValueTold
  readonly number: number | string | null
  /** With `rise`: what the numbers (of a price its counts) are to the highest seen for their key. `same` and `baseline` count nothing. */
  readonly rise?: RiseTold
  /** What was done. Neither this nor `skipped`: another sample of the rule had a number and this one has none. */
  readonly update?: UpdateTold
  readonly skipped?: SkipReason
}

export interface RiseTold {
  readonly outcome: 'counts' | 'same' | 'baseline' | 'forgotten'
  readonly numbers: readonly {
    /** Of a price: which count. */
    readonly name?: string
    readonly number: number
    /** null: nothing was seen. */
    readonly highest: number | null
    readonly added: number
  }[]
}

export interface UpdateTold {
  /** `name{label="text"}`, as exposition writes it. */
  readonly series: string
  readonly op: 'add' | 'set' | 'max' | 'min' | 'observe'
  /** Of a gauge with a window, which observes values: what it makes of them. */
  readonly window?: WindowOp
  readonly value: number
  /** What the series stands at afterwards; of a histogram and a summary the count of its values. */
  readonly now: number
  /** Of a histogram: the bucket that the value falls into. */
  readonly le?: string
  /** Labels whose text is not the rule's: cleaned, masked, or past a limit. */
  readonly changed?: readonly { readonly label: string; readonly text: string }[]
}

export interface Hint {
  readonly kind:
    | 'rejected'
    | 'name_missing'
    | 'name_elsewhere'
    | 'nearest_event'
    | 'known_events'
    /** Rules for it are in the mapping of another source. */
    | 'other_source'
    | 'nearest_rule'
    | 'time'
    | 'too_much_work'
  readonly message: string
  /** What to write into the mapping, where that is known. */
  readonly set?: string
}
