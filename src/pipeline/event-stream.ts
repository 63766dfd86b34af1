/** One stream of a source, from chunk to numbers: its lines go to the source's applier, together with where they come from. */
import type { LineSinkOptions } from '../frame/line-framer.ts'
import type { Chunk, Origin, StreamSink } from '../source/source.ts'
import type { LineApplier } from './line-applier.ts'

/** Cuts one stream into lines: `LineFramer` for files, `StreamLines` for what cannot be read again. */
export type CreateFramer = (options: LineSinkOptions) => StreamSink

/** Who applies the lines of a source now: another one after each reload. */
export interface Application {
  applier: LineApplier
}

export class EventStream implements StreamSink {
  readonly #framer: StreamSink
  readonly #application: Application

  constructor(origin: Origin, application: Application, maxLineBytes: number, createFramer: CreateFramer) {
    this.#application = application
    this.#framer = createFramer({
      maxLineBytes,
      onLine: (buffer, start, end, endOffset) => {
        if (endOffset <= (origin.primedBytes ?? 0)) application.applier.prime(buffer, start, end, origin)
        else application.applier.apply(buffer, start, end, origin, endOffset > (origin.historyBytes ?? 0))
      },
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
    this.#application.applier.endBatch()
    return wanted
  }

  end(chunk: Chunk): void {
    this.#framer.end(chunk)
    this.#application.applier.endBatch()
  }

  reset(): void {
    this.#framer.reset()
  }
}
