/**
 * Bytes of a file → whole lines, each with the offset where it ends. Keeps no bytes: the unfinished rest of a line is asked
 * for again, so memory is the source's one window. Work stays linear: past `PEEK_BYTES` a rest is not delivered again and
 * again but only searched onwards, and asked for in one piece when its end is known.
 *
 * NULs before a line are no part of it: who goes on writing where it was, after the file was truncated, leaves a hole that reads as NULs,
 * of any size. They are passed over only once the line has ended, since space that was set aside for later lines looks the same.
 */
import type { Chunk, StreamSink } from '../source/source.ts'

/** A line `[start, end)` of `buffer` without its `\n` (a `\r` stays); valid only during the call. `endOffset` is behind the `\n`. */
export type OnLine = (buffer: Buffer, start: number, end: number, endOffset: number) => void
/** A line over the limit, thrown away. Called once per line, when its end was seen. */
export type OnTooLong = (lineBytes: number, endOffset: number) => void

export interface LineSinkOptions {
  /** Longest line that is delivered, without its `\n`. */
  readonly maxLineBytes: number
  readonly onLine: OnLine
  readonly onTooLong: OnTooLong
}

/** An unfinished line shorter than this is simply delivered again with what follows it. */
export const PEEK_BYTES = 64 * 1024
const NEWLINE = 0x0a

export class LineFramer implements StreamSink {
  readonly #maxLineBytes: number
  readonly #onLine: OnLine
  readonly #onTooLong: OnTooLong
  /** Start of the first line that is not delivered: nothing from here on has had an effect. */
  #lineStart = 0
  /** What was asked for: `#lineStart`, or further on while a long line is only searched for its end. */
  #wanted = 0
  #needBytes = 0
  /** While a long line is only searched: from `#lineStart` up to here there are NULs. */
  #nulsEnd = 0

  constructor({ maxLineBytes, onLine, onTooLong }: LineSinkOptions) {
    this.#maxLineBytes = maxLineBytes
    this.#onLine = onLine
    this.#onTooLong = onTooLong
  }

  get needBytes(): number {
    return this.#needBytes
  }

  get checkpoint(): number {
    return this.#lineStart
  }

  push(chunk: Chunk): number {
    // An offset that was not asked for is a jump of the source (it starts behind the history, or where the record says).
    if (chunk.offset !== this.#wanted) this.#lineStart = chunk.offset
    this.#needBytes = 0
    this.#wanted = chunk.offset === this.#lineStart ? this.#takeLines(chunk, chunk.start) : this.#searchOn(chunk)
    return this.#wanted
  }

  end(chunk: Chunk): void {
    this.push(chunk)
    const endOffset = chunk.offset + (chunk.end - chunk.start)
    this.#needBytes = 0
    this.#lineStart = this.#wanted > this.#lineStart ? this.#nulsEnd : endOffset - restIn(chunk, endOffset - this.#lineStart)
    const restBytes = endOffset - this.#lineStart
    if (restBytes > this.#maxLineBytes) this.#onTooLong(restBytes, endOffset)
    else if (this.#lineStart < chunk.offset) {
      this.#needBytes = restBytes
      this.#wanted = this.#lineStart
      return
    } else if (restBytes > 0) this.#onLine(chunk.buffer, chunk.end - restBytes, chunk.end, endOffset)
    this.#lineStart = endOffset
    this.#wanted = endOffset
  }

  reset(): void {
    this.#lineStart = 0
    this.#wanted = 0
    this.#needBytes = 0
  }

  /** Delivers the lines from index `at`, where `#lineStart` is, and answers what is wanted next. */
  #takeLines(chunk: Chunk, at: number): number {
    const { buffer, start, end, offset } = chunk
    const firstOffset = offset - start
    // Searching the whole buffer would find newlines of older content behind `end`.
    const filled = end === buffer.length ? buffer : buffer.subarray(0, end)
    let from = at
    for (let newline = filled.indexOf(NEWLINE, from); newline !== -1; newline = filled.indexOf(NEWLINE, from)) {
      const endOffset = firstOffset + newline + 1
      if (buffer[from] === 0) from = nulsEnd(buffer, from, newline)
      if (newline - from > this.#maxLineBytes) this.#onTooLong(newline - from, endOffset)
      else this.#onLine(buffer, from, newline, endOffset)
      from = newline + 1
      this.#lineStart = endOffset
    }
    // If a line ended here, the next window starts at the rest and brings more of it: that costs each byte one more reading.
    if (from > at || end - from < PEEK_BYTES) return this.#lineStart
    this.#nulsEnd = firstOffset + nulsEnd(buffer, from, end)
    return firstOffset + end
  }

  /** Looks for the end of the line that began before this chunk. What was seen of it may have changed: only its end counts. */
  #searchOn(chunk: Chunk): number {
    const { buffer, start, end, offset } = chunk
    const found = buffer.subarray(start, end).indexOf(NEWLINE)
    if (this.#nulsEnd === offset) this.#nulsEnd += nulsEnd(buffer, start, found === -1 ? end : start + found) - start
    if (found === -1) return offset + (end - start)
    const endOffset = offset + found + 1
    const lineBytes = endOffset - 1 - this.#nulsEnd
    if (lineBytes <= this.#maxLineBytes) {
      this.#lineStart = this.#nulsEnd
      this.#needBytes = lineBytes + 1
      return this.#lineStart
    }
    this.#onTooLong(lineBytes, endOffset)
    this.#lineStart = endOffset
    return this.#takeLines(chunk, start + found + 1)
  }
}

/** How many of the last bytes of the chunk are left without NULs before them. */
function restIn({ buffer, end }: Chunk, restBytes: number): number {
  return end - nulsEnd(buffer, end - restBytes, end)
}

const NULS = Buffer.alloc(64 * 1024)

/** Index of the first byte from `start` on that is no NUL, or `end`. Whole blocks are compared, which is some ten times as quick. */
function nulsEnd(buffer: Buffer, start: number, end: number): number {
  let at = start
  while (end - at >= NULS.length && buffer.compare(NULS, 0, NULS.length, at, at + NULS.length) === 0) at += NULS.length
  while (at < end && buffer[at] === 0) at++
  return at
}
