/**
 * What is remembered of the bytes that were read of one file, to tell later whether they still stand there: its first ones, those before the
 * offset from which it is read on (the mark), and those before the checkpoint (the anchor), to which the sink may go back after looking ahead.
 */
import { readSync } from 'node:fs'
import type { Chunk } from '../source.ts'
import { type Fingerprint, fingerprintOf, HEAD_BYTES, MARK_BYTES } from './fingerprint.ts'
import type { Window } from './window.ts'

/** What stands in the file now, for the length of a comparison. */
const SCRATCH = Buffer.alloc(HEAD_BYTES)

export class Landmarks {
  readonly #mark = Buffer.allocUnsafe(MARK_BYTES)
  readonly #anchor = Buffer.allocUnsafe(MARK_BYTES)
  #markBytes = 0
  #anchorBytes = 0
  #anchorOffset: number
  #head: Buffer = Buffer.alloc(0)

  constructor(startOffset: number) {
    this.#anchorOffset = startOffset
  }

  /** Bytes before the wanted offset that are read along with what follows it. */
  get markBytes(): number {
    return this.#markBytes
  }

  get anchorOffset(): number {
    return this.#anchorOffset
  }

  /** Its first bytes, as far as they were read. */
  get head(): Buffer {
    return this.#head
  }

  /** Of a file that is read from an offset to which no reading has led. Throws the system's errors. */
  learn(fd: number, offset: number, window: Window): void {
    const headBytes = window.read(fd, 0, Math.min(HEAD_BYTES, offset))
    this.#head = Buffer.from(window.buffer.subarray(0, headBytes))
    const markBytes = Math.min(MARK_BYTES, offset)
    this.#markBytes = window.read(fd, offset - markBytes, markBytes) === markBytes ? markBytes : 0
    window.buffer.copy(this.#mark, 0, 0, this.#markBytes)
    window.buffer.copy(this.#anchor, 0, 0, this.#markBytes)
    this.#anchorBytes = this.#markBytes
    this.#anchorOffset = offset
  }

  /** Whether `buffer` begins with the mark. */
  isMark(buffer: Buffer): boolean {
    return buffer.compare(this.#mark, 0, this.#markBytes, 0, this.#markBytes) === 0
  }

  /** Lines may all end in the same 256 bytes. Only what is in the numbers cannot change: an unfinished line may be written anew. */
  isHeadIn(fd: number, checkpoint: number): boolean {
    return standsIn(fd, this.#head.subarray(0, checkpoint), 0)
  }

  /** Whether what is in the numbers stands in the file, as far as can be told. Throws the system's errors. */
  areIn(fd: number, checkpoint: number): boolean {
    const anchor = this.#anchor.subarray(0, this.#anchorBytes)
    return standsIn(fd, anchor, this.#anchorOffset - anchor.length) && this.isHeadIn(fd, checkpoint)
  }

  /** The bytes before `next` become the mark. The buffer holds them: the old mark stands before the chunk. */
  moveTo(next: number, chunk: Chunk, checkpoint: number): void {
    const end = chunk.start + (next - chunk.offset)
    this.#markBytes = Math.min(MARK_BYTES, end)
    chunk.buffer.copy(this.#mark, 0, end - this.#markBytes, end)
    if (next !== checkpoint) return
    this.#mark.copy(this.#anchor, 0, 0, this.#markBytes)
    this.#anchorBytes = this.#markBytes
    this.#anchorOffset = next
  }

  /** A sink that goes back elsewhere than to its checkpoint has no mark there: that one reading is unchecked. */
  goBackTo(next: number): void {
    this.#markBytes = next === this.#anchorOffset ? this.#anchorBytes : 0
    this.#anchor.copy(this.#mark, 0, 0, this.#markBytes)
  }

  /** What is delivered again may be other than before: an unfinished line was written anew. */
  keepHead(chunk: Chunk): void {
    if (chunk.offset > this.#head.length || chunk.offset >= HEAD_BYTES) return
    const fresh = chunk.buffer.subarray(chunk.start, Math.min(chunk.end, chunk.start + HEAD_BYTES - chunk.offset))
    this.#head = Buffer.concat([this.#head.subarray(0, chunk.offset), fresh])
  }

  reset(): void {
    this.#markBytes = 0
    this.#anchorBytes = 0
    this.#anchorOffset = 0
    this.#head = Buffer.alloc(0)
  }

  fingerprint(checkpoint: number): Fingerprint {
    const head = this.#head.subarray(0, Math.min(this.#head.length, checkpoint))
    return fingerprintOf(head, this.#anchorOffset, this.#anchor.subarray(0, this.#anchorBytes))
  }
}

/** Whether these bytes, at most `HEAD_BYTES`, stand in the file at `offset`. Throws the system's errors. */
export function standsIn(fd: number, bytes: Buffer, offset: number): boolean {
  if (bytes.length === 0) return true
  const scratch = SCRATCH.subarray(0, bytes.length)
  return readSync(fd, scratch, 0, bytes.length, offset) === bytes.length && scratch.equals(bytes)
}
