/**
 * The body of any log: the first byte tells whether it has frame headers (a type up to 3) or is of a terminal (a digit of a timestamp). Daemons
 * before 23 do not say it otherwise, and asking for the container's configuration would hand over its environment.
 */
import { MultiplexedFrames } from './frames.ts'
import type { FrameFault, FrameReader, FrameTaker } from './log-frame.ts'
import { TerminalFrames } from './terminal-frames.ts'

const ZERO = 0x30
const NINE = 0x39

export class AnyFrames implements FrameReader {
  readonly #taker: FrameTaker
  #reader: FrameReader | undefined

  constructor(taker: FrameTaker) {
    this.#taker = taker
  }

  push(chunk: Buffer): FrameFault | undefined {
    const [first] = chunk
    if (first === undefined) return undefined
    const isDigit = first >= ZERO && first <= NINE
    this.#reader ??= isDigit ? new TerminalFrames(this.#taker) : new MultiplexedFrames(this.#taker)
    return this.#reader.push(chunk)
  }

  end(): boolean {
    return this.#reader?.end() ?? true
  }
}
