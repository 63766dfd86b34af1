/** One stream of a source as numbered lines, for whoever applies and tells them; waits when what tells them cannot keep up. */
import type { LineSinkOptions } from '../frame/line-framer.ts'
import type { Chunk, Origin, StreamSink } from '../source/source.ts'

/** Takes the lines of all streams. */
export interface LineTaker {
  /** Line `number`, from 1, of `origin`: bytes `[start, end)`, valid during the call. */
  line(buffer: Buffer, start: number, end: number, origin: Origin, number: number): void
  tooLong(bytes: number, origin: Origin, number: number): void
  /** Whether lines of a stream after line `number` are wanted. */
  wantsAfter(number: number): boolean
  /** Resolves when more can be taken; undefined: now. */
  readonly busy: Promise<void> | undefined
}

export class LineStream implements StreamSink {
  readonly #framer: StreamSink
  readonly #taker: LineTaker
  #number = 0

  constructor(origin: Origin, taker: LineTaker, maxLineBytes: number, createFramer: (options: LineSinkOptions) => StreamSink) {
    this.#taker = taker
    this.#framer = createFramer({
      maxLineBytes,
      onLine: (buffer, start, end) => {
        if (this.#isWanted) taker.line(buffer, start, end, origin, ++this.#number)
      },
      onTooLong: (bytes) => {
        if (this.#isWanted) taker.tooLong(bytes, origin, ++this.#number)
      },
    })
  }

  get needBytes(): number {
    return this.#framer.needBytes
  }

  get checkpoint(): number {
    return this.#framer.checkpoint
  }

  get busy(): Promise<void> | undefined {
    return this.#taker.busy
  }

  push(chunk: Chunk): number {
    return this.#framer.push(chunk)
  }

  end(chunk: Chunk): void {
    this.#framer.end(chunk)
  }

  reset(): void {
    this.#framer.reset()
  }

  get #isWanted(): boolean {
    return this.#taker.wantsAfter(this.#number)
  }
}
