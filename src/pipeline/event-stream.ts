/** One stream of a source, from chunk to numbers: its messages go to the source's applier, together with where they come from. */
import type { EnvelopeChoice } from '../decode/envelope/choice.ts'
import type { FormatChoice } from '../decode/format/choice.ts'
import { MessageStream, type OnMessage } from '../decode/message-stream.ts'
import type { LineSinkOptions } from '../frame/line-framer.ts'
import type { Chunk, FoundFormat, Origin, StreamSink } from '../source/source.ts'
import type { LineApplier } from './line-applier.ts'
import type { LineGuard } from './line-guard.ts'

/** Cuts one stream into lines: `LineFramer` for files, `StreamLines` for what cannot be read again. */
export type CreateFramer = (options: LineSinkOptions) => StreamSink

/** Who applies the lines of a source now: another one after each reload. */
export interface Application {
  applier: LineApplier
}

/** Who looks on, whatever mapping is in force. */
export interface Watch {
  readonly guard?: LineGuard | undefined
  /** Called after each batch, before its source knows. */
  readonly onBatch?: () => void
}

export interface EventStreamOptions extends Watch {
  readonly origin: Origin
  readonly application: Application
  /** What wraps the lines, unless the origin says it. */
  readonly envelope: EnvelopeChoice
  /** What they are written in; default: JSON. */
  readonly format?: FormatChoice | undefined
  readonly maxLineBytes: number
  readonly createFramer: CreateFramer
  /** The lines have told what wraps them, or that it is something else than before. */
  readonly onEnvelope?: ((envelope: string, origin: Origin) => void) | undefined
  /** The lines have told what they are written in, and it is not JSON. */
  readonly onFormat?: ((format: FoundFormat, origin: Origin) => void) | undefined
}

export class EventStream extends MessageStream {
  readonly #tellEnvelope: (() => void) | undefined
  readonly #tellFormat: (() => void) | undefined
  readonly #application: Application
  readonly #guard: LineGuard | undefined
  readonly #onBatch: (() => void) | undefined
  readonly #origin: Origin

  constructor({ origin, application, guard, onBatch, onEnvelope, onFormat, ...options }: EventStreamOptions) {
    const apply: OnMessage = (buffer, start, end, endOffset, wrapping, format) => {
      const { applier } = application
      if (endOffset <= (origin.primedBytes ?? 0)) applier.prime(buffer, start, end, origin, wrapping, format)
      else applier.apply(buffer, start, end, origin, endOffset > (origin.historyBytes ?? 0), wrapping, format)
    }
    super({
      ...options,
      origin,
      onMessage: guard === undefined ? apply : guarded(apply, guard, origin, application),
      onReject: (reason, bytes, line, format) => {
        if (line === undefined) application.applier.reject(reason, bytes)
        else application.applier.rejectLine(reason, line, origin, format)
      },
    })
    const isFoundOut = options.envelope === 'auto' && origin.envelope === undefined
    if (isFoundOut && onEnvelope !== undefined)
      this.#tellEnvelope = tellOnChange(
        'none',
        () => this.envelope,
        (envelope) => onEnvelope(envelope, origin),
      )
    if (options.format === 'auto' && onFormat !== undefined)
      this.#tellFormat = tellOnChange(
        'json',
        () => this.format?.name,
        () => onFormat(this.format!, origin),
      )
    this.#application = application
    this.#origin = origin
    this.#guard = guard
    this.#onBatch = onBatch
  }

  override push(chunk: Chunk): number {
    const wanted = super.push(chunk)
    this.#endBatch()
    return wanted
  }

  override end(chunk: Chunk, isContinued?: boolean): void {
    super.end(chunk, isContinued)
    this.#endBatch()
    this.noteAtEnd()
  }

  noteAtEnd(writtenMs?: number): void {
    this.#application.applier.standAtEnd(this.#origin, writtenMs)
  }

  #endBatch(): void {
    this.#application.applier.endBatch()
    this.#guard?.leave()
    this.#tellEnvelope?.()
    this.#tellFormat?.()
    this.#onBatch?.()
  }
}

function guarded(apply: OnMessage, guard: LineGuard, origin: Origin, application: Application): OnMessage {
  return (buffer, start, end, endOffset, wrapping, format) => {
    if (guard.enter(origin, buffer.subarray(start, end), endOffset)) apply(buffer, start, end, endOffset, wrapping, format)
    else application.applier.reject('poison', end - start)
  }
}

/** `usual` is not told. */
function tellOnChange(usual: string, read: () => string | undefined, tell: (found: string) => void): () => void {
  let told = usual
  return () => {
    const found = read()
    if (found === told || found === undefined) return
    told = found
    tell(found)
  }
}
