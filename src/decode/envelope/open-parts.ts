/** Messages of one log of which parts have come and the last has not, by stream. Bounded: a message past the limit keeps no bytes. */
import type { OpenMessage } from '../../source/source.ts'
import type { Wrapping } from './wrapping.ts'

const LEAST_BYTES = 64 * 1024

/** Stands for the bytes of a message that was given up. */
const NONE: Buffer = Buffer.alloc(0)

export class OpenParts implements OpenMessage {
  /** Of the log: where the first part that it has begins. */
  readonly firstOffset: number
  readonly time: string
  readonly container: string
  partCount = 0
  /** The log before has its head. */
  readonly isInherited: boolean
  /** It is counted as rejected, and its rest is thrown away. */
  isGivenUp = false
  #buffer: Buffer = NONE
  #length = 0

  /** `before`: what came of it in the log before. */
  constructor(firstOffset: number, { time, container }: Pick<Wrapping, 'time' | 'container'>, before?: OpenMessage) {
    this.firstOffset = firstOffset
    this.time = before?.time ?? time
    this.container = container
    this.isInherited = before !== undefined
    if (before === undefined) return
    this.add(before.bytes, 0, before.bytes.length)
    this.partCount = before.partCount
  }

  /** One whose rest is thrown away. */
  static givenUp(firstOffset: number, time: string): OpenParts {
    const parts = new OpenParts(firstOffset, { time, container: '' })
    parts.isGivenUp = true
    return parts
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  add(buffer: Buffer, start: number, end: number): void {
    const bytes = this.#length + (end - start)
    if (bytes > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(bytes, this.#buffer.length * 2, LEAST_BYTES))
      this.#buffer.copy(grown, 0, 0, this.#length)
      this.#buffer = grown
    }
    buffer.copy(this.#buffer, this.#length, start, end)
    this.#length = bytes
    this.partCount++
  }

  /** A buffer that is not needed any more, so that none need be made. Before anything is added. */
  lend(buffer: Buffer): void {
    if (this.#length === 0) this.#buffer = buffer
  }

  /** Its buffer, which it does not need any more; one that a long message needed is given back. */
  release(): Buffer {
    const buffer = this.#buffer.length > LEAST_BYTES ? NONE : this.#buffer
    this.#buffer = NONE
    this.#length = 0
    return buffer
  }

  giveUp(): void {
    this.isGivenUp = true
    this.release()
  }
}
