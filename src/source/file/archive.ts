/** One `.gz` file: read once from start to end, as a stream of its content. */
import { type BigIntStats, closeSync } from 'node:fs'
import type { OpenStream, Origin, Resumption, StreamSink } from '../source.ts'
import { readGzip } from './gzip.ts'
import { fileKey } from './identity.ts'

export function isArchive(path: string): boolean {
  return path.endsWith('.gz')
}

export class Archive {
  readonly #fd: number
  readonly #startOffset: number
  readonly #sink: StreamSink

  /** Owns the descriptor from now on. What stands before `startOffset` of the content is in the numbers. */
  constructor(fd: number, startOffset: number, origin: Origin, open: OpenStream) {
    this.#fd = fd
    this.#startOffset = startOffset
    try {
      this.#sink = open(origin)
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }

  /** Bytes of its content that are in the numbers. */
  get checkpoint(): number {
    return Math.max(this.#startOffset, this.#sink.checkpoint)
  }

  get resumption(): Resumption | undefined {
    return this.#sink.resumption
  }

  /** Rejects with the system's or zlib's error; what came before it was delivered. Closes the file. */
  read(maxHeldBytes: number, signal: AbortSignal, isContinued = false): Promise<void> {
    return readGzip(this.#fd, this.#sink, { maxHeldBytes, startOffset: this.#startOffset, isContinued }, signal)
  }
}

export function archiveKey(stat: BigIntStats): string {
  return `${fileKey(stat)}:gz`
}

/** All of an archive was there when it was found: nothing of it is live. */
export function archiveOrigin(origin: Omit<Origin, 'log'>, key: string, isPrimed: boolean): Origin {
  const allBytes = Number.POSITIVE_INFINITY
  return { ...origin, log: key, historyBytes: allBytes, primedBytes: isPrimed ? allBytes : 0 }
}
