/** One YAML text of the user: its document with positions, from which any place becomes a span, a line and a column. */
import { type Document, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type Scalar, visit } from 'yaml'
import type { Diagnostic, NodePath, Place } from './diagnostic.ts'
import { expansionProblem, yamlRefusal } from './yaml-limits.ts'

const MAX_ALIASES = 1000
/** Broken text can be broken in thousands of places: so many are told. */
const MAX_TOLD = 50
const UNSAFE_INTEGER = /^[+-]?\d{16,}$/
const SECOND_DOCUMENT = 'a second document begins here: a file holds one'
const BARE_WORD = /^(?:yes|no|on|off)$/i

export interface Position {
  /** Both from 1; the column counts UTF-16 units. */
  readonly line: number
  readonly column: number
}

type Span = readonly [number, number]

export class YamlSource {
  readonly file: string
  readonly text: string
  readonly #refusal: string | undefined
  readonly #lineStarts: readonly number[]
  readonly #document: Document
  /** Bare yes, no, on and off: texts in YAML 1.2, truths in 1.1. */
  readonly bareWords: { readonly span: Span; readonly word: string }[] = []
  readonly #found: { readonly span: Span; readonly message: string }[] = []

  constructor(file: string, text: string) {
    this.file = file
    this.#refusal = yamlRefusal(text)
    this.text = this.#refusal === undefined ? text.replace(/^\ufeff/, '') : ''
    this.#lineStarts = [0, ...[...this.text.matchAll(/\n/g)].map((match) => match.index + 1)]
    // Unique keys are looked at below: the parser compares each key with each.
    this.#document = parseDocument(this.text, { version: '1.2', merge: true, uniqueKeys: false, prettyErrors: false })
    if (this.#document.errors.length === 0) this.#look()
  }

  /** What is wrong with the YAML itself. */
  diagnostics(): Diagnostic[] {
    if (this.#refusal !== undefined) return [this.#problem([0, 0], this.#refusal)]
    const errors = [...this.#document.errors, ...this.#document.warnings].slice(0, MAX_TOLD)
    const told = errors.map((error) =>
      this.#problem(
        [error.pos[0], Math.max(error.pos[1], error.pos[0] + 1)],
        error.code === 'MULTIPLE_DOCS' ? SECOND_DOCUMENT : error.message.split('\n')[0]!,
      ),
    )
    return [...told, ...this.#found.slice(0, MAX_TOLD).map(({ span, message }) => this.#problem(span, message))]
  }

  /** The document as plain data, or what stopped it (too many aliases, or what they expand to). `__proto__` is an own property. */
  data(): { readonly value: unknown } | { readonly problem: string } {
    try {
      const value = this.#document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown
      const problem = expansionProblem(value)
      return problem === undefined ? { value } : { problem }
    } catch (error) {
      return { problem: (error as Error).message }
    }
  }

  /** Characters `[start, end)` of a place; of the nearest thing around it if it is not there. */
  span(place: Place): Span {
    if (place.span !== undefined) return place.span
    const node: unknown = place.within && this.#document.getIn(place.path ?? [], true)
    const within =
      isScalar(node) && typeof node.value === 'string' ? this.#spanWithin(node, node.value, place.within!) : undefined
    return within ?? this.#spanOf(place.path ?? [], place.part ?? 'value')
  }

  /** The text of a block or quoted scalar as it is written, head and all; undefined: there is none at this path. */
  scalarSpan(path: NodePath): readonly [number, number] | undefined {
    const node: unknown = this.#document.getIn(path, true)
    return isScalar(node) && node.range ? [node.range[0], node.range[1]] : undefined
  }

  /** Where characters of a text stand in the file: quotes, escapes, folds and indentation are skipped. */
  #spanWithin(node: Scalar, value: string, [from, to]: Span): Span | undefined {
    const range = rangeOf(node)
    if (range === undefined) return undefined
    const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
    let at = isBlock ? this.text.indexOf('\n', range[0]) + 1 : range[0]
    let start = at
    for (let i = 0; i < Math.min(to, value.length); i++) {
      const wanted = value[i]!
      while (at < range[1] && this.text[at] !== wanted && !(/\s/.test(wanted) && /\s/.test(this.text[at]!))) at++
      if (i <= from) start = at
      at++
    }
    // Behind the last character.
    if (from >= value.length) return firstLine(this.text, [at, at + 1])
    return firstLine(this.text, [start, Math.max(at, start + 1)])
  }

  /** The last key of a path as it is written: `007`, not 7. */
  keyText(path: NodePath): string {
    const name = path.at(-1)!
    const parent: unknown = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true)
    const key = isMap(parent) ? pairOf(parent.items, name)?.key : undefined
    return isScalar(key) && typeof key.value !== 'string' && key.range
      ? this.text.slice(key.range[0], key.range[1])
      : String(name)
  }

  position(offset: number): Position {
    const at = Math.min(Math.max(offset, 0), this.text.length)
    let low = 0
    let high = this.#lineStarts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#lineStarts[middle]! <= at) low = middle
      else high = middle
    }
    return { line: low + 1, column: at - this.#lineStarts[low]! + 1 }
  }

  /** Where a line starts, from 1. */
  offsetOf(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length
  }

  /** Text of a line, from 1. */
  line(number: number): string {
    const start = this.#lineStarts[number - 1] ?? 0
    const end = this.text.indexOf('\n', start)
    return this.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '')
  }

  #problem(span: Span, message: string): Diagnostic {
    return { severity: 'error', code: 'yaml-syntax', message, place: { file: this.file, span } }
  }

  /** What the parser lets by and the mapping must not have. */
  #look(): void {
    visit(this.#document, {
      Map: (_, map) => this.#lookAtKeys(map.items),
      Scalar: (_, scalar) => this.#lookAtScalar(scalar),
    })
  }

  #lookAtKeys(items: readonly Pair[]): void {
    const seen = new Set<string>()
    for (const { key } of items) {
      const name = isScalar(key) ? String(key.value) : undefined
      const span = rangeOf(key) ?? [0, 1]
      if (name === undefined) this.#found.push({ span, message: 'a key must be a text, found a list or keys and values' })
      else if (name === '__proto__')
        this.#found.push({
          span,
          message: 'a key cannot be called __proto__',
        })
      else if (seen.has(name) && name !== '<<')
        this.#found.push({ span, message: `the key "${name}" stands here twice: keys must be unique` })
      seen.add(name ?? '')
    }
  }

  #lookAtScalar(scalar: Scalar): void {
    const span = rangeOf(scalar)
    if (span === undefined || scalar.type !== 'PLAIN' || scalar.source === undefined) return
    if (BARE_WORD.test(scalar.source)) this.bareWords.push({ span, word: scalar.source })
    if (UNSAFE_INTEGER.test(scalar.source) && !Number.isSafeInteger(Number(scalar.source))) {
      this.#found.push({ span, message: `${scalar.source} is past 2^53 and would be rounded: write it in quotes` })
    }
  }

  #spanOf(path: NodePath, part: 'key' | 'value'): Span {
    let node: unknown = this.#document.contents
    let span = rangeOf(node) ?? [0, 1]
    for (const [i, step] of path.entries()) {
      const pair = isMap(node) ? pairOf(node.items, step) : undefined
      const next: unknown = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined
      const isLast = i === path.length - 1
      const found = (isLast && part === 'key' ? rangeOf(pair?.key) : rangeOf(next)) ?? rangeOf(pair?.key)
      if (found === undefined) break
      span = found
      node = next
    }
    return firstLine(this.text, span)
  }
}

function pairOf(items: readonly Pair[], key: string | number): Pair | undefined {
  return items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key))
}

function rangeOf(node: unknown): Span | undefined {
  const range = (node as Node | null | undefined)?.range
  return range ? [range[0], range[1]] : undefined
}

/** A caret underlines one line only. */
function firstLine(text: string, [start, end]: Span): Span {
  const newline = text.indexOf('\n', start)
  return [start, newline >= 0 && newline < end ? newline : end]
}
