/** A line that was applied, as those who tell of it get it. */
import type { Wrapping } from '../decode/envelope/wrapping.ts'
import type { LineFormat } from '../decode/format/line-format.ts'
import type { JsonBounds } from '../decode/json-bounds.ts'
import type { RejectReason } from '../decode/json-line.ts'
import type { Origin } from '../source/source.ts'
import type { LineOutcome } from './explanation.ts'

/** What a line may be at most. */
export interface LineLimits {
  readonly bounds: JsonBounds
  readonly maxLineBytes: number
}

/** Valid until the next line is applied. */
export interface AppliedLine {
  readonly origin: Origin
  /** From 1. */
  readonly number: number
  readonly bytes: number
  readonly outcome: LineOutcome
  readonly reason: RejectReason | undefined
  /** Of the event, as the log has it. */
  readonly name: string | undefined
  /** Missing if the line was thrown away unread. */
  readonly text: { readonly buffer: Buffer; readonly start: number; readonly end: number } | undefined
  readonly wrapping: Wrapping | undefined
  readonly format: LineFormat
  /** Which event of the line this tells of, from 0. */
  readonly eventIndex: number
}

/** One that is told without being applied: it was rejected before it was read, or `text` is a kept copy. */
export function rejectedLine(
  reason: RejectReason,
  given: Pick<AppliedLine, 'origin' | 'number' | 'bytes' | 'text' | 'format'>,
): AppliedLine {
  return { ...given, outcome: 'rejected', reason, name: undefined, wrapping: undefined, eventIndex: 0 }
}
