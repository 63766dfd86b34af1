/**
 * JSON objects that are printed over several lines, one after the other. A document begins with a line that has `{` in column 1 and ends with
 * the bracket that closes it; of each stream one may be open. One that breaks off is `torn`, found out by the next that begins; lines that
 * are in none are `not_json`, also the rest of one that was given up. So what a line is follows from the lines since the last document
 * began, and reading may go on at the start of the oldest open one.
 */

import { OpenParts } from '../envelope/open-parts.ts'
import { Wrapping } from '../envelope/wrapping.ts'
import { JsonLine } from '../json-line.ts'
import type { LineFormat } from './line-format.ts'

export const jsonDocuments: LineFormat = {
  name: 'json-documents',
  newReader: (bounds, isAlwaysUtf8) => new JsonLine(bounds, isAlwaysUtf8),
}

export type DocumentReject = 'torn' | 'too_long' | 'not_json'

/** What became of lines. Called while one is taken. */
export interface DocumentTaker {
  document(buffer: Buffer, start: number, end: number, wrapping: Wrapping | undefined): void
  reject(reason: DocumentReject, bytes: number, line?: Buffer): void
}

interface OpenDocument {
  readonly parts: OpenParts
  readonly wrapping: Wrapping | undefined
  depth: number
}

const BRACE = 0x7b
const NEWLINE = Buffer.from('\n')

export class Documents {
  readonly #maxBytes: number
  readonly #taker: DocumentTaker
  readonly #open = new Map<string, OpenDocument>()

  constructor(maxBytes: number, taker: DocumentTaker) {
    this.#maxBytes = maxBytes
    this.#taker = taker
  }

  get hasOpen(): boolean {
    return this.#open.size > 0
  }

  /** Of the log: where the oldest open document begins; Infinity: none is open. */
  get firstOffset(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { parts } of this.#open.values()) first = Math.min(first, parts.firstOffset)
    return first
  }

  /** The line in bytes `[start, end)`, which begins at `offset` of the log. */
  take(buffer: Buffer, start: number, end: number, offset: number, wrapping: Wrapping | undefined): void {
    const stream = wrapping?.stream ?? ''
    const from = markEnd(buffer, start, end)
    const isFirst = from < end && buffer[from] === BRACE
    if (isFirst) this.#tear(stream)
    const open = this.#open.get(stream)
    if (open === undefined && !isFirst) this.#takeStray(buffer, start, end, wrapping)
    else if (open === undefined) this.#begin(stream, buffer, from, end, offset, wrapping)
    else this.#goOn(stream, open, buffer, start, end)
  }

  /** Documents that began more than so many bytes ago are given up: no more is ever read again. */
  giveUpBefore(offset: number): void {
    for (const [stream, { parts }] of this.#open) if (parts.firstOffset < offset) this.#tear(stream)
  }

  /** A line is missing, and whose it is is not known; or nothing follows. */
  tearAll(): void {
    for (const stream of [...this.#open.keys()]) this.#tear(stream)
  }

  /** What is open is read again, or is of no interest any more. */
  clear(): void {
    this.#open.clear()
  }

  #takeStray(buffer: Buffer, start: number, end: number, wrapping: Wrapping | undefined): void {
    if (isBlank(buffer, start, end)) this.#taker.document(buffer, start, start, wrapping)
    else this.#taker.reject('not_json', end - start, buffer.subarray(start, end))
  }

  #begin(stream: string, buffer: Buffer, start: number, end: number, offset: number, around: Wrapping | undefined): void {
    const depth = depthAfter(buffer, start, end, 0)
    if (depth <= 0) {
      this.#taker.document(buffer, start, end, around)
      return
    }
    const wrapping = around && new Wrapping()
    if (around !== undefined) wrapping?.copyFrom(around)
    const document = { parts: new OpenParts(offset, around ?? NOTHING), wrapping, depth }
    this.#open.set(stream, document)
    this.#add(stream, document, buffer, start, end)
  }

  #goOn(stream: string, document: OpenDocument, buffer: Buffer, start: number, end: number): void {
    if (!this.#add(stream, document, buffer, start, end)) return
    document.depth = depthAfter(buffer, start, end, document.depth)
    if (document.depth > 0) return
    this.#open.delete(stream)
    const { bytes } = document.parts
    this.#taker.document(bytes, 0, bytes.length, document.wrapping)
  }

  #add(stream: string, { parts }: OpenDocument, buffer: Buffer, start: number, end: number): boolean {
    const bytes = parts.bytes.length + (end - start) + NEWLINE.length
    if (bytes > this.#maxBytes) {
      this.#open.delete(stream)
      this.#taker.reject('too_long', bytes)
      return false
    }
    parts.add(buffer, start, end)
    parts.add(NEWLINE, 0, NEWLINE.length)
    return true
  }

  #tear(stream: string): void {
    const open = this.#open.get(stream)
    if (open === undefined) return
    this.#open.delete(stream)
    this.#taker.reject('torn', open.parts.bytes.length)
  }
}

const NOTHING = { time: '', container: '' }

/** Past a byte order mark. */
function markEnd(buffer: Buffer, start: number, end: number): number {
  return end - start > 2 && buffer[start] === 0xef && buffer[start + 1] === 0xbb && buffer[start + 2] === 0xbf ? start + 3 : start
}

function isBlank(buffer: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (buffer[i]! > 0x20) return false
  return true
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** `[` and `{`, `]` and `}` differ from each other in this bit only. */
const CASE_BIT = 0x20
const CLOSE = 0x7d

/** How many brackets are open after the line, of `depth` before it; 0 as soon as the last is closed. No text of JSON goes over a line end. */
function depthAfter(buffer: Buffer, start: number, end: number, depth: number): number {
  let open = depth
  for (let i = start; i < end; i++) {
    const byte = buffer[i]!
    if (byte === QUOTE) i = textEnd(buffer, i + 1, end)
    else if (byte >= 0x5b && (byte | CASE_BIT) === BRACE) open++
    else if (byte >= 0x5b && (byte | CASE_BIT) === CLOSE && --open === 0) return 0
  }
  return open
}

function textEnd(buffer: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && buffer[at] !== QUOTE) at += buffer[at] === BACKSLASH ? 2 : 1
  return at
}
