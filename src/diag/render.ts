/** Diagnostics and the texts they are about → a report for people, for tools (JSON) or for GitHub. Never touches the disk. */
import { columnsOf } from './columns.ts'
import type { Diagnostic, Place } from './diagnostic.ts'
import type { YamlSource } from './yaml-source.ts'

export type ReportFormat = 'text' | 'json' | 'github'
export type Sources = ReadonlyMap<string, YamlSource>

const WINDOW = 110
const MAX_MESSAGE_LENGTH = 600
/** People mend those first; tools get all. */
const MOST_SHOWN = 500

/** Lines and columns from 1; 1:1 if the text is not known. */
export interface Located {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** By file as first met, then by place. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  format: ReportFormat,
  colour = false,
): string {
  const sorted = sortByPlace(diagnostics, sources)
  if (format === 'json')
    return `${JSON.stringify(
      sorted.map((d) => plain(d, sources)),
      undefined,
      2,
    )}\n`
  if (format === 'github') return sorted.map((d) => annotation(d, sources)).join('')
  const shown = sorted.slice(0, MOST_SHOWN).map((d) => textOf(d, sources, colour))
  const rest = sorted.length - shown.length
  return [...shown, ...(rest > 0 ? [`… and ${rest} more\n`] : [])].join('\n')
}

function sortByPlace(diagnostics: readonly Diagnostic[], sources: Sources): Diagnostic[] {
  const files = [...new Set(diagnostics.map((d) => d.place.file))]
  const rank = (d: Diagnostic): readonly [number, number, number] => {
    const { line, column } = locate(d.place, sources)
    return [files.indexOf(d.place.file), line, column]
  }
  const ranked = diagnostics.map((d) => ({ d, rank: rank(d) }))
  return ranked.sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2]).map(({ d }) => d)
}

/** The line and column of a place. */
export function locate(place: Place, sources: Sources): Located {
  const source = sources.get(place.file)
  if (source === undefined) return { file: place.file, line: 1, column: 1, endLine: 1, endColumn: 1 }
  const [start, end] = source.span(place)
  const from = source.position(start)
  const to = source.position(end)
  return { file: place.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
}

function plain(d: Diagnostic, sources: Sources): object {
  const { severity, code, message, hint, notes = [] } = d
  const placedNotes = notes.map((note) => ({ ...locate(note.place, sources), message: note.message }))
  return {
    ...locate(d.place, sources),
    severity,
    code,
    message,
    ...(hint ? { hint } : {}),
    ...(notes.length > 0 ? { notes: placedNotes } : {}),
  }
}

function annotation(d: Diagnostic, sources: Sources): string {
  const { file, line, column, endLine, endColumn } = locate(d.place, sources)
  const escaped = (text: string): string => cut(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
  const name = escaped(file).replace(/:/g, '%3A').replace(/,/g, '%2C')
  const text = escaped(`${d.message}${d.hint ? ` (${d.hint})` : ''}`)
  return `::${d.severity} file=${name},line=${line},endLine=${endLine},col=${column},endColumn=${endColumn},title=${d.code}::${text}\n`
}

function textOf(d: Diagnostic, sources: Sources, colour: boolean): string {
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  const { file, line, column } = locate(d.place, sources)
  const kind = paint(d.severity === 'error' ? 31 : 33, `${d.severity}[${d.code}]`)
  const out = [
    `${paint(1, `${harmless(file)}:${line}:${column}:`)} ${kind}: ${harmless(cut(d.message))}`,
    ...frame(d.place, sources),
  ]
  for (const note of d.notes ?? []) {
    const at = locate(note.place, sources)
    out.push(`  = note: ${harmless(cut(note.message))}: ${harmless(at.file)}:${at.line}:${at.column}`)
  }
  if (d.hint) out.push(`  = hint: ${harmless(cut(d.hint))}`)
  return `${out.join('\n')}\n`
}

/** The source line with carets under the span; a long line is cut around them. */
function frame(place: Place, sources: Sources): string[] {
  const source = sources.get(place.file)
  if (source === undefined || source.text === '') return []
  const { line, column, endLine, endColumn } = locate(place, sources)
  const whole = source.line(line)
  const from = Math.max(0, Math.min(column - 1 - WINDOW / 2, whole.length - WINDOW))
  const lead = from > 0 ? '…' : ''
  const text = harmless(whole.slice(from, from + WINDOW))
  const shown = `${lead}${text}${from + WINDOW < whole.length ? '…' : ''}`
  const length = Math.max(1, Math.min((endLine === line ? endColumn : whole.length + 1) - column, WINDOW))
  const gutter = String(line)
  const pad = ' '.repeat(lead.length + columnsOf(text.slice(0, column - 1 - from)))
  const carets = '^'.repeat(Math.max(1, columnsOf(text.slice(column - 1 - from, column - 1 - from + length))))
  return [`${gutter} | ${shown}`, `${' '.repeat(gutter.length)} | ${pad}${carets}`]
}

/** Messages quote the user's text, which may be long. */
function cut(text: string): string {
  return text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH)}…` : text
}

/** Tabs as one blank, so that carets stand right; nothing a terminal could act on. */
function harmless(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}
