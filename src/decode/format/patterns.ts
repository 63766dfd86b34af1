/**
 * Lines of text that patterns of the mapping take apart: the first pattern that fits gives the fields, one per named group that took part.
 * A line that none fits is no event: `no_match`. The patterns come compiled and take linear time, so nothing here knows the engine.
 */
import type { RejectReason } from '../json-line.ts'
import type { Json } from '../path.ts'
import type { LineFormat, LineReader } from './line-format.ts'
import { textLine } from './text-line.ts'

export interface LinePattern {
  /** Named groups that took part, on an object without prototype; undefined: it does not fit. */
  groups(text: string): Readonly<Record<string, string>> | undefined
}

export function patternLines(patterns: readonly LinePattern[]): LineFormat {
  return { name: 'regex', newReader: () => new PatternLine(patterns) }
}

class PatternLine implements LineReader {
  body: Json = undefined
  readonly isFaithful = true
  hasInvalidUtf8 = false
  readonly #patterns: readonly LinePattern[]

  constructor(patterns: readonly LinePattern[]) {
    this.#patterns = patterns
  }

  read(buffer: Buffer, start: number, end: number): RejectReason | 'blank' | undefined {
    const { text, hasInvalidUtf8 } = textLine(buffer, start, end)
    this.hasInvalidUtf8 = hasInvalidUtf8
    if (text === '') return 'blank'
    for (let i = 0; i < this.#patterns.length; i++) {
      const groups = this.#patterns[i]!.groups(text)
      if (groups === undefined) continue
      this.body = groups
      return undefined
    }
    return 'no_match'
  }

  parseFaithfully(): void {}

  mayDiffer(): boolean {
    return false
  }

  forget(): void {
    this.body = undefined
  }
}
