/** What `explain --summary` says of whole logs: the stable shape of its `--format json` (one object), from which the text is made too. */
import type { LineFormat } from '../decode/format/line-format.ts'
import type { SkipReason } from '../mapping/skip-reason.ts'
import type { FamilyType } from '../registry/family-spec.ts'
import type { Hint, LineOutcome, Rejected } from './explanation.ts'
import type { Mending } from './mending.ts'

export interface SummaryTold {
  readonly files: readonly string[]
  readonly fileCount: number
  /** Sources whose lines go through a mapping that is special; `is`: what is special about it. */
  readonly sources?: readonly { readonly name: string; readonly is: readonly string[] }[]
  readonly lines: number
  readonly bytes: number
  readonly outcomes: Readonly<Record<LineOutcome, number>>
  /** What the messages were wrapped in, the most frequent first; empty if none was. */
  readonly envelopes: readonly EnvelopesTold[]
  /** What they were read as, the most frequent first; empty if all of them as JSON. */
  readonly formats: readonly FormatsTold[]
  readonly rejected: readonly RejectsTold[]
  /** By event name, the most frequent first; `name` is null for events without one. */
  readonly events: readonly EventsTold[]
  /** Events of names past those that are kept. */
  readonly otherEvents: number
  readonly skipped: readonly SkipsTold[]
  readonly rules: readonly RuleHitsTold[]
  readonly metrics: readonly MetricTold[]
  readonly hints: readonly Hint[]
  /** The lines of a mapping that would make the names count, as far as that can be told. */
  readonly mending?: Mending
}

export interface EnvelopesTold {
  readonly kind: 'docker' | 'cri' | 'compose' | 'none'
  readonly messages: number
  /** Of these, messages that came in several lines. */
  readonly joined: number
  readonly why: string
}

export interface FormatsTold {
  readonly name: LineFormat['name']
  readonly messages: number
  readonly why: string
}

export interface RejectsTold {
  readonly reason: string
  readonly count: number
  /** `file:line` of the first, with why and what stands there. */
  readonly first: string
  readonly example: Rejected
  readonly text: string
}

export interface EventsTold {
  readonly name: string | null
  readonly count: number
  readonly mapped: number
  readonly unmatched: number
  readonly unmapped: number
  readonly dropped: number
  readonly first: string
  /** Of the events that no rule took: what the nearest rule missed most often, among the first 500 events of the name. */
  readonly failed?: FailedTold
  /** Of a name that no rule waits for: the nearest that rules wait for. */
  readonly near?: readonly string[]
}

export interface FailedTold {
  readonly metric: string
  readonly place: string
  /** The condition, with what the first of these events has. */
  readonly condition: string
  readonly count: number
}

export interface SkipsTold {
  readonly metric: string
  readonly reason: SkipReason
  readonly count: number
  readonly first: string
}

export interface RuleHitsTold {
  readonly metric: string
  readonly place: string
  /** null: it waits for every event. */
  readonly events: readonly string[] | null
  /** Events that it took. */
  readonly hits: number
  /** Of a rule without hits. */
  readonly why?: string
}

export interface MetricTold {
  readonly name: string
  readonly type: FamilyType
  readonly series: number
  readonly updates: number
  readonly skipped: number
  /** Updates that went to a series with `_other` labels. */
  readonly overflowed: number
}
