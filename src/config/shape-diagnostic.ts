/** An issue of the shape → a diagnostic with its place, and the nearest known name. */
import type { Diagnostic, NodePath, Place } from '../diag/diagnostic.ts'
import { nearest } from '../diag/suggest.ts'
import type { ShapeIssue } from './shape-issues.ts'

export function diagnosticOf(issue: ShapeIssue, file: string): Diagnostic {
  const wanted = issue.kind === 'unknown-key' ? String(issue.path.at(-1)) : (/found "?([^"]*)"?$/.exec(issue.message)?.[1] ?? '')
  const near =
    issue.known &&
    nearest(
      wanted,
      issue.known.filter((name) => !/^\d/.test(name)),
    )
  const place: Place = { file, path: issue.path as NodePath, part: issue.kind === 'unknown-key' ? 'key' : 'value' }
  const others = issue.kind === 'unknown-key' && issue.known?.length ? `known here: ${issue.known.join(' ')}` : undefined
  const hint = near ? `did you mean "${near}"?` : others
  return { severity: 'error', code: issue.kind, message: issue.message, place, ...(hint ? { hint } : {}) }
}
