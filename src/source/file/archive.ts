/** One `.gz` file: read once from start to end, as a stream of its content. */
import { type BigIntStats, closeSync } from 'node:fs'
import type { OpenStream, Origin, Position, StreamSink } from '../source.ts'
import { readGzip } from './gzip.ts'
import { fileKey, identityText } from './identity.ts'
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
    this.#origin = { ...origin, log: this.key }
    try {
      this.#sink = open(this.#origin)
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }

  get position(): Position {
    return { origin: this.#origin, identity: identityText(this.key, new Uint8Array(0)), checkpoint: this.#sink.checkpoint }
  }

  /** Rejects with the system's or zlib's error; what came before it was delivered. Closes the file. */
  read(maxHeldBytes: number, signal: AbortSignal): Promise<void> {
    return readGzip(this.#fd, this.#sink, maxHeldBytes, signal)
  }
}

export function archiveKey(stat: BigIntStats): string {
  return `${fileKey(stat)}:gz`
}
