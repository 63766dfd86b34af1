/**
 * Lines → what became of each, and on demand why. Each line is applied for real, by the compiled mapping that `run` would use; telling
 * asks the same compiled objects for their trace and joins it with the updates that were seen. Nothing is decided here.
 */
import { Decoder } from '../decode/decoder.ts'
import type { Wrapping } from '../decode/envelope/wrapping.ts'
import { jsonLines, type LineFormat } from '../decode/format/line-format.ts'
import type { Json } from '../decode/json.ts'
import type { RejectReason } from '../decode/json-line.ts'
import type { MessageReject } from '../decode/message-stream.ts'
import { Row } from '../decode/row.ts'
import type { EventTrace, Mapping } from '../mapping/mapping.ts'
import type { Mappings } from '../mapping/mappings.ts'
import type { Origin } from '../source/source.ts'
import { type AppliedLine, type LineLimits, rejectedLine } from './applied-line.ts'
import type { LineExplanation, LineOutcome, TimeTold } from './explanation.ts'
import { type HintContext, OVERWORKED, timeHints, unmappedHints, unmatchedHints } from './hints.ts'
import { type Clean, harmless, LogText } from './log-text.ts'
import { derivedRuleTold, derivedTold, stateTold } from './tell-derived.ts'
import { envelopeOf, hintsOfRejected, rejectedOf, takenOffOf } from './tell-line.ts'
import { type Locate, RuleTeller } from './tell-rule.ts'
import { ValueTeller } from './tell-value.ts'
import { timeField } from './time-field.ts'
import type { Updates } from './updates.ts'

/** Of the elements that `each` stands on, so many are told in full. */
const MAX_TOLD_ELEMENTS = 20

export interface ExplainerOptions extends LineLimits {
  readonly mappings: Mappings
  /** What is special about the mapping of a source, by its name. */
  readonly sourceWords: ReadonlyMap<string, readonly string[]>
  /** What they were compiled with as its watch. */
  readonly updates: Updates
  /** Every text of the log passes it on its way out. */
  readonly clean: Clean
  readonly locate: Locate
  readonly wallClockMs: () => number
}

/** Reads the lines of all sources with one mapping. */
interface Reader {
  readonly mapping: Mapping
  readonly decoder: Decoder
  readonly row: Row
}

export class Explainer {
  readonly logText: LogText
  readonly #options: ExplainerOptions
  readonly #readers = new Map<Mapping, Reader>()
  /** Of the last line. */
  #reader: Reader | undefined
  /** When the last line was applied: telling of it must not find a later time. */
  #nowMs = 0

  constructor(options: ExplainerOptions) {
    this.#options = options
    this.logText = new LogText(options.clean)
  }

  /** Applies line `number` of a log, bytes `[start, end)` without its end; `wrapping`: what was around it. */
  apply(
    buffer: Buffer,
    start: number,
    end: number,
    origin: Origin,
    number: number,
    wrapping?: Wrapping,
    format = jsonLines,
  ): AppliedLine {
    this.#options.updates.clear()
    this.#nowMs = this.#options.wallClockMs()
    const decoded = this.#tryApply(buffer, start, end, origin, wrapping, format)
    const isEvent = decoded.outcome !== 'rejected' && decoded.outcome !== 'blank'
    const name = isEvent ? this.#reader?.row.name : undefined
    return { origin, number, bytes: end - start, ...decoded, name, text: { buffer, start, end }, wrapping, format, eventIndex: 0 }
  }

  /** Applies the next event of a line that was applied; undefined: it has no more. */
  next(line: AppliedLine): AppliedLine | undefined {
    const reader = this.#reader
    if (reader === undefined || reader.decoder.eventsLeft === 0) return undefined
    const { mapping, decoder, row } = reader
    this.#options.updates.clear()
    const applied = attempt(() => (decoder.next(row) ? mapping.apply(row) : undefined))
    if (applied === undefined) return undefined
    const name = applied.outcome === 'rejected' ? undefined : row.name
    return { ...line, ...applied, bytes: 0, name, eventIndex: row.eventIndex }
  }

  /** A line that was rejected before it was read; `line`: what there is of it. */
  unread(
    reason: MessageReject,
    bytes: number,
    origin: Origin,
    number: number,
    line: Buffer | undefined,
    format = jsonLines,
  ): AppliedLine {
    const text = line && { buffer: line, start: 0, end: line.length }
    return rejectedLine(reason, { origin, number, bytes, text, format })
  }

  /** Traces of the last applied line, which was an event: elements beyond `most` are only counted. */
  trace(most = MAX_TOLD_ELEMENTS): EventTrace {
    const { mapping, row } = this.#reader!
    return mapping.trace(row, most)
  }

  /** Where the mapping looks for the name of an event, as it says it. */
  nameSource(): string {
    const { mapping, row } = this.#reader!
    return harmless(mapping.traceName(row).of)
  }

  /** The last applied line as it has its event. */
  event(): Json {
    return this.#reader!.decoder.event()
  }

  /** Tells values of the last applied line. */
  values(): ValueTeller {
    return new ValueTeller(this.logText, this.event())
  }

  /** All that is to be said of the last applied line. */
  tell(line: AppliedLine): LineExplanation {
    const { text, outcome, reason } = line
    const head = {
      file: line.origin.file === '' ? '-' : this.logText.text(line.origin.file, undefined, 500),
      line: line.number,
      bytes: line.bytes,
      ...(line.eventIndex === 0 ? {} : { event_of_line: line.eventIndex + 1 }),
      text: text === undefined || line.eventIndex > 0 ? '' : this.logText.text(lineOf(text)),
      outcome,
      ...this.#mapping(line.origin),
      ...envelopeOf(line, this.logText),
      ...(line.format === jsonLines || outcome === 'blank' ? {} : { format: line.format.name }),
      takenOff: takenOffOf(line, this.logText),
    }
    if (outcome === 'blank') return { ...head, drop: [], rules: [], hints: [] }
    if (reason !== undefined) {
      const { rejected, hint } = rejectedOf(line, reason, this.#options, this.logText)
      return { ...head, rejected, drop: [], rules: [], hints: hintsOfRejected(hint) }
    }
    const { field } = this.#reader!.decoder
    return { ...head, ...(field === undefined ? {} : { field }), ...this.#event(line) }
  }

  #mapping({ source }: Origin): Pick<LineExplanation, 'mapping'> {
    const words = this.#options.sourceWords.get(source) ?? []
    return words.length === 0 ? {} : { mapping: { source: harmless(source), is: words.map(harmless) } }
  }

  #event(line: AppliedLine): Pick<LineExplanation, 'event' | 'drop' | 'rules' | 'state' | 'derived' | 'derivedRules' | 'hints'> {
    const { updates, locate } = this.#options
    const { mapping, row } = this.#reader!
    const event = this.event()
    const values = this.values()
    const rules = new RuleTeller(values, this.logText, locate)
    const context: HintContext = { mapping, mappings: this.#options.mappings, logText: this.logText, values, locate }
    const traceOfName = mapping.traceName(row)
    const trace = this.trace()
    const isOverworked = trace.rules.some(({ rule }) => rule.isOverworked)
    const time = this.#time(this.#reader!, values)
    const hints = {
      mapped: () => [],
      dropped: () => [],
      unmapped: () => unmappedHints(row.name, traceOfName, event, context),
      unmatched: () => unmatchedHints(trace, context),
      rejected: () => [],
      blank: () => [],
    }[line.outcome]()
    return {
      event: { name: values.plain(traceOfName), time },
      drop: trace.drop.map((drop) => rules.drop(drop)),
      // What was missing for want of steps would be there now.
      rules: trace.rules.filter(({ rule }) => !rule.isOverworked).map((rule) => rules.rule(rule, updates.of(rule.rule))),
      ...(updates.state.length === 0 ? {} : { state: stateTold(updates.state, this.logText) }),
      ...this.#derived(),
      hints: [...hints, ...(isOverworked ? [OVERWORKED] : []), ...timeHints(time)],
    }
  }

  #derived(): Pick<LineExplanation, 'derived' | 'derivedRules'> {
    const { updates, locate } = this.#options
    const { derivedEvents } = updates
    if (derivedEvents.length === 0) return {}
    const rules = [...updates.rules].filter(({ takes }) => takes.derived !== undefined)
    return {
      derived: derivedTold(derivedEvents, this.logText),
      derivedRules: rules.map((rule) => derivedRuleTold(rule, updates.of(rule), locate)),
    }
  }

  #time({ mapping, decoder, row }: Reader, values: ValueTeller): TimeTold {
    const { ns, from, why } = decoder.traceTime(row)
    const at = new Date(Number(ns / 1_000_000n)).toISOString()
    const like = why === 'missing' ? timeField(this.event()) : undefined
    const reason = { ...(why === undefined ? {} : { why }), ...(like === undefined ? {} : { like: this.logText.text(like) }) }
    return { at, from, ...reason, value: values.plain(mapping.traceTime(row)) }
  }

  #tryApply(
    buffer: Buffer,
    start: number,
    end: number,
    origin: Origin,
    wrapping: Wrapping | undefined,
    format: LineFormat,
  ): Pick<AppliedLine, 'outcome' | 'reason'> {
    let reason: RejectReason | undefined
    const applied = attempt(() => {
      const { mapping, decoder, row } = this.#readerFor(origin)
      const decoded = decoder.decode(buffer, start, end, row, wrapping, format)
      if (decoded === 'event') return mapping.apply(row)
      if (decoded !== 'blank') reason = decoded
      return decoded === 'blank' ? 'blank' : 'rejected'
    })
    return reason === undefined ? applied! : { outcome: 'rejected', reason }
  }

  #readerFor(origin: Origin): Reader {
    const mapping = this.#options.mappings.reading(origin.source)
    const reader = this.#readers.get(mapping) ?? this.#newReader(mapping, origin)
    this.#reader = reader
    reader.row.origin = origin
    return reader
  }

  #newReader(mapping: Mapping, origin: Origin): Reader {
    const decoder = new Decoder(mapping, this.#options.bounds, () => this.#nowMs)
    const row = new Row(mapping.slotCount, origin)
    decoder.giveTimeTo(row)
    const reader = { mapping, decoder, row }
    this.#readers.set(mapping, reader)
    return reader
  }
}

/** What an event comes to if it makes the program fail: a bug. undefined: there is none. */
function attempt(apply: () => LineOutcome | undefined): Pick<AppliedLine, 'outcome' | 'reason'> | undefined {
  try {
    const outcome = apply()
    return outcome && { outcome, reason: undefined }
  } catch {
    return { outcome: 'rejected', reason: 'internal' }
  }
}

/** A document over several lines is shown on one. */
function lineOf({ buffer, start, end }: NonNullable<AppliedLine['text']>): string {
  return buffer.toString('utf8', start, Math.min(end, start + 65_536)).replaceAll('\n', ' ')
}
