/** What is told of a line before it is an event: what was taken off, or why it is none, with the place where it breaks. */

import type { RejectReason } from '../decode/json-line.ts'
import { type BrokenLine, brokenLine, takenOff } from '../decode/line-trace.ts'
import type { AppliedLine, LineLimits } from './applied-line.ts'
import type { EnvelopeTold, Hint, LineExplanation, Rejected } from './explanation.ts'
import type { LogText } from './log-text.ts'

const BEFORE_LENGTH = 60
const AFTER_LENGTH = 30

export function takenOffOf({ text, outcome, format }: AppliedLine, logText: LogText): LineExplanation['takenOff'] {
  if (text === undefined || outcome === 'blank' || outcome === 'rejected') return []
  const found = takenOff(text.buffer, text.start, text.end, format)
  return found.map(({ kind, bytes, text: before }) => ({
    kind,
    bytes,
    ...(before === undefined ? {} : { text: logText.text(before) }),
  }))
}

export function envelopeOf({ wrapping }: AppliedLine, logText: LogText): { readonly envelope?: EnvelopeTold } {
  if (wrapping === undefined) return {}
  const { kind, stream, container, time, partCount } = wrapping
  const texts = Object.entries({ stream, container, time }).filter(([, text]) => text !== '')
  const told = Object.fromEntries(texts.map(([name, text]) => [name, logText.text(text)]))
  return { envelope: { kind, ...told, parts: partCount } }
}

export function rejectedOf(
  { text, bytes, format }: AppliedLine,
  reason: RejectReason,
  limits: LineLimits,
  logText: LogText,
): { readonly rejected: Rejected; readonly hint: string | undefined } {
  const broken = text && brokenLine(text.buffer, text.start, text.end, reason, format)
  const hint = reason === 'torn' && format.name === 'json-documents' ? TORN_DOCUMENT : HINTS[reason]
  if (broken === undefined) return { rejected: { reason, message: messageOf(reason, bytes, limits) }, hint }
  return { rejected: brokenTold(reason, broken, logText), hint: broken.hint }
}

export function hintsOfRejected(hint: string | undefined): readonly Hint[] {
  return hint === undefined ? [] : [{ kind: 'rejected', message: hint }]
}

function brokenTold(reason: RejectReason, { message, place }: BrokenLine, logText: LogText): Rejected {
  if (place === undefined) return { reason, message }
  const { text, at, column, byte } = place
  return {
    reason,
    message,
    column,
    ...(byte === undefined ? {} : { byte }),
    before: logText.tail(text.slice(0, at), BEFORE_LENGTH),
    after: logText.text(text.slice(at), undefined, AFTER_LENGTH),
  }
}

function messageOf(reason: RejectReason, bytes: number, { bounds, maxLineBytes }: LineLimits): string {
  switch (reason) {
    case 'too_long':
      return `the line has ${bytes} bytes; limits.line_bytes is ${maxLineBytes}`
    case 'too_many_values':
      return `the line has more than ${bounds.maxValues} values (limits.line_values)`
    case 'too_deep':
      return `the line nests deeper than ${bounds.maxDepth} levels (limits.line_depth)`
    case 'not_object':
      return 'the line is JSON, but a list or a single value: an event is an object'
    case 'no_match':
      return 'no pattern of input.format fits the line'
    case 'not_otlp':
      return 'the line has no list "resourceLogs": of OTLP only log records are events'
    case 'bad_envelope':
      return 'the line is not wrapped as the lines of this log are (input.envelope)'
    case 'torn':
      return 'a part of this message or document is gone: its log was rotated away, or its end never came'
    case 'internal':
      return 'the line made the exporter fail: this is a bug, please report it'
    case 'poison':
      return 'the process died twice with this line in hand'
    default:
      return 'the line holds no JSON object'
  }
}

const TORN_DOCUMENT =
  'the next object begins in column 1 before this one ends: each must be written whole, and only its first line begins with "{"'

const HINTS: { readonly [reason in RejectReason]?: string } = {
  no_match: 'add a pattern that fits it to input.format, behind the others: the first that fits a line counts',
  not_otlp:
    'let the collector write spans and metrics elsewhere; if most of the log is other JSON, say so with input: { format: json }',
  not_object: 'write one {...} per line',
}
