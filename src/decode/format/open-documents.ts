/** Documents of which the end has not come, by writer: their bytes, how deep they are, what was around their first line. */
import type { OpenMessage } from '../../source/source.ts'
import { OpenParts } from '../envelope/open-parts.ts'
import { Wrapping } from '../envelope/wrapping.ts'
import { walkBrackets } from './brackets.ts'

/** What a document that is open is called among the messages that a log leaves open: no stream of a runtime is called so. */
export function documentKey(writer: string): string {
  return `{${writer}`
}

/** The writer of what is called so; undefined: it is no document. */
export function writerOfKey(key: string): string | undefined {
  return key.startsWith('{') ? key.slice(1) : undefined
}

const NEWLINE = 0x0a
const NEWLINES = Buffer.from('\n')
/** What is around the lines of a log without an envelope. */
const NOTHING = { time: '', container: '' }

export class OpenDocument {
  readonly parts: OpenParts
  readonly wrapping: Wrapping | undefined
  /** Brackets that are open. */
  depth = 0

  /** Bytes of its first line before it: another one ended there. */
  readonly column: number

  /** `firstOffset`: of the log, where its first line begins. `before`: what the log before has of it. */
  constructor(firstOffset: number, column: number, around: Wrapping | undefined, before?: OpenMessage) {
    this.column = column
    this.parts = new OpenParts(firstOffset, around ?? NOTHING, before)
    this.wrapping = around && new Wrapping()
    if (around !== undefined) this.wrapping?.copyFrom(around)
    if (before === undefined) return
    if (this.wrapping !== undefined) this.wrapping.time = before.time
    this.#walk(before.bytes)
  }

  get byteCount(): number {
    return this.parts.bytes.length
  }

  /** The rest of a line, and its end. */
  addLine(buffer: Buffer, start: number, end: number): void {
    this.parts.add(buffer, start, end)
    this.parts.add(NEWLINES, 0, NEWLINES.length)
  }

  /** Index behind the bracket that closes it, or `end`. */
  walk(buffer: Buffer, start: number, end: number): number {
    const walked = walkBrackets(buffer, start, end, this.depth)
    this.depth = walked.depth
    return walked.end
  }

  /** No text goes over a line end, so lines are walked one by one. */
  #walk(bytes: Buffer): void {
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, start)
      const end = newline < 0 ? bytes.length : newline
      this.walk(bytes, start, end)
      start = end + 1
    }
  }
}
