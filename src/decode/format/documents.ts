/**
 * JSON objects that are printed over several lines, one after the other. A document begins with `{` in column 1, or behind the bracket that
 * closes the one before it on the same line, and ends with the bracket that closes it; of each writer one may be open. One that breaks off is
 * `torn`, found out by the next that begins a line; what is in none is `not_json`, also the rest of one that was given up. So what a line is
 * follows from the lines since the last document began, and reading may go on at the start of the oldest open one. What a log leaves open
 * is finished by the one that goes on with it.
 */
import type { Column, OpenMessage, Resumption, Unfinished } from '../../source/source.ts'
import { FirstLines } from '../envelope/first-lines.ts'
import type { Wrapping } from '../envelope/wrapping.ts'
import { JsonLine, withoutColours } from '../json-line.ts'
import { walkBrackets } from './brackets.ts'
import type { LineFormat } from './line-format.ts'
import { documentKey, OpenDocument } from './open-documents.ts'

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

const BRACE = 0x7b
const ESCAPE = 0x1b
/** Each may hold as much as a line may: of more writers (Compose) the one that began first is torn. */
const MAX_OPEN = 8
/** Documents of one line: between two of them nothing else is done. */
const MAX_ON_LINE = 10_000
const NO_BYTES: Buffer = Buffer.alloc(0)
const NO_COLUMN: Column = [-1, 0]

export class Documents {
  readonly #maxBytes: number
  readonly #taker: DocumentTaker
  /** By writer. */
  readonly #open = new Map<string, OpenDocument>()
  /** Where those began that are read again. */
  #columns: ReadonlyMap<string, Column> = new Map()
  #before: Unfinished | undefined = undefined
  readonly #first = new FirstLines()
  /** Of the last document that was closed: the next one may have it. */
  #spare: Buffer = NO_BYTES
  /** Of the line at hand. */
  #writer = ''
  #offset = 0
  #wrapping: Wrapping | undefined = undefined

  constructor(maxBytes: number, taker: DocumentTaker) {
    this.#maxBytes = maxBytes
    this.#taker = taker
  }

  /** Those that are open, each with the time of its first line. */
  *open(): IterableIterator<readonly [writer: string, document: OpenMessage]> {
    for (const [writer, { parts }] of this.#open) yield [writer, parts]
  }

  /** Of those that do not begin their first line; undefined: there is none. */
  get columns(): Resumption['columns'] {
    const behind = [...this.#open].filter(([, { column }]) => column > 0)
    if (behind.length === 0) return undefined
    return Object.fromEntries(behind.map(([writer, { parts, column }]) => [writer, [parts.firstOffset, column] as const]))
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

  follow(before: Unfinished | undefined): void {
    this.#before = before
  }

  partOf(writer: string): OpenMessage | undefined {
    return this.#open.get(writer)?.parts
  }

  /** The log that goes on with it has finished it; or it was not open when this was read before: then the log before may still have it. */
  settle(writer: string): void {
    if (this.#open.delete(writer)) this.#first.forget(writer)
  }

  /** The line of `writer` in bytes `[start, end)`, which begins at `offset` of the log. */
  take(buffer: Buffer, start: number, end: number, offset: number, writer: string, wrapping: Wrapping | undefined): void {
    this.#writer = writer
    this.#offset = offset
    this.#wrapping = wrapping
    if (buffer.subarray(start, end).indexOf(ESCAPE) >= 0) {
      const plain = Buffer.from(withoutColours(buffer.toString('latin1', start, end)), 'latin1')
      this.#takePlain(plain, 0, plain.length)
    } else this.#takePlain(buffer, start, end)
  }

  /** Documents that began more than so many bytes ago are given up: no more is ever read again. */
  giveUpBefore(offset: number): void {
    for (const [writer, { parts }] of this.#open) if (parts.firstOffset < offset) this.#tear(writer)
  }

  /** A line is missing, and whose it is is not known; or nothing follows. */
  tearAll(): void {
    for (const writer of [...this.#open.keys()]) this.#tear(writer)
  }

  /** What follows is another log. */
  reset(): void {
    this.#first.reset()
    this.follow(undefined)
    this.clear()
  }

  /** What is open is read again, or is of no interest any more. `columns`: what is known of it. */
  clear(columns: Resumption['columns'] = {}): void {
    this.#columns = new Map(Object.entries(columns))
    this.#open.clear()
  }

  #takePlain(buffer: Buffer, start: number, end: number): void {
    let at = this.#startOf(buffer, start, end)
    if (!this.#open.has(this.#writer)) this.#inherit()
    if (at < end && buffer[at] === BRACE) this.#tear(this.#writer)
    const open = this.#open.get(this.#writer)
    if (open !== undefined) at = this.#goOn(open, buffer, at, end)
    else if (isBlank(buffer, at, end)) this.#taker.document(buffer, at, at, this.#wrapping)
    for (let count = 0; at < end && buffer[at] === BRACE && count < MAX_ON_LINE; count++)
      at = skipBlanks(buffer, this.#begin(buffer, at, end, at - start), end)
    if (at < end && !isBlank(buffer, at, end)) this.#taker.reject('not_json', end - at, buffer.subarray(at, end))
  }

  /** Past a byte order mark, or where the document begins whose rest is wanted. */
  #startOf(buffer: Buffer, start: number, end: number): number {
    const [messageOffset, column] = this.#columns.get(this.#writer) ?? NO_COLUMN
    const isBehind = messageOffset === this.#offset && !this.#open.has(this.#writer)
    return isBehind ? Math.min(end, start + column) : markEnd(buffer, start, end)
  }

  /** Answers where it ends. */
  #begin(buffer: Buffer, start: number, end: number, column: number): number {
    const walked = walkBrackets(buffer, start, end, 0)
    if (walked.depth === 0) {
      this.#taker.document(buffer, start, walked.end, this.#wrapping)
      return walked.end
    }
    if (this.#open.size >= MAX_OPEN) this.#tear(this.#open.keys().next().value as string)
    const document = new OpenDocument(this.#offset, column, this.#wrapping)
    document.depth = walked.depth
    document.parts.lend(this.#spare)
    this.#spare = NO_BYTES
    this.#open.set(this.#writer, document)
    this.#add(document, buffer, start, end)
    return end
  }

  /** Answers where it ends, and the blanks behind it. */
  #goOn(document: OpenDocument, buffer: Buffer, start: number, end: number): number {
    const to = document.walk(buffer, start, end)
    if (!this.#add(document, buffer, start, to)) return end
    if (document.depth > 0) return end
    this.#close(this.#writer)
    const { bytes } = document.parts
    this.#taker.document(bytes, 0, bytes.length, document.wrapping)
    this.#spare = document.parts.release()
    return skipBlanks(buffer, to, end)
  }

  #add(document: OpenDocument, buffer: Buffer, start: number, end: number): boolean {
    const bytes = document.byteCount + (end - start) + 1
    if (bytes <= this.#maxBytes) {
      document.addLine(buffer, start, end)
      return true
    }
    this.#close(this.#writer)
    this.#taker.reject('too_long', bytes)
    return false
  }

  /** What the log before has of one, if this is the first line of the writer. */
  #inherit(): void {
    if (this.#before === undefined || !this.#first.isFirst(this.#writer, this.#offset)) return
    const before = this.#before.partOf(documentKey(this.#writer))
    if (before === undefined) return
    if (!('why' in before)) this.#open.set(this.#writer, new OpenDocument(this.#offset, 0, this.#wrapping, before))
    else {
      this.#before.settle(documentKey(this.#writer))
      this.#taker.reject('torn', 0)
    }
  }

  #tear(writer: string): void {
    const open = this.#open.get(writer)
    if (open === undefined) return
    this.#close(writer)
    this.#taker.reject('torn', open.byteCount)
    this.#spare = open.parts.release()
  }

  #close(writer: string): void {
    const isInherited = this.#open.get(writer)?.parts.isInherited
    this.#open.delete(writer)
    if (isInherited) this.#before?.settle(documentKey(writer))
  }
}

/** Past a byte order mark. */
function markEnd(buffer: Buffer, start: number, end: number): number {
  return end - start > 2 && buffer[start] === 0xef && buffer[start + 1] === 0xbb && buffer[start + 2] === 0xbf ? start + 3 : start
}

function skipBlanks(buffer: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && buffer[at]! <= 0x20) at++
  return at
}

function isBlank(buffer: Buffer, start: number, end: number): boolean {
  return skipBlanks(buffer, start, end) === end
}
