/** One stream of a source, from chunk to numbers: its lines go to the source's applier, together with where they come from. */
import type { LineSinkOptions, OnLine } from '../frame/line-framer.ts'
import type { Chunk, Origin, StreamSink } from '../source/source.ts'
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
  readonly maxLineBytes: number
  readonly createFramer: CreateFramer
}

export class EventStream implements StreamSink {
  readonly #framer: StreamSink
  readonly #application: Application
  readonly #guard: LineGuard | undefined
  readonly #onBatch: (() => void) | undefined

  constructor({ origin, application, maxLineBytes, createFramer, guard, onBatch }: EventStreamOptions) {
    this.#application = application
    this.#guard = guard
    this.#onBatch = onBatch
    const apply: OnLine = (buffer, start, end, endOffset) => {
      if (endOffset <= (origin.primedBytes ?? 0)) application.applier.prime(buffer, start, end, origin)
      else application.applier.apply(buffer, start, end, origin, endOffset > (origin.historyBytes ?? 0))
    }
    this.#framer = createFramer({
      maxLineBytes,
      onLine: guard === undefined ? apply : guarded(apply, guard, origin, application),
      onTooLong: (lineBytes) => application.applier.reject('too_long', lineBytes),
    })
  }

  get needBytes(): number {
    return this.#framer.needBytes
  }

  get checkpoint(): number {
    return this.#framer.checkpoint
  }

  push(chunk: Chunk): number {
    const wanted = this.#framer.push(chunk)
    this.#endBatch()
    return wanted
  }

  end(chunk: Chunk): void {
    this.#framer.end(chunk)
    this.#endBatch()
  }

  reset(): void {
    this.#framer.reset()
  }

  #endBatch(): void {
    this.#application.applier.endBatch()
    this.#guard?.leave()
    this.#onBatch?.()
  }
}

function guarded(apply: OnLine, guard: LineGuard, origin: Origin, application: Application): OnLine {
  return (buffer, start, end, endOffset) => {
    if (guard.enter(origin, buffer.subarray(start, end), endOffset)) apply(buffer, start, end, endOffset)
    else application.applier.reject('poison', end - start)
  }
}
