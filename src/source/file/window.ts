/**
 * The one buffer through which all files of a source are read. It grows for a line that is wanted in one piece and is given
 * back when that was long ago. `SLACK_BYTES` stand behind what was read, so that a scanner may look past the end.
 */
import { readSync } from 'node:fs'
import { MARK_BYTES } from './fingerprint.ts'

/** Bytes of a file that are delivered at a time. */
export const WINDOW_BYTES = 256 * 1024
const SLACK_BYTES = 64
const BASE_BYTES = WINDOW_BYTES + MARK_BYTES + SLACK_BYTES
const GROWTH_BYTES = 1024 * 1024
/** So many small readings after a large one the large buffer is given back. */
const SMALL_READS_KEPT = 64

export class Window {
  #buffer: Buffer = Buffer.allocUnsafeSlow(BASE_BYTES)
  #smallReads = 0

  /** Valid until the next `read`. */
  get buffer(): Buffer {
    return this.#buffer
  }

  /** Reads up to `bytes` from `position` to the start of the buffer; answers how many came. Throws the system's errors. */
  read(fd: number, position: number, bytes: number): number {
    this.#fit(bytes + SLACK_BYTES)
    let filled = 0
    while (filled < bytes) {
      const got = readSync(fd, this.#buffer, filled, bytes - filled, position + filled)
      if (got === 0) break
      filled += got
    }
    return filled
  }

  #fit(bytes: number): void {
    if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(Math.ceil(bytes / GROWTH_BYTES) * GROWTH_BYTES)
    if (bytes > BASE_BYTES) this.#smallReads = 0
    else if (this.#buffer.length > BASE_BYTES && ++this.#smallReads > SMALL_READS_KEPT) {
      this.#buffer = Buffer.allocUnsafeSlow(BASE_BYTES)
    }
  }
}
