/** Sources: exactly one kind each, names that differ, path fields and patterns of lines that compile, zones that exist. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import { type FormatSpec, linePatternProblem } from '../../select/line-format.ts'
import { compileRegex } from '../../select/regex.ts'
import { type MappingFile, placeIn, type RawInput, type RawSource } from '../raw.ts'

type SayError = (code: 'bad-value' | 'bad-regex' | 'conflict', message: string, path: NodePath) => void

const KINDS = ['file', 'stdin', 'docker', 'kubernetes'] as const

export function checkSources({ file, raw }: MappingFile, _: unknown, report: Report): void {
  const error: SayError = (code, message, path) => report({ severity: 'error', code, message, place: placeIn(file, path) })
  const names = new Set<string>()
  for (const [i, source] of (raw.sources ?? []).entries()) {
    const path = ['sources', i]
    if (KINDS.filter((kind) => source[kind] !== undefined).length !== 1)
      error('bad-value', 'a source is exactly one of file, stdin, docker and kubernetes', path)
    if (source.name !== undefined && names.has(source.name))
      error('conflict', `two sources are called "${source.name}"`, [...path, 'name'])
    if (source.name !== undefined) names.add(source.name)
    const problem = fieldsProblem(source)
    if (problem !== undefined) error('bad-regex', problem, [...path, 'file', 'fields'])
    checkPatterns(source.input?.format, [...path, 'input'], error)
    checkZone(source.input, [...path, 'input'], error)
  }
  checkPatterns(raw.input?.format, ['input'], error)
  checkZone(raw.input, ['input'], error)
}

function checkZone(input: RawInput | undefined, path: NodePath, error: SayError): void {
  const zone = input?.time_zone
  if (zone !== undefined && !isZone(zone))
    error('bad-value', `"${zone}" is no time zone: expected a name such as UTC or Europe/Berlin`, [...path, 'time_zone'])
}

function checkPatterns(format: FormatSpec | undefined, path: NodePath, error: SayError): void {
  if (typeof format !== 'object') return
  for (const [i, pattern] of format.regex.entries()) {
    const problem = linePatternProblem(pattern)
    if (problem !== undefined) error('bad-regex', problem, [...path, 'format', 'regex', i])
  }
}

function fieldsProblem({ file }: RawSource): string | undefined {
  if (file?.fields === undefined) return undefined
  const compiled = compileRegex(file.fields)
  return compiled.ok ? undefined : compiled.message
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
