/**
 * Frames → lines as a Kubernetes runtime writes them (`timestamp stdout F payload`, `P` for a part), so that joins, streams and times of both
 * are the same code behind. One batch serves all streams of a source: it holds lines of one of them at a time.
 */
import type { StreamSink } from '../source.ts'
import type { LogFrame } from './log-frame.ts'

const FLUSH_BYTES = 64 * 1024
const NEWLINE = 0x0a
/** Space, stream, tag and line end. */
const HEAD_BYTES = 64

/** Whose lines they are. */
export interface BatchOwner {
  readonly sink: StreamSink
  /** Behind the last line that was added. */
  offset: number
}

export class CriBatch {
  #buffer = Buffer.allocUnsafe(2 * FLUSH_BYTES)
  #bytes = 0
  #owner: BatchOwner | undefined

  /** `end`: of the payload, without a line end. */
  add(owner: BatchOwner, frame: LogFrame, start: number, end: number, isPart: boolean): void {
    if (this.#owner !== owner) this.flush()
    this.#owner = owner
    this.#makeRoom(HEAD_BYTES + end - start)
    const before = this.#bytes
    this.#bytes += this.#buffer.write(`${frame.timeText} ${frame.stream} ${isPart ? 'P' : 'F'} `, this.#bytes, 'latin1')
    this.#bytes += frame.buffer.copy(this.#buffer, this.#bytes, start, end)
    this.#buffer[this.#bytes++] = NEWLINE
    owner.offset += this.#bytes - before
    if (this.#bytes >= FLUSH_BYTES) this.flush()
  }

  /** Whether the sink has got all that was added for it. */
  isGiven(owner: BatchOwner): boolean {
    return this.#owner !== owner || this.#bytes === 0
  }

  /** Whatever was added is in the numbers when this returns. */
  flush(): void {
    const owner = this.#owner
    if (owner === undefined || this.#bytes === 0) return
    const chunk = { buffer: this.#buffer, start: 0, end: this.#bytes, offset: owner.offset - this.#bytes }
    this.#bytes = 0
    if (owner.sink.push(chunk) !== owner.offset) throw new Error('a sink of a Docker log must take all it is given')
  }

  #makeRoom(bytes: number): void {
    if (this.#bytes + bytes <= this.#buffer.length) return
    this.flush()
    if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(bytes)
  }
}
