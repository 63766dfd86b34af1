/** Collects text as UTF-8 in a buffer of its own that grows and is used again. */

/** Strings are put together up to about this length before they are encoded: encoding many short ones costs more. */
const CHUNK_CHARS = 16_384
/** UTF-8 of a UTF-16 unit takes at most three bytes. */
const MAX_BYTES_PER_CHAR = 3

export class TextWriter {
  #buffer: Buffer = Buffer.allocUnsafe(65_536)
  #lengthBytes = 0
  #pending = ''

  clear(): void {
    this.#lengthBytes = 0
    this.#pending = ''
  }

  write(text: string): void {
    this.#pending += text
    if (this.#pending.length > CHUNK_CHARS) this.#flush()
  }

  /** What was written since `clear`; valid until the next call of `clear` or `write`. */
  bytes(): Buffer {
    this.#flush()
    return this.#buffer.subarray(0, this.#lengthBytes)
  }

  #flush(): void {
    this.#makeRoom(this.#pending.length * MAX_BYTES_PER_CHAR)
    this.#lengthBytes += this.#buffer.write(this.#pending, this.#lengthBytes, 'utf8')
    this.#pending = ''
  }

  #makeRoom(roomBytes: number): void {
    const neededBytes = this.#lengthBytes + roomBytes
    if (neededBytes <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(neededBytes, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#lengthBytes)
    this.#buffer = grown
  }
}
