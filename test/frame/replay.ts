/** A byte string played to a sink as a source does it: answers are honoured, windows are limited, the file grows in steps. */
import type { StreamSink } from '../../src/source/source.ts'

export class Replay {
  deliveredBytes = 0
  readonly #sink: StreamSink
  readonly #content: Buffer
  readonly #windowBytes: number
  #wanted = 0
  #deliveredTo = 0

  constructor(sink: StreamSink, content: Buffer, windowBytes = 256 * 1024) {
    this.#sink = sink
    this.#content = content
    this.#windowBytes = windowBytes
  }

  /** Delivers what is there when the file has each of these sizes, ascending. */
  play(...sizes: readonly number[]): this {
    for (const size of sizes) {
      while (size > this.#deliveredTo || (this.#sink.needBytes > 0 && size - this.#wanted >= this.#sink.needBytes)) {
        this.#push(Math.min(size, this.#wanted + Math.max(this.#windowBytes, this.#sink.needBytes)))
      }
    }
    return this
  }

  end(): void {
    const { length } = this.#content
    this.#sink.end(this.#chunk(this.#wanted, length))
    const { needBytes } = this.#sink
    if (needBytes > 0) this.#sink.end(this.#chunk(length - needBytes, length))
  }

  #push(end: number): void {
    const next = this.#sink.push(this.#chunk(this.#wanted, end))
    if (next > end || next < 0) throw new Error(`asked for ${next} after ${end}`)
    const isStuck = next === this.#wanted && end <= this.#deliveredTo && this.#sink.needBytes === 0
    if (isStuck) throw new Error(`asked for the same ${end - next} bytes at ${next} again`)
    this.deliveredBytes += end - this.#wanted
    this.#deliveredTo = Math.max(end, next)
    this.#wanted = next
  }

  /** In a larger buffer with newlines around, as a source may have it: nothing outside the chunk may be looked at. */
  #chunk(offset: number, endOffset: number) {
    const buffer = Buffer.concat([Buffer.from('\n\n'), this.#content.subarray(offset, endOffset), Buffer.from('\n\n')])
    return { buffer, start: 2, end: buffer.length - 2, offset }
  }
}
