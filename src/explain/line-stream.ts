/** One stream of a source as numbered lines, for whoever applies and tells them; waits when what tells them cannot keep up. */

import type { Wrapping } from '../decode/envelope/wrapping.ts'
import type { LineFormat } from '../decode/format/line-format.ts'
import { type MessageReject, MessageStream, type MessageStreamOptions } from '../decode/message-stream.ts'
import type { Origin } from '../source/source.ts'

/** Takes the lines of all streams. */
export interface LineTaker {
  /**
   * What ended on line `number`, from 1, of `origin`: bytes `[start, end)`, what was around it and what it is written in. Valid during
   * the call.
   */
  line(
    buffer: Buffer,
    start: number,
    end: number,
    origin: Origin,
    number: number,
    wrapping: Wrapping | undefined,
    format: LineFormat,
  ): void
  /** One that was rejected before it was read; `line`: what there is of it. */
  unread(
    reason: MessageReject,
    bytes: number,
    origin: Origin,
    number: number,
    line: Buffer | undefined,
    format: LineFormat | undefined,
  ): void
  /** Whether lines of a stream after line `number` are wanted. */
  wantsAfter(number: number): boolean
  /** Resolves when more can be taken; undefined: now. */
  readonly busy: Promise<void> | undefined
}

export class LineStream extends MessageStream {
  readonly #taker: LineTaker

  constructor(taker: LineTaker, options: Omit<MessageStreamOptions, 'onMessage' | 'onReject'>) {
    const { origin } = options
    super({
      ...options,
      onMessage: (buffer, start, end, _endOffset, wrapping, format) => {
        if (this.#isWanted) taker.line(buffer, start, end, origin, this.lineCount, wrapping, format)
      },
      onReject: (reason, bytes, line, format) => {
        if (this.#isWanted) taker.unread(reason, bytes, origin, this.lineCount, line, format)
      },
    })
    this.#taker = taker
  }

  get busy(): Promise<void> | undefined {
    return this.#taker.busy
  }

  get #isWanted(): boolean {
    return this.#taker.wantsAfter(this.lineCount - 1)
  }
}
