/**
 * A problem in text that the user wrote: a value that is collected and shown, never thrown.
 * Places are paths into the YAML document (or byte spans, for broken YAML); they become file:line:col only when rendered.
 */
import type { DiagnosticCode } from './codes.ts'

export type Severity = 'error' | 'warning'

/** Keys and indexes from the root of the document: `['metrics', 0, 'labels', 'tool']`. */
export type NodePath = readonly (string | number)[]

/** Where in which file. `part` says whether the key or the value of the last step is meant (default: the value). */
export interface Place {
  /** A path as the user gave it, or `preset:NAME`. */
  readonly file: string
  readonly path?: NodePath
  readonly part?: 'key' | 'value'
  /** Characters `[start, end)` of the text that stands there. */
  readonly within?: readonly [number, number]
  /** Character offsets in the text, [start, end): for text that is no document, or for a part of a scalar. */
  readonly span?: readonly [number, number]
}

export interface Diagnostic {
  readonly severity: Severity
  readonly code: DiagnosticCode
  /** What was found and what was expected, one sentence without a final stop. */
  readonly message: string
  readonly place: Place
  /** Other places that matter ("first defined here"). */
  readonly notes?: readonly { readonly message: string; readonly place: Place }[]
  /** How to go on: the nearest known name, the cure. */
  readonly hint?: string
}

/** Collects. Compilers take one and go on after a problem, so that all problems are shown at once. */
export type Report = (diagnostic: Diagnostic) => void

/** Passes each problem on once: what several mappings are made of is compiled several times. */
export function distinct(report: Report): Report {
  const told = new Set<string>()
  return (diagnostic) => {
    const key = JSON.stringify([diagnostic.code, diagnostic.message, diagnostic.place])
    if (told.has(key)) return
    told.add(key)
    report(diagnostic)
  }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error')
}
