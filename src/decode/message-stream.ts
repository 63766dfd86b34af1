/**
 * One stream of a source, from lines to messages: what an agent wrote, without what its container's runtime wrapped it in. Parts are joined
 * per stream, over the end of a log that another one continues too. A message counts at the line that ends it.
 *
 * The checkpoint is the first byte of the oldest open part. What stands behind it may be in the numbers already: up to `appliedBytes` messages
 * are read again but not given again. All is decided by bytes and offsets, so it comes out the same however the log is cut.
 */
import type { LineSinkOptions } from '../frame/line-framer.ts'
import type {
  Chunk,
  FoundFormat,
  HeadlessMessage,
  OpenMessage,
  Origin,
  Resumption,
  StreamSink,
  Unfinished,
} from '../source/source.ts'
import { type EnvelopeChoice, EnvelopeReader } from './envelope/choice.ts'
import type { Content } from './envelope/envelope.ts'
import { FirstLines } from './envelope/first-lines.ts'
import { OpenParts } from './envelope/open-parts.ts'
import { wrappedLineBytes } from './envelope/wrapped-line-bytes.ts'
import { Wrapping } from './envelope/wrapping.ts'
import type { FormatChoice } from './format/choice.ts'
import { foundIn } from './format/found.ts'
import { jsonLines, type LineFormat } from './format/line-format.ts'
import { documentKey } from './format/open-documents.ts'
import { Written } from './format/written.ts'
import { headlessOf, isEmpty, withoutStream } from './resumptions.ts'

/** Why a message, or a line that should have been a part of one, was not given. `torn`: a part of it is gone. */
export type MessageReject = 'too_long' | 'bad_envelope' | 'torn' | 'not_json'

/**
 * A message in bytes `[start, end)`, valid during the call; `wrapping`: what was around it; `format`: what it is written in. `endOffset` is
 * behind the line that ended it.
 */
export type OnMessage = (
  buffer: Buffer,
  start: number,
  end: number,
  endOffset: number,
  wrapping: Wrapping | undefined,
  format: LineFormat,
) => void

/** `line`: what was rejected, valid during the call; missing: it was not kept. `format`: what it should have been written in, if known. */
export type OnReject = (reason: MessageReject, lineBytes: number, line?: Buffer, format?: LineFormat) => void

export interface MessageStreamOptions {
  readonly origin: Origin
  /** What the mapping says; what the origin says wins. */
  readonly envelope: EnvelopeChoice
  /** What messages are written in; default: JSON. */
  readonly format?: FormatChoice | undefined
  /** Longest message. */
  readonly maxLineBytes: number
  readonly createFramer: (options: LineSinkOptions) => StreamSink
  readonly onMessage: OnMessage
  readonly onReject: OnReject
}

/** An open part this many limits of a line ago is given up, so that no more than that is ever read again. */
const MAX_SPAN_OF_LINES = 8

export class MessageStream implements StreamSink, Unfinished {
  /** Lines that were taken, each part for one. */
  lineCount = 0
  readonly #framer: StreamSink
  readonly #reader: EnvelopeReader
  readonly #maxBytes: number
  /** Those that are wanted; undefined: all. */
  readonly #streams: readonly string[] | undefined
  readonly #written: Written
  /** Where the message at hand begins in the log. */
  #messageOffset = 0
  readonly #onMessage: OnMessage
  readonly #onReject: OnReject
  readonly #content: Content = { buffer: Buffer.alloc(0), start: 0, end: 0, isLast: true }
  readonly #wrapping = new Wrapping()
  /** Of a message that was joined. */
  readonly #joined = new Wrapping()
  readonly #open = new Map<string, OpenParts>()
  /** Streams whose first message began in the log before, with the open document that it is a line of. */
  readonly #kept = new Map<string, OpenMessage | HeadlessMessage>()
  /** What the log before this one has left open. */
  #before: Unfinished | undefined = undefined
  readonly #first = new FirstLines()
  /** What holds up to `appliedBytes` of it: no message that ends there is given again. */
  #resumed: Resumption | undefined
  #appliedBytes: number
  /** End of the last line. */
  #taken = 0
  #wanted = 0

  constructor({ origin, envelope, format = jsonLines, maxLineBytes, createFramer, onMessage, onReject }: MessageStreamOptions) {
    this.#maxBytes = maxLineBytes
    this.#streams = origin.streams
    this.#onMessage = onMessage
    this.#onReject = onReject
    this.#resumed = origin.resumption
    this.#appliedBytes = origin.resumption?.appliedBytes ?? 0
    this.#reader = new EnvelopeReader(origin.envelope ?? envelope, origin.resumption)
    this.#written = new Written(format, origin.resumption, maxLineBytes, {
      take: (...message) => this.#apply(...message),
      reject: (...rejected) => this.#reject(...rejected),
    })
    this.#framer = createFramer({
      maxLineBytes: wrappedLineBytes(maxLineBytes),
      onLine: (buffer, start, end, endOffset) => this.#takeLine(buffer, start, end, endOffset),
      onTooLong: (bytes, endOffset) => this.#takeTooLong(bytes, endOffset),
    })
  }

  get needBytes(): number {
    return this.#framer.needBytes
  }

  get checkpoint(): number {
    let first = this.#framer.checkpoint
    for (const open of this.#open.values()) if (!open.isGivenUp) first = Math.min(first, open.firstOffset)
    return Math.min(first, this.#written.firstOffset)
  }

  get appliedBytes(): number {
    return Math.max(this.#appliedBytes, this.#framer.checkpoint)
  }

  get resumption(): Resumption | undefined {
    if (this.#resumed !== undefined && this.#taken < this.#appliedBytes) return this.#resumed
    const open: Record<string, string> = {}
    const givenUp: Record<string, string> = {}
    for (const [stream, parts] of this.#open) {
      const those = parts.isGivenUp ? givenUp : open
      those[stream] = parts.time
    }
    for (const [key, time] of this.#written.open()) open[key] = time
    const envelope = this.#reader.remembered(this.#taken)
    const formats = this.#taken > 0 ? this.#written.formats.remembered : undefined
    const { columns } = this.#written
    const told = {
      ...(isEmpty(open) ? {} : { open }),
      ...(isEmpty(givenUp) ? {} : { givenUp }),
      ...(envelope === undefined ? {} : { envelope }),
      ...(formats === undefined ? {} : { formats }),
      ...(columns === undefined ? {} : { columns }),
    }
    return isEmpty(told) ? undefined : { appliedBytes: this.appliedBytes, ...told }
  }

  get envelope(): string | undefined {
    return this.#reader.found
  }

  get format(): FoundFormat | undefined {
    return foundIn(this.#written.formats)
  }

  get unfinished(): Unfinished {
    return this
  }

  follow(before: Unfinished | undefined): void {
    this.#before = before
    this.#written.follow(before)
  }

  formatOf(writer: string): string | number | undefined {
    return this.#written.formats.rememberedOf(writer) ?? this.#before?.formatOf?.(writer)
  }

  partOf(stream: string): OpenMessage | HeadlessMessage | undefined {
    const document = this.#written.partOf(stream)
    if (document !== undefined) return document
    const own = this.#open.get(stream)
    if (own !== undefined) return own.isGivenUp ? { why: 'given up', time: own.time } : own
    if (this.#kept.has(stream)) return undefined
    return (this.#resumed && headlessOf(this.#resumed, stream)) ?? this.#before?.partOf(stream)
  }

  settle(stream: string): void {
    this.#open.delete(stream)
    this.#written.settle(stream)
    if (!this.#kept.has(stream)) this.#before?.settle(stream)
    this.#settleKept()
    if (this.#resumed !== undefined) this.#resumed = withoutStream(this.#resumed, stream)
  }

  push(chunk: Chunk): number {
    this.#enter(chunk)
    this.#wanted = this.#framer.push(chunk)
    this.#leaveResumed()
    return this.#wanted
  }

  end(chunk: Chunk, isContinued = false): void {
    this.#enter(chunk)
    this.#framer.end(chunk)
    const endOffset = chunk.offset + (chunk.end - chunk.start)
    this.#wanted = endOffset - this.#framer.needBytes
    if (this.#framer.needBytes > 0) return
    this.#leaveResumed()
    if (!isContinued) this.#endMessages(endOffset)
  }

  reset(): void {
    this.#framer.reset()
    this.#written.reset()
    this.#kept.clear()
    this.#open.clear()
    this.#first.reset()
    this.#resumed = undefined
    this.#before = undefined
    this.#appliedBytes = this.#taken = this.#wanted = 0
  }

  /** The source may begin where the record says, or go back after it looked ahead: what is open is then read again. */
  #enter({ offset }: Chunk): void {
    if (offset === this.#wanted) return
    if (offset < this.#taken) {
      this.#resumed = this.resumption
      this.#appliedBytes = this.appliedBytes
      this.#open.clear()
      this.#kept.clear()
      this.#written.clear(this.#resumed)
    } else if (this.#taken === 0 && this.#resumed === undefined) {
      this.#reader.startWithin()
      this.#written.formats.startWithin()
    }
    this.#taken = offset
  }

  /** What was read before is behind: what was not open then was finished by the log that goes on with it; of what was given up the rest comes now. */
  #leaveResumed(): void {
    if (this.#resumed === undefined || this.#taken < this.#appliedBytes) return
    const { open = {}, givenUp = {} } = this.#resumed
    this.#resumed = undefined
    for (const stream of this.#open.keys()) if (!Object.hasOwn(open, stream)) this.#open.delete(stream)
    this.#written.keepOnly(open)
    for (const [stream, time] of Object.entries(givenUp)) {
      this.#open.set(stream, OpenParts.givenUp(this.#taken, time))
      // What the log before says of it may be older.
      this.#before?.settle(stream)
    }
  }

  #takeLine(buffer: Buffer, start: number, end: number, endOffset: number): void {
    const lineOffset = this.#beginLine(endOffset)
    const how = this.#reader.read(buffer, start, end, lineOffset, this.#content, this.#wrapping)
    if (how === 'wrapped') this.#takeWrapped(lineOffset, endOffset)
    else if (how === 'plain' || start === end) this.#give(buffer, start, end, endOffset, undefined)
    else this.#reject('bad_envelope', end - start, endOffset, buffer.subarray(start, end))
    if (this.#open.size > 0) this.#giveUpOld(endOffset)
  }

  #takeTooLong(bytes: number, endOffset: number): void {
    this.#beginLine(endOffset)
    this.#written.tearAll(endOffset)
    this.#reject('too_long', bytes, endOffset)
  }

  #beginLine(endOffset: number): number {
    const lineOffset = this.#taken
    if (this.#resumed !== undefined) this.#leaveResumed()
    this.#taken = endOffset
    this.#messageOffset = lineOffset
    this.lineCount++
    return lineOffset
  }

  #takeWrapped(lineOffset: number, endOffset: number): void {
    if (this.#streams?.includes(this.#wrapping.stream) ?? true) this.#takePart(lineOffset, endOffset)
  }

  #takePart(lineOffset: number, endOffset: number): void {
    const { buffer, start, end, isLast } = this.#content
    const { stream } = this.#wrapping
    let open = this.#open.get(stream) ?? this.#inherit(stream, lineOffset, endOffset)
    if (open !== undefined && this.#wrapping.kind === 'docker' && open.time !== this.#wrapping.time) {
      this.#finish(stream, open, endOffset)
      open = undefined
    }
    if (open === undefined && isLast) {
      this.#wrapping.partCount = 1
      this.#give(buffer, start, end, endOffset, this.#wrapping)
      return
    }
    open ??= this.#hold(stream, new OpenParts(lineOffset, this.#wrapping))
    this.#add(stream, open, endOffset)
    if (isLast) this.#finish(stream, open, endOffset)
  }

  #add(stream: string, open: OpenParts, endOffset: number): void {
    const { buffer, start, end } = this.#content
    const bytes = open.bytes.length + (end - start)
    if (bytes > this.#maxBytes) this.#giveUp(stream, open, 'too_long', bytes, endOffset)
    else if (!open.isGivenUp) open.add(buffer, start, end)
  }

  /** What the log before has of this message. */
  #inherit(stream: string, lineOffset: number, endOffset: number): OpenParts | undefined {
    if (this.#before === undefined || this.#kept.has(stream) || !this.#first.isFirst(stream, lineOffset)) return undefined
    const before = this.#before.partOf(stream)
    if (before === undefined) return undefined
    if (!('why' in before)) return this.#hold(stream, new OpenParts(lineOffset, this.#wrapping, before))
    this.#before.settle(stream)
    if (before.why === 'lost') this.#reject('torn', 0, endOffset)
    // The times of a runtime's parts differ: whatever comes next is taken for the rest. Docker's are all that of the first.
    const time = this.#wrapping.kind === 'docker' ? before.time : this.#wrapping.time
    return this.#hold(stream, OpenParts.givenUp(lineOffset, time))
  }

  #hold(stream: string, open: OpenParts): OpenParts {
    this.#open.set(stream, open)
    return open
  }

  #giveUp(stream: string, open: OpenParts, reason: MessageReject, bytes: number, endOffset: number): void {
    if (open.isGivenUp) return
    open.giveUp()
    // Else what the log before has is kept for a document, if anything.
    if (open.isInherited) this.#before?.settle(stream)
    this.#reject(reason, bytes, endOffset)
  }

  #giveUpOld(endOffset: number): void {
    for (const [stream, open] of this.#open) {
      if (endOffset - open.firstOffset <= this.#maxBytes * MAX_SPAN_OF_LINES) continue
      this.#giveUp(stream, open, 'torn', open.bytes.length, endOffset)
    }
  }

  #finish(stream: string, open: OpenParts, endOffset: number): void {
    this.#open.delete(stream)
    if (!open.isGivenUp) this.#giveJoined(stream, open, endOffset)
    if (open.isInherited) this.#settleBefore(stream)
  }

  /** Its head is in the log before. That must keep it as long as a document is open which the message is a line of. */
  #settleBefore(stream: string): void {
    const document = this.#written.partOf(documentKey(stream))
    if (document === undefined) this.#before?.settle(stream)
    else this.#kept.set(stream, document)
  }

  #settleKept(): void {
    for (const [stream, document] of this.#kept) {
      if (this.#written.partOf(documentKey(stream)) === document) continue
      this.#kept.delete(stream)
      this.#before?.settle(stream)
    }
  }

  #giveJoined(stream: string, { bytes, time, container, partCount, firstOffset }: OpenParts, endOffset: number): void {
    const joined = this.#joined
    Object.assign(joined, { kind: this.#wrapping.kind, stream, container, partCount, time })
    this.#messageOffset = firstOffset
    this.#give(bytes, 0, bytes.length, endOffset, joined)
  }

  /** Nothing follows. What was open when this was read before, and was finished then, is not known here: it is left as it was. */
  #endMessages(endOffset: number): void {
    const isReadAgain = this.#resumed !== undefined
    this.#appliedBytes = Math.min(this.#appliedBytes, endOffset - 1)
    for (const [stream, open] of [...this.#open]) {
      if (isReadAgain) this.#open.delete(stream)
      else this.#finish(stream, open, endOffset)
    }
    if (isReadAgain) this.#written.clear()
    else this.#written.tearAll(endOffset)
    this.#settleKept()
  }

  #give(buffer: Buffer, start: number, end: number, endOffset: number, wrapping: Wrapping | undefined): void {
    this.#written.take(buffer, start, end, this.#messageOffset, endOffset, wrapping, endOffset <= this.#appliedBytes)
    if (this.#kept.size > 0) this.#settleKept()
  }

  #apply(
    buffer: Buffer,
    start: number,
    end: number,
    endOffset: number,
    wrapping: Wrapping | undefined,
    format: LineFormat,
  ): void {
    if (endOffset <= this.#appliedBytes) return
    if (end - start > this.#maxBytes) this.#onReject('too_long', end - start)
    else this.#onMessage(buffer, start, end, endOffset, wrapping, format)
  }

  #reject(reason: MessageReject, bytes: number, endOffset: number, line?: Buffer, format?: LineFormat): void {
    if (endOffset > this.#appliedBytes) this.#onReject(reason, bytes, line, format)
  }
}
