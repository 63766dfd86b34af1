/**
 * Messages of one log → what is read as one: a message, or a document that goes over several. Says what each is written in.
 */
import type { HeadlessMessage, OpenMessage, Resumption, Unfinished } from '../../source/source.ts'
import type { Wrapping } from '../envelope/wrapping.ts'
import { type FormatChoice, FormatReader } from './choice.ts'
import { type DocumentReject, Documents, jsonDocuments } from './documents.ts'
import type { LineFormat } from './line-format.ts'
import { documentKey, writerOfKey } from './open-documents.ts'

/** `endOffset`: behind the line that ended it. */
export interface WrittenTaker {
  take(buffer: Buffer, start: number, end: number, endOffset: number, wrapping: Wrapping | undefined, format: LineFormat): void
  reject(reason: DocumentReject, bytes: number, endOffset: number, line: Buffer | undefined, format: LineFormat): void
}

/** A document that began so many limits of a line ago is given up, so that no more than that is ever read again. */
const MAX_SPAN_OF_LINES = 8

export class Written {
  readonly formats: FormatReader
  readonly #documents: Documents
  readonly #taker: WrittenTaker
  readonly #maxSpanBytes: number
  /** Of the message at hand. */
  #endOffset = 0

  constructor(choice: FormatChoice, resumed: Resumption | undefined, maxBytes: number, taker: WrittenTaker) {
    this.formats = new FormatReader(choice, resumed)
    this.#taker = taker
    this.#maxSpanBytes = maxBytes * MAX_SPAN_OF_LINES
    this.#documents = new Documents(maxBytes, {
      document: (buffer, start, end, wrapping) => taker.take(buffer, start, end, this.#endOffset, wrapping, jsonDocuments),
      reject: (reason, bytes, line) => taker.reject(reason, bytes, this.#endOffset, line, jsonDocuments),
    })
    this.clear(resumed)
  }

  /** Where the oldest open document begins; Infinity: none is open. */
  get firstOffset(): number {
    return this.#documents.firstOffset
  }

  /** What is open, as the record has it. */
  *open(): IterableIterator<readonly [key: string, time: string]> {
    for (const [writer, { time }] of this.#documents.open()) yield [documentKey(writer), time]
  }

  /** Where documents begin that are open, as the record has it. */
  get columns(): Resumption['columns'] {
    return this.#documents.columns
  }

  follow(before: Unfinished | undefined): void {
    this.formats.follow(before)
    this.#documents.follow(before)
  }

  partOf(key: string): OpenMessage | HeadlessMessage | undefined {
    const writer = writerOfKey(key)
    return writer === undefined ? undefined : this.#documents.partOf(writer)
  }

  /** Others were finished by the log that goes on with them. */
  keepOnly(keys: Readonly<Record<string, unknown>>): void {
    for (const [key] of [...this.open()]) if (!Object.hasOwn(keys, key)) this.settle(key)
  }

  settle(key: string): void {
    const writer = writerOfKey(key)
    if (writer !== undefined) this.#documents.settle(writer)
  }

  /** A message that begins at `firstOffset`. `isApplied`: it was given before, and is read again for the sake of those that were not. */
  take(
    buffer: Buffer,
    start: number,
    end: number,
    firstOffset: number,
    endOffset: number,
    wrapping: Wrapping | undefined,
    isApplied: boolean,
  ): void {
    const writer = wrapping === undefined ? '' : wrapping.writer
    if (isApplied && this.formats.knownOf(writer) !== jsonDocuments) return
    const format = this.formats.of(buffer, start, end, writer)
    this.#endOffset = endOffset
    if (format !== jsonDocuments) this.#taker.take(buffer, start, end, endOffset, wrapping, format)
    else this.#documents.take(buffer, start, end, firstOffset, writer, wrapping)
    if (this.#documents.hasOpen) this.#documents.giveUpBefore(endOffset - this.#maxSpanBytes)
  }

  /** A line is missing, and whose it is is not known; or nothing follows. */
  tearAll(endOffset: number): void {
    this.#endOffset = endOffset
    this.#documents.tearAll()
  }

  /** What is open is read again, from where this was known. */
  clear(resumed?: Resumption): void {
    this.#documents.clear(resumed?.columns)
  }

  /** What follows is another log. */
  reset(): void {
    this.formats.reset()
    this.formats.follow(undefined)
    this.#documents.reset()
  }
}
