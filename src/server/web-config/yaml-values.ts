/**
 * Values of a YAML document as Go programs read them into texts, truths and numbers: `yes` is true, `10` may be a text, nothing is as
 * good as not there. What is of another kind is told with its place, and counts as not there.
 */
import type { DiagnosticCode } from '../../diag/codes.ts'
import type { Diagnostic, NodePath } from '../../diag/diagnostic.ts'
import { nearest } from '../../diag/suggest.ts'
import type { YamlSource } from '../../diag/yaml-source.ts'
import { durationMs } from './go-duration.ts'

const TRUE_WORDS = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE_WORDS = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/
/** Read strictly a long number has no digits to lose. */
const WHOLE = /^[+-]?(?:\d[\d_]*|0x[\da-fA-F_]+|0b[01_]+)$/

export class YamlValues {
  readonly diagnostics: Diagnostic[] = []
  readonly #source: YamlSource
  readonly #root: unknown

  constructor(source: YamlSource, root: unknown) {
    this.#source = source
    this.#root = root
  }

  problem(path: NodePath, message: string, hint?: string, code: DiagnosticCode = 'bad-value'): void {
    this.#tell('error', path, message, hint, code)
  }

  warning(path: NodePath, message: string, hint?: string): void {
    this.#tell('warning', path, message, hint, 'bad-value')
  }

  has(path: NodePath): boolean {
    return this.#at(path) !== undefined
  }

  /** Names at a place, as they are written; those that are not `known` are told, with the nearest that is. */
  keys(path: NodePath, known?: readonly string[]): string[] {
    const value = this.#at(path)
    if (value === undefined) return []
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#wrong(path, 'keys and values')
      return []
    }
    const found = Object.keys(value)
    for (const key of found) if (known !== undefined && !known.includes(key)) this.#unknown([...path, key], key, known)
    return found
  }

  /** The last key of a path as a text, whatever else it could be. */
  keyText(path: NodePath): string {
    return this.#source.keyText(path)
  }

  text(path: NodePath): string | undefined {
    const value = this.#at(path)
    if (value === undefined || typeof value === 'string') return value
    if (typeof value === 'object') return this.#wrong(path, 'a text')
    return this.#written(path) ?? String(value)
  }

  /** Indexes of the entries of a list; undefined: there is none. */
  entries(path: NodePath): readonly number[] | undefined {
    const value = this.#at(path)
    if (value === undefined) return undefined
    return Array.isArray(value) ? value.map((_, i) => i) : this.#wrong(path, 'a list')
  }

  truth(path: NodePath): boolean | undefined {
    const value = this.#at(path)
    if (value === undefined || typeof value === 'boolean') return value
    // A word in quotes is a text.
    const word = typeof value === 'string' && this.#written(path) === value ? value : ''
    if (TRUE_WORDS.test(word)) return true
    return FALSE_WORDS.test(word) ? false : this.#wrong(path, 'true or false')
  }

  whole(path: NodePath): number | undefined {
    const value = this.#at(path)
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value)
    const word = typeof value === 'string' && this.#written(path) === value ? value : ''
    return WHOLE.test(word) ? Number(word.replaceAll('_', '')) : this.#wrong(path, 'a whole number')
  }

  /** A duration with its unit; a bare number is one of nanoseconds. */
  milliseconds(path: NodePath): number | undefined {
    const value = this.#at(path)
    if (value === undefined) return undefined
    if (typeof value === 'number') return Math.trunc(value) / 1e6
    return (typeof value === 'string' ? durationMs(value) : undefined) ?? this.#wrong(path, 'a duration such as 100ms or 1m30s')
  }

  #at(path: NodePath): unknown {
    let value = this.#root
    for (const step of path) {
      const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, step)
      value = isThere ? (value as Readonly<Record<string | number, unknown>>)[step] : undefined
    }
    return value ?? undefined
  }

  /** The value as it stands in the text, marks of a text around it included. */
  #written(path: NodePath): string | undefined {
    const span = this.#source.scalarSpan(path)
    return span && this.#source.text.slice(...span)
  }

  #wrong(path: NodePath, expected: string): undefined {
    const value = this.#at(path)
    const isList = Array.isArray(value)
    const found = isList
      ? 'a list'
      : typeof value === 'object'
        ? 'keys and values'
        : `a ${typeof value === 'string' ? 'text' : typeof value}`
    this.problem(path, `expected ${expected}, found ${found}`, undefined, 'bad-type')
  }

  #unknown(path: NodePath, key: string, known: readonly string[]): void {
    const near = nearest(key, known)
    const hint = near === undefined ? `known here: ${known.join(' ')}` : `did you mean "${near}"?`
    const place = { file: this.#source.file, path, part: 'key' } as const
    this.diagnostics.push({ severity: 'error', code: 'unknown-key', message: `unknown key "${key}"`, place, hint })
  }

  #tell(severity: Diagnostic['severity'], path: NodePath, message: string, hint: string | undefined, code: DiagnosticCode): void {
    const place = { file: this.#source.file, path }
    this.diagnostics.push({ severity, code, message, place, ...(hint === undefined ? {} : { hint }) })
  }
}
