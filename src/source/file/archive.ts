/** One `.gz` file: read once from start to end, as a stream of its content. */
import { type BigIntStats, closeSync } from 'node:fs'
import type { OpenStream, Origin, StreamSink } from '../source.ts'
import { readGzip } from './gzip.ts'
import { fileKey } from './identity.ts'

export function isArchive(path: string): boolean {
  return path.endsWith('.gz')
}

export class Archive {
  readonly #fd: number
  readonly #sink: StreamSink

  /** Owns the descriptor from now on. */
  constructor(fd: number, origin: Origin, open: OpenStream) {
    this.#fd = fd
    try {
      this.#sink = open(origin)
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }

  /** Bytes of its content that are in the numbers. */
  get checkpoint(): number {
    return this.#sink.checkpoint
  }

  /** From `startOffset` of its content. Rejects with the system's or zlib's error; what came before it was delivered. Closes the file. */
  read(maxHeldBytes: number, startOffset: number, signal: AbortSignal): Promise<void> {
    return readGzip(this.#fd, this.#sink, { maxHeldBytes, startOffset }, signal)
  }
}

export function archiveKey(stat: BigIntStats): string {
  return `${fileKey(stat)}:gz`
}

/** All of an archive was there when it was found: nothing of it is live. */
export function archiveOrigin(origin: Omit<Origin, 'log'>, key: string): Origin {
  return { ...origin, log: key, historyBytes: Number.POSITIVE_INFINITY }
}
