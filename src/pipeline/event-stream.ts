/** One stream of a source, from chunk to numbers: its lines go to the source's applier, together with where they come from. */
import type { LineSinkOptions } from '../frame/line-framer.ts'
import type { Chunk, Origin, StreamSink } from '../source/source.ts'
import type { LineApplier } from './line-applier.ts'

/** Cuts one stream into lines: `LineFramer` for files, `StreamLines` for what cannot be read again. */
export type CreateFramer = (options: LineSinkOptions) => StreamSink

export class EventStream implements StreamSink {
  readonly #framer: StreamSink
  readonly #applier: LineApplier

  constructor(origin: Origin, applier: LineApplier, maxLineBytes: number, createFramer: CreateFramer) {
    this.#applier = applier
    this.#framer = createFramer({
      maxLineBytes,
      onLine: (buffer, start, end, endOffset) =>
        applier.apply(buffer, start, end, origin, endOffset > (origin.historyBytes ?? 0)),
      onTooLong: (lineBytes) => applier.reject('too_long', lineBytes),
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
    this.#applier.endBatch()
    return wanted
  }

  end(chunk: Chunk): void {
    this.#framer.end(chunk)
    this.#applier.endBatch()
  }

  reset(): void {
    this.#framer.reset()
  }
}
