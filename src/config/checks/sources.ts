/** Sources: exactly one kind each, names that differ, path fields that compile, a zone that exists. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import { compileRegex } from '../../select/regex.ts'
import { type MappingFile, placeIn, type RawSource } from '../raw.ts'

const KINDS = ['file', 'stdin', 'docker', 'kubernetes'] as const

export function checkSources({ file, raw }: MappingFile, _: unknown, report: Report): void {
  const error = (code: 'bad-value' | 'bad-regex' | 'conflict', message: string, path: NodePath): void =>
    report({ severity: 'error', code, message, place: placeIn(file, path) })
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
  }
  const zone = raw.input?.time_zone
  if (zone !== undefined && !isZone(zone))
    error('bad-value', `"${zone}" is no time zone: expected a name such as UTC or Europe/Berlin`, ['input', 'time_zone'])
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
