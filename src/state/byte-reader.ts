/** What `ByteWriter` wrote, read back. Bytes that end too early are a `BrokenRecord`, never a wrong value. */
import { BrokenRecord } from './broken-record.ts'

export class ByteReader {
  readonly #bytes: Buffer
  #at: number
  readonly #end: number

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!
  }

  count(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (!Number.isSafeInteger(value)) throw new BrokenRecord('a count is too large')
      if (byte < 0x80) return value
    }
  }

  /** Four bytes, as `setWord` fills them in. */
  word(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }

  number(): number {
    return this.#bytes.readDoubleLE(this.#take(8))
  }

  text(): string {
    const length = this.count()
    const at = this.#take(length)
    return this.#bytes.toString('utf8', at, at + length)
  }

  /** A copy. */
  blob(): Buffer {
    return this.bytes(this.count())
  }

  /** A copy of the next so many. */
  bytes(length: number): Buffer {
    const at = this.#take(length)
    return Buffer.from(this.#bytes.subarray(at, at + length))
  }

  /** A reader of the next `length` bytes, which this one passes. */
  part(length: number): ByteReader {
    const at = this.#take(length)
    return new ByteReader(this.#bytes, at, at + length)
  }

  #take(bytes: number): number {
    const at = this.#at
    if (bytes > this.#end - at) throw new BrokenRecord('a part of the record ends too early')
    this.#at = at + bytes
    return at
  }
}
