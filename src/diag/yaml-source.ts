/** One YAML text of the user: its document with positions, from which any place becomes a span, a line and a column. */
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import type { Diagnostic, NodePath, Place } from './diagnostic.ts'

export const MAX_YAML_BYTES = 1024 * 1024
const MAX_DEPTH = 64
const MAX_ALIASES = 100

export interface Position {
  /** Both from 1; the column counts UTF-16 units. */
  readonly line: number
  readonly column: number
}

export class YamlSource {
  readonly file: string
  readonly text: string
  readonly #lines = new LineCounter()
  readonly #document: Document

  constructor(file: string, text: string) {
    this.file = file
    const problem = refusal(text)
    this.text = problem === undefined ? text.replace(/^\ufeff/, '') : ''
    this.#document = parseDocument(this.text, {
      lineCounter: this.#lines,
      version: '1.2',
      merge: true,
      uniqueKeys: true,
      prettyErrors: false,
    })
    this.#problem = problem
  }

  readonly #problem: string | undefined

  /** What is wrong with the YAML itself. */
  diagnostics(): Diagnostic[] {
    const at = (span: readonly [number, number], message: string): Diagnostic => ({
      severity: 'error',
      code: 'yaml-syntax',
      message,
      place: { file: this.file, span },
    })
    if (this.#problem !== undefined) return [at([0, 0], this.#problem)]
    const errors = [...this.#document.errors, ...this.#document.warnings]
    return errors.map((error) => at([error.pos[0], Math.max(error.pos[1], error.pos[0] + 1)], error.message.split('\n')[0]!))
  }

  /** The document as plain data, or what stopped it (too many aliases, too deep). Keys are own properties, `__proto__` too. */
  data(): { readonly value: unknown } | { readonly problem: string } {
    try {
      return { value: this.#document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown }
    } catch (error) {
      return { problem: (error as Error).message }
    }
  }

  /** Characters `[start, end)` of a place; of the nearest thing around it if it is not there. */
  span(place: Place): readonly [number, number] {
    return place.span ?? this.#spanOf(place.path ?? [], place.part ?? 'value')
  }

  position(offset: number): Position {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.text.length))
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  /** Text of a line, from 1. */
  line(number: number): string {
    const start = this.#lines.lineStarts[number - 1] ?? 0
    const end = this.text.indexOf('\n', start)
    return this.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '')
  }

  /** Whether the value at `path` is a scalar without quotes, and its text as written. */
  plainScalar(path: NodePath): string | undefined {
    const node = this.#document.getIn(path, true)
    return isScalar(node) && node.type === 'PLAIN' ? (node.source ?? undefined) : undefined
  }

  #spanOf(path: NodePath, part: 'key' | 'value'): readonly [number, number] {
    let node: unknown = this.#document.contents
    let span = rangeOf(node) ?? [0, 1]
    for (const [i, step] of path.entries()) {
      const pair = isMap(node) ? pairOf(node.items, step) : undefined
      const next: unknown = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined
      const isLast = i === path.length - 1
      const found = (isLast && part === 'key' ? rangeOf(pair?.key) : rangeOf(next)) ?? rangeOf(pair?.key)
      if (found === undefined) return firstLine(this.text, span)
      span = found
      node = next
    }
    return firstLine(this.text, span)
  }
}

function refusal(text: string): string | undefined {
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) return `the file is larger than ${MAX_YAML_BYTES} bytes`
  const deepFlow = /[[{](?:\s*[[{]){63}/.test(text)
  const deepBlock = text.split('\n').some((line) => /^[ -]*/.exec(line)![0].length > MAX_DEPTH * 8)
  return deepFlow || deepBlock ? `nested deeper than ${MAX_DEPTH} levels` : undefined
}

function pairOf(items: readonly Pair[], key: string | number): Pair | undefined {
  return items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key))
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  const range = (node as Node | null | undefined)?.range
  return range ? [range[0], range[1]] : undefined
}

/** A caret underlines one line only. */
function firstLine(text: string, [start, end]: readonly [number, number]): readonly [number, number] {
  const newline = text.indexOf('\n', start)
  return [start, newline >= 0 && newline < end ? newline : end]
}
