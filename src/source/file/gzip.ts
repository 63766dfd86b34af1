/**
 * A `.gz` file → chunks of its content. Such a file cannot be read again from the middle, so what the sink did not take is kept
 * here: at most `maxHeldBytes` (a whole line) and one block.
 */
import { createReadStream } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import type { StreamSink } from '../source.ts'

const BLOCK_BYTES = 256 * 1024

/** Delivers all of it, and an unterminated last line, from descriptor `fd`, which is closed. Rejects with the system's or zlib's error. */
export async function readGzip(fd: number, sink: StreamSink, range: HeldRange, signal: AbortSignal): Promise<void> {
  const file = createReadStream('', { fd, start: 0, highWaterMark: BLOCK_BYTES })
  const content = createGunzip({ chunkSize: BLOCK_BYTES })
  file.on('error', (error) => content.destroy(error))
  const stop = () => content.destroy()
  signal.addEventListener('abort', stop)
  const feeder = new HoldingFeeder(sink, range)
  try {
    for await (const block of file.pipe(content) as AsyncIterable<Buffer>) {
      feeder.feed(block)
      await nextTurn()
      await sink.busy
    }
    if (!signal.aborted) feeder.end()
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
    file.destroy()
  }
}

export interface HeldRange {
  /** A line longer than this is not delivered. */
  readonly maxHeldBytes: number
  /** Content before it is passed over. */
  readonly startOffset: number
  /** Another log goes on where this one ends. */
  readonly isContinued?: boolean
}

/** Plays the part of a file that can be read again, with as little memory as the sink's answers allow. */
export class HoldingFeeder {
  readonly #sink: StreamSink
  readonly #maxHeldBytes: number
  readonly #isContinued: boolean
  #held: Buffer = Buffer.alloc(0)
  /** Bytes of `#held` in use, and the offset of its first. */
  #filled = 0
  #heldOffset: number
  #wanted: number
  #skipBytes: number

  constructor(sink: StreamSink, { maxHeldBytes, startOffset, isContinued = false }: HeldRange) {
    this.#sink = sink
    this.#maxHeldBytes = maxHeldBytes
    this.#isContinued = isContinued
    this.#heldOffset = this.#wanted = this.#skipBytes = startOffset
  }

  feed(given: Buffer): void {
    const block = given.subarray(Math.min(this.#skipBytes, given.length))
    this.#skipBytes -= given.length - block.length
    if (block.length === 0) return
    this.#append(block)
    for (let isBack = true; isBack; ) {
      const endOffset = this.#heldOffset + this.#filled
      if (endOffset - this.#wanted < Math.max(1, this.#sink.needBytes)) break
      const asked = this.#wanted
      this.#wanted = Math.max(this.#heldOffset, this.#sink.push(this.#chunkFrom(asked)))
      isBack = this.#wanted < asked
    }
    this.#dropTaken()
  }

  end(): void {
    this.#sink.end(this.#chunkFrom(this.#wanted), this.#isContinued)
    const needBytes = this.#sink.needBytes
    if (needBytes > 0) this.#sink.end(this.#chunkFrom(this.#heldOffset + this.#filled - needBytes), this.#isContinued)
  }

  #chunkFrom(offset: number) {
    return { buffer: this.#held, start: offset - this.#heldOffset, end: this.#filled, offset }
  }

  #append(block: Buffer): void {
    const neededBytes = this.#filled + block.length
    if (neededBytes > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(neededBytes, this.#held.length * 2))
      this.#held.copy(grown, 0, 0, this.#filled)
      this.#held = grown
    }
    block.copy(this.#held, this.#filled)
    this.#filled = neededBytes
  }

  /**
   * The sink can go back to its checkpoint; but once that is more than a line ago, it will not: either the line is too long, or a message is
   * open, and then it goes back by a line at most.
   */
  #dropTaken(): void {
    const endOffset = this.#heldOffset + this.#filled
    const { checkpoint, appliedBytes = checkpoint } = this.#sink
    const neededFrom = Math.min(this.#wanted, checkpoint)
    const lineFrom = appliedBytes > checkpoint ? Math.min(this.#wanted, endOffset - this.#maxHeldBytes) : this.#wanted
    const keptFrom = Math.max(this.#heldOffset, endOffset - neededFrom > this.#maxHeldBytes ? lineFrom : neededFrom)
    if (keptFrom === this.#heldOffset) return
    this.#held.copy(this.#held, 0, keptFrom - this.#heldOffset, this.#filled)
    this.#filled = endOffset - keptFrom
    this.#heldOffset = keptFrom
  }
}
