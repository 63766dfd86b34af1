/** One `.gz` file: read once from start to end, as a stream of its content. */
import { type BigIntStats, closeSync } from 'node:fs'
import type { OpenStream, Origin, StreamSink } from '../source.ts'
import { readGzip } from './gzip.ts'
import { fileKey } from './identity.ts'
import type { OpenedFile } from './open-file.ts'

export function isArchive(path: string): boolean {
  return path.endsWith('.gz')
}

export class Archive {
  readonly key: string
  readonly #fd: number
  readonly #origin: Origin
  readonly #sink: StreamSink

  constructor({ fd, stat }: OpenedFile, origin: Omit<Origin, 'log'>, open: OpenStream) {
    this.key = archiveKey(stat)
    this.#fd = fd
    this.#origin = { ...origin, log: this.key, historyBytes: Number.POSITIVE_INFINITY }
    try {
      this.#sink = open(this.#origin)
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
