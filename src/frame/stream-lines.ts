/**
 * Bytes of a stream that cannot be read again (standard input) → whole lines, by split2. Takes all it is given at once and
 * synchronously, so it is a `StreamSink` that never asks back. Memory: one line and one block.
 *
 * split2 gives texts, but lines are bytes, which may be no UTF-8: so it is given each byte as one character, and the lines are
 * written back as they were.
 *
 * split2 joins and searches an unfinished line anew with each block, so a long line in small writes would cost its length
 * squared. Blocks that end no line are therefore held back until they are as many bytes as the line already has.
 */
import { isAscii } from 'node:buffer'
import type { Transform } from 'node:stream'
import split2 from 'split2'
import type { Chunk, StreamSink } from '../source/source.ts'
import type { LineSinkOptions, OnLine, OnTooLong } from './line-framer.ts'

const NEWLINE = 0x0a
const NEWLINE_BLOCK = Buffer.from('\n')
const LEAST_BLOCK_BYTES = 64 * 1024
/** A larger text buffer is given back after the line that needed it. */
const KEPT_TEXT_BYTES = 1024 * 1024

export class StreamLines implements StreamSink {
  readonly needBytes = 0
  readonly #maxLineBytes: number
  readonly #onLine: OnLine
  readonly #onTooLong: OnTooLong
  readonly #splitter: Transform & { overflow: boolean }
  #text: Buffer = Buffer.allocUnsafe(LEAST_BLOCK_BYTES)
  #hasBegun = false
  #lineStart = 0
  /** The block that split2 works on, the index in it up to which lines were delivered, and its offset in the stream. */
  #block: Buffer = NEWLINE_BLOCK
  #at = 0
  #blockOffset = 0
  #held: Buffer[] = []
  #heldBytes = 0
  /** Bytes of the unfinished line that split2 has. */
  #givenBytes = 0
  #streamEnd = Number.POSITIVE_INFINITY
  /** What `onLine` threw: split2 would turn it into an event that comes too late. */
  #thrown: { readonly error: unknown } | undefined = undefined

  constructor({ maxLineBytes, onLine, onTooLong }: LineSinkOptions) {
    this.#maxLineBytes = maxLineBytes
    this.#onLine = onLine
    this.#onTooLong = onTooLong
    // A mapper that answers undefined is called for each line at once and leaves nothing in the readable side.
    const options = { maxLength: maxLineBytes, skipOverflow: true }
    this.#splitter = split2('\n', (line: string) => this.#deliver(line), options) as Transform & { overflow: boolean }
  }

  get checkpoint(): number {
    return this.#lineStart
  }

  /** The stream begins where the first chunk does: a source that goes on after a restart gives the offsets that it would have given. */
  push(chunk: Chunk): number {
    if (!this.#hasBegun) this.#lineStart = this.#blockOffset = chunk.offset
    this.#hasBegun = true
    const bytes = chunk.buffer.subarray(chunk.start, chunk.end)
    const endsLine = bytes.includes(NEWLINE)
    const enoughBytes = Math.min(this.#maxLineBytes, Math.max(LEAST_BLOCK_BYTES, this.#givenBytes))
    if (endsLine || this.#heldBytes + bytes.length >= enoughBytes) this.#split(bytes)
    else if (bytes.length > 0) this.#hold(bytes)
    return chunk.offset + bytes.length
  }

  /** Delivers an unterminated last line as if it had ended. */
  end(chunk: Chunk): void {
    this.push(chunk)
    const endOffset = chunk.offset + (chunk.end - chunk.start)
    this.#streamEnd = endOffset
    if (this.#givenBytes + this.#heldBytes > 0) this.#split(NEWLINE_BLOCK)
    this.#lineStart = endOffset
    this.#splitter.destroy()
  }

  reset(): void {
    throw new Error('a stream cannot be read from its start again')
  }

  /** Keeps a copy, small ones joined: the chunk is the source's, and many tiny blocks cost more than their bytes. */
  #hold(bytes: Buffer): void {
    this.#held.push(Buffer.from(bytes))
    this.#heldBytes += bytes.length
    if (this.#held.length >= 1024) this.#held = [Buffer.concat(this.#held)]
  }

  #split(bytes: Buffer): void {
    this.#block = this.#held.length === 0 ? bytes : Buffer.concat([...this.#held, bytes])
    this.#held = []
    this.#heldBytes = 0
    this.#at = 0
    if (this.#splitter.overflow) this.#skipTooLong()
    this.#splitter.write(isAscii(this.#block) ? this.#block : this.#block.toString('latin1'))
    if (this.#thrown !== undefined) throw this.#thrown.error
    if (this.#splitter.writableLength > 0) throw new Error('split2 did not take a block at once')
    const lastNewline = this.#block.lastIndexOf(NEWLINE)
    this.#givenBytes = lastNewline === -1 ? this.#givenBytes + this.#block.length : this.#block.length - lastNewline - 1
    this.#blockOffset += this.#block.length
  }

  /** split2 throws the rest of an overflowing line away without a word: its end is found here, so that it is counted. */
  #skipTooLong(): void {
    const newline = this.#block.indexOf(NEWLINE)
    if (newline !== -1) this.#finishLine(newline, undefined)
  }

  #deliver(line: string): undefined {
    if (this.#thrown !== undefined) return undefined
    try {
      this.#finishLine(this.#block.indexOf(NEWLINE, this.#at), line)
    } catch (error) {
      this.#thrown = { error }
    }
    return undefined
  }

  #finishLine(newline: number, line: string | undefined): void {
    const newlineOffset = this.#blockOffset + newline
    const endOffset = Math.min(newlineOffset + 1, this.#streamEnd)
    const lineBytes = newlineOffset - this.#lineStart
    this.#at = newline + 1
    this.#lineStart = endOffset
    if (line === undefined || lineBytes > this.#maxLineBytes) this.#onTooLong(lineBytes, endOffset)
    else this.#emit(line, endOffset)
  }

  #emit(line: string, endOffset: number): void {
    const textBytes = this.#write(line)
    this.#onLine(this.#text, 0, textBytes, endOffset)
    if (this.#text.length > KEPT_TEXT_BYTES) this.#text = Buffer.allocUnsafe(LEAST_BLOCK_BYTES)
  }

  #write(line: string): number {
    if (line.length > this.#text.length) this.#text = Buffer.allocUnsafe(Math.max(line.length, this.#text.length * 2))
    return this.#text.write(line, 0, 'latin1')
  }
}
