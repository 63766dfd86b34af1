/**
 * What the lines of a log are written in. Said by the mapping, all are. Found out (`auto`), the first line that tells decides for the whole
 * log, within its first 16 KiB: an object tells JSON or an export of OTLP, a bracket alone documents over several lines, three name=value pairs at the start of a line that holds no JSON
 * tell logfmt; other text tells nothing. A log that has not told by then, or that is not read from its start, is JSON. It is decided by
 * bytes and offsets alone, and remembered with the log's position: so neither cuts nor restarts change it.
 */
import type { Resumption } from '../../source/source.ts'
import { skipEmpty, trimEnd } from '../json-line.ts'
import { jsonDocuments } from './documents.ts'
import { jsonLines, type LineFormat } from './line-format.ts'
import { logfmtLines, readLogfmt } from './logfmt.ts'
import { otlpLines } from './otlp.ts'
import { textLine } from './text-line.ts'

export type FormatChoice = 'auto' | LineFormat

/** A log that is not begun yet, or has told nothing so far. */
const UNDECIDED = 'undecided'
const DECIDING_BYTES = 16 * 1024
const BRACE = 0x7b
/** What a remembered name stands for; JSON is not remembered. */
const BY_NAME: ReadonlyMap<string, LineFormat> = new Map(
  [logfmtLines, otlpLines, jsonDocuments].map((format) => [format.name, format]),
)

export class FormatReader {
  readonly #choice: FormatChoice
  #found: LineFormat | undefined

  /** `resumed`: what was remembered of the log where reading begins. */
  constructor(choice: FormatChoice, resumed: Resumption | undefined) {
    this.#choice = choice
    const isBegun = resumed !== undefined && resumed.format !== UNDECIDED
    this.#found = choice !== 'auto' ? choice : isBegun ? (BY_NAME.get(resumed.format ?? '') ?? jsonLines) : undefined
  }

  /** What the log is written in; undefined as long as no line has told. */
  get found(): LineFormat | undefined {
    return this.#found
  }

  /** For the record. `takenBytes`: how far the log was read. */
  remembered(takenBytes: number): string | undefined {
    if (this.#choice !== 'auto' || this.#found === jsonLines) return undefined
    if (this.#found !== undefined) return this.#found.name
    return takenBytes > 0 && takenBytes < DECIDING_BYTES ? UNDECIDED : undefined
  }

  /** Reading begins behind the start of a log of which nothing is remembered. */
  startWithin(): void {
    this.#found ??= jsonLines
  }

  /** What follows is another log. */
  reset(): void {
    if (this.#choice === 'auto') this.#found = undefined
  }

  /** What the message in bytes `[start, end)` is written in; `endOffset`: where it ends in the log. */
  of(buffer: Buffer, start: number, end: number, endOffset: number): LineFormat {
    if (this.#found !== undefined) return this.#found
    this.#found = endOffset > DECIDING_BYTES ? jsonLines : toldBy(buffer, start, end)
    return this.#found ?? jsonLines
  }
}

const OTLP = /^\{\s*"resource(?:Logs|Spans|Metrics)"\s*:\s*\[/
const HEAD_BYTES = 64
/** Looking for pairs takes memory with the length of what is looked at. */
const MAX_LOOKED_AT = 4096
/** `level=info msg="..."`, with three such pairs at least. */
const LOGFMT = /^(?:[\w.@/-]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)){3}/

/** undefined: the line tells nothing. */
function toldBy(buffer: Buffer, start: number, end: number): LineFormat | undefined {
  const from = skipEmpty(buffer, start, end)
  const to = trimEnd(buffer, from, end)
  if (buffer[from] === BRACE && to === from + 1) return jsonDocuments
  if (buffer[from] === BRACE && from < end)
    return OTLP.test(buffer.toString('latin1', from, Math.min(end, from + HEAD_BYTES))) ? otlpLines : jsonLines
  const { text } = textLine(buffer, from, to)
  const brace = text.indexOf('{')
  if (brace >= 0 && isJson(text.slice(brace))) return jsonLines
  return looksLikeLogfmt(text) && 'fields' in readLogfmt(text, Number.POSITIVE_INFINITY) ? logfmtLines : undefined
}

/** Whether three name=value stand at the start of it. */
export function looksLikeLogfmt(text: string): boolean {
  return LOGFMT.test(text.slice(0, MAX_LOOKED_AT))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
