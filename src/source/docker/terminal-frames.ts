/**
 * The body of the log of a container with a terminal → frames: no headers, one stream, `timestamp payload` again and again. A payload ends
 * with its `\n`, or after 16 KiB if a timestamp follows: then it is a part. What the end of the body cuts is no frame, unless the body
 * ended as it should: then it is the last thing that was written.
 */
import { emptyFrame, type FrameFault, type FrameReader, type FrameTaker } from './log-frame.ts'
import { LogTimes, MAX_TIME_LENGTH } from './log-time.ts'

/** Where a daemon cuts a long line. */
export const PART_BYTES = 16 * 1024
const SPACE = 0x20
const NEWLINE = 0x0a
const RETURN = 0x0d
/** A part, its timestamp and the next one, and room to read in one go. */
const BUFFER_BYTES = 128 * 1024

export class TerminalFrames implements FrameReader {
  readonly #taker: FrameTaker
  readonly #times = new LogTimes()
  readonly #frame = emptyFrame()
  #buffer = Buffer.alloc(0)
  #filled = 0
  /** Whether the frame's timestamp is read: a payload follows. */
  #hasTime = false

  constructor(taker: FrameTaker) {
    this.#taker = taker
  }

  push(chunk: Buffer): FrameFault | undefined {
    if (this.#buffer.length === 0) this.#buffer = Buffer.allocUnsafe(BUFFER_BYTES)
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.copy(this.#buffer, this.#filled, at)
      at += taken
      this.#filled += taken
      const fault = this.#cut(false)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  end(): boolean {
    this.#cut(true)
    const isWhole = this.#filled === 0 && !this.#hasTime
    this.#filled = 0
    return isWhole
  }

  /** `isLast`: nothing follows what is here. */
  #cut(isLast: boolean): FrameFault | undefined {
    let at = 0
    for (;;) {
      if (!this.#hasTime) {
        const next = this.#readTime(at)
        if (next === undefined && this.#filled - at > MAX_TIME_LENGTH) {
          return { kind: 'malformed', text: 'a line without a timestamp in the log of a terminal' }
        }
        if (next === undefined) break
        at = next
        this.#hasTime = true
      }
      const end = this.#payloadEnd(at, isLast)
      if (end === undefined) break
      this.#deliver(at, end)
      at = end
    }
    this.#buffer.copyWithin(0, at, this.#filled)
    this.#filled -= at
    return undefined
  }

  /** Where the payload begins; undefined: there is no timestamp at `at`, or not all of it. */
  #readTime(at: number): number | undefined {
    const text = this.#timeAt(at)
    const time = text === undefined ? undefined : this.#times.parse(text)
    if (text === undefined || time === undefined) return undefined
    this.#frame.timeText = text
    this.#frame.time = time
    return at + text.length + 1
  }

  #timeAt(at: number): string | undefined {
    const space = this.#buffer.subarray(at, Math.min(this.#filled, at + MAX_TIME_LENGTH + 1)).indexOf(SPACE)
    return space === -1 ? undefined : this.#buffer.toString('latin1', at, at + space)
  }

  #payloadEnd(at: number, isLast: boolean): number | undefined {
    const newline = this.#buffer.subarray(at, Math.min(this.#filled, at + PART_BYTES)).indexOf(NEWLINE)
    if (newline !== -1) return at + newline + 1
    const partEnd = at + PART_BYTES
    // Whether a timestamp follows must be seen.
    if (this.#filled > partEnd + MAX_TIME_LENGTH || (isLast && this.#filled >= partEnd)) return partEnd
    if (this.#filled > partEnd && this.#timeAt(partEnd) !== undefined) return partEnd
    return isLast && this.#filled > at ? this.#filled : undefined
  }

  #deliver(start: number, end: number): void {
    const frame = this.#frame
    const endsLine = this.#buffer[end - 1] === NEWLINE
    // Behind a part without a timestamp of its own the payload goes on at the same time.
    const follows = endsLine ? undefined : this.#timeAt(end)
    this.#hasTime = !endsLine && end < this.#filled && (follows === undefined || new LogTimes().parse(follows) === undefined)
    frame.buffer = this.#buffer
    frame.start = start
    frame.end = end
    if (endsLine && end - start >= 2 && this.#buffer[end - 2] === RETURN) {
      // A terminal writes \r\n for the \n of the program.
      this.#buffer[end - 2] = NEWLINE
      frame.end = end - 1
    }
    this.#taker.onFrame(frame)
  }
}
