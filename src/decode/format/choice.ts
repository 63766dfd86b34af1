/**
 * What is written in a log. Said by the mapping, all of it is. Found out (`auto`), the first line that tells decides for all that its writer
 * writes there: what a container writes to stdout may be JSON and what it writes to stderr logfmt. An object tells JSON or an export of OTLP,
 * a bracket alone documents over several lines, three name=value at the start of a line that holds no JSON tell logfmt; other text tells
 * nothing. Who has not told in 16 KiB is taken to write JSON. It follows from the lines alone, wherever reading begins, and is remembered
 * with the log's position; the next generation of a container's log goes on with it. So neither cuts nor restarts change it.
 */
import type { Resumption, Unfinished } from '../../source/source.ts'
import { jsonDocuments } from './documents.ts'
import { jsonLines, type LineFormat } from './line-format.ts'
import { logfmtLines } from './logfmt.ts'
import { documentKey } from './open-documents.ts'
import { otlpLines } from './otlp.ts'
import { toldBy } from './tells.ts'

export type FormatChoice = 'auto' | LineFormat

const DECIDING_BYTES = 16 * 1024
/** Containers in the output of Compose. Later ones are taken to write JSON. */
const MAX_WRITERS = 64
const BY_NAME: ReadonlyMap<unknown, LineFormat> = new Map(
  [jsonLines, logfmtLines, otlpLines, jsonDocuments].map((format) => [format.name, format]),
)

export class FormatReader {
  readonly #said: LineFormat | undefined
  /** By writer: what it writes, or how many bytes of it have told nothing. */
  readonly #known = new Map<string, LineFormat | number>()
  /** What those write that are not known; undefined: they are to tell. */
  #others: LineFormat | undefined
  #before: Unfinished | undefined = undefined
  /** Who has written last, which is most often who writes next. */
  #lastWriter = ''
  #lastFormat: LineFormat | undefined = undefined

  /** `resumed`: what was remembered of the log where reading begins. */
  constructor(choice: FormatChoice, resumed: Resumption | undefined) {
    this.#said = choice === 'auto' ? undefined : choice
    for (const [writer, known] of Object.entries(resumed?.formats ?? {})) this.#known.set(writer, formatOf(known))
    this.#others = resumed !== undefined && resumed.formats === undefined ? jsonLines : undefined
  }

  /** By writer, what was said or found to be written; empty as long as nothing has told. */
  get found(): ReadonlyMap<string, LineFormat> {
    if (this.#said !== undefined) return new Map([['', this.#said]])
    const found = new Map<string, LineFormat>()
    for (const [writer, known] of this.#known) if (typeof known !== 'number') found.set(writer, known)
    return found.size === 0 && this.#others !== undefined ? new Map([['', this.#others]]) : found
  }

  get isFoundOut(): boolean {
    return this.#said === undefined
  }

  /** For the record: nothing, where all is JSON. What was said tells nothing to a mapping that does not say it any more. */
  get remembered(): Resumption['formats'] {
    if (this.#said !== undefined) return this.#said === jsonLines ? undefined : {}
    if (this.#others !== undefined) return undefined
    return Object.fromEntries([...this.#known.keys()].map((writer) => [writer, this.rememberedOf(writer)!]))
  }

  rememberedOf(writer: string): string | number | undefined {
    const known = this.#known.get(writer) ?? this.#others
    return typeof known === 'object' ? known.name : known
  }

  /** Reading begins behind the start of a log of which nothing is remembered: all that was there was JSON. */
  startWithin(): void {
    this.#others ??= jsonLines
  }

  /** This log goes on where that one ends. */
  follow(before: Unfinished | undefined): void {
    this.#before = before
  }

  /** What follows is another log. */
  reset(): void {
    this.#known.clear()
    this.#others = this.#before = this.#lastFormat = undefined
  }

  /** What is known to be written by it; undefined: it has not told. */
  knownOf(writer: string): LineFormat | undefined {
    const known = this.#said ?? this.#known.get(writer) ?? this.#others
    return typeof known === 'number' ? undefined : known
  }

  /** What the message in bytes `[start, end)` is written in. */
  of(buffer: Buffer, start: number, end: number, writer: string): LineFormat {
    if (this.#said !== undefined) return this.#said
    if (this.#lastFormat !== undefined && this.#lastWriter === writer) return this.#lastFormat
    const known = this.#known.get(writer) ?? this.#others ?? this.#inherited(writer)
    const format = typeof known === 'number' ? this.#find(buffer, start, end, writer, known) : known
    if (format === undefined) return jsonLines
    this.#lastWriter = writer
    this.#lastFormat = format
    return format
  }

  /** undefined: it is still not known. */
  #find(buffer: Buffer, start: number, end: number, writer: string, silentBytes: number): LineFormat | undefined {
    const format = silentBytes >= DECIDING_BYTES ? jsonLines : toldBy(buffer, start, end)
    this.#known.set(writer, format ?? silentBytes + (end - start) + 1)
    // A log without envelopes is one writer's: then nothing is to be remembered of JSON.
    if (format === jsonLines && writer === '' && this.#known.size === 1) this.#others = jsonLines
    return format
  }

  /** A container's log is one log in several files; a file without an envelope is one by itself, unless it begins within a document. */
  #inherited(writer: string): LineFormat | number {
    if (this.#known.size >= MAX_WRITERS) return jsonLines
    const isWithin = this.#before?.partOf(documentKey(writer)) !== undefined
    const known = isWithin ? jsonDocuments : writer === '' ? 0 : formatOf(this.#before?.formatOf?.(writer) ?? 0)
    this.#known.set(writer, known)
    return known
  }
}

/** A name that this version does not know stands for JSON. */
function formatOf(known: string | number): LineFormat | number {
  return typeof known === 'number' ? known : (BY_NAME.get(known) ?? jsonLines)
}
