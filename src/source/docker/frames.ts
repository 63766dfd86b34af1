/**
 * The body of a log with two streams → frames: each has a header of eight bytes (type, three zeros, length) and `timestamp payload`.
 * Cuts may fall anywhere. A header that cannot be true ends the connection: where the next frame begins is not known any more.
 */
import { emptyFrame, type FrameFault, type FrameReader, type FrameTaker } from './log-frame.ts'
import { LogTimes, MAX_TIME_LENGTH } from './log-time.ts'

const HEADER_BYTES = 8
/** A daemon sends 16 KiB and a timestamp; more than this is no frame. */
export const MAX_FRAME_BYTES = 1024 * 1024
const SPACE = 0x20
const STDERR = 2
/** Text of an error that happened to the daemon while it read. */
const DAEMON_ERROR = 3
const MAX_ERROR_TEXT = 300

export class MultiplexedFrames implements FrameReader {
  readonly #taker: FrameTaker
  readonly #times = new LogTimes()
  readonly #frame = emptyFrame()
  readonly #header = Buffer.alloc(HEADER_BYTES)
  #headerBytes = 0
  /** A frame that began in an earlier chunk. */
  #body: Buffer | undefined
  #bodyBytes = 0

  constructor(taker: FrameTaker) {
    this.#taker = taker
  }

  push(chunk: Buffer): FrameFault | undefined {
    let at = 0
    while (at < chunk.length) {
      if (this.#body === undefined) {
        at += this.#fillHeader(chunk, at)
        if (this.#headerBytes < HEADER_BYTES) return undefined
        const fault = this.#checkHeader()
        if (fault !== undefined) return fault
      }
      const { next, fault } = this.#readBody(chunk, at)
      if (fault !== undefined) return fault
      at = next
    }
    return undefined
  }

  end(): boolean {
    return this.#headerBytes === 0
  }

  #fillHeader(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#header, this.#headerBytes, at, at + HEADER_BYTES - this.#headerBytes)
    this.#headerBytes += taken
    return taken
  }

  #checkHeader(): FrameFault | undefined {
    const header = this.#header
    const isPadded = header[1] === 0 && header[2] === 0 && header[3] === 0
    if (header[0]! > DAEMON_ERROR || !isPadded) return malformed(`a frame header ${header.toString('hex')}`)
    const bytes = header.readUInt32BE(4)
    if (bytes > MAX_FRAME_BYTES) return malformed(`a frame of ${bytes} bytes`)
    return undefined
  }

  /** A frame that is whole in the chunk is not copied. */
  #readBody(chunk: Buffer, at: number): { next: number; fault: FrameFault | undefined } {
    const bytes = this.#header.readUInt32BE(4)
    if (this.#body === undefined && chunk.length - at >= bytes) {
      this.#headerBytes = 0
      return { next: at + bytes, fault: this.#deliver(chunk, at, at + bytes) }
    }
    this.#body ??= Buffer.allocUnsafe(bytes)
    const taken = chunk.copy(this.#body, this.#bodyBytes, at)
    this.#bodyBytes += taken
    if (this.#bodyBytes < bytes) return { next: at + taken, fault: undefined }
    const body = this.#body
    this.#body = undefined
    this.#bodyBytes = this.#headerBytes = 0
    return { next: at + taken, fault: this.#deliver(body, 0, bytes) }
  }

  #deliver(buffer: Buffer, start: number, end: number): FrameFault | undefined {
    const type = this.#header[0]!
    if (type === DAEMON_ERROR) {
      return { kind: 'daemon', text: buffer.toString('utf8', start, Math.min(end, start + MAX_ERROR_TEXT)).trim() }
    }
    const frame = this.#frame
    const space = buffer.subarray(start, Math.min(end, start + MAX_TIME_LENGTH + 1)).indexOf(SPACE)
    frame.timeText = space === -1 ? '' : buffer.toString('latin1', start, start + space)
    const time = this.#times.parse(frame.timeText)
    if (time === undefined) {
      this.#taker.onMalformed()
      return undefined
    }
    frame.stream = type === STDERR ? 'stderr' : 'stdout'
    frame.time = time
    frame.buffer = buffer
    frame.start = start + space + 1
    frame.end = end
    this.#taker.onFrame(frame)
    return undefined
  }
}

function malformed(text: string): FrameFault {
  return { kind: 'malformed', text }
}
