/** `input.format` as the mapping says it → what reads the lines. Its patterns run on the linear engine. */
import type { FormatChoice } from '../decode/format/choice.ts'
import { jsonDocuments } from '../decode/format/documents.ts'
import { jsonLines } from '../decode/format/line-format.ts'
import { logfmtLines } from '../decode/format/logfmt.ts'
import { otlpLines } from '../decode/format/otlp.ts'
import { patternLines } from '../decode/format/patterns.ts'
import { compileRegex } from './regex.ts'

/** What a mapping may say; `auto`: the first lines of each log do. */
export type FormatSpec = 'auto' | 'json' | 'logfmt' | 'otlp' | 'json-documents' | { readonly regex: readonly string[] }

const NAMED = { auto: 'auto', json: jsonLines, logfmt: logfmtLines, otlp: otlpLines, 'json-documents': jsonDocuments } as const

/** Config has checked that the patterns compile: one that does not is left out. */
export function lineFormatOf(spec: FormatSpec): FormatChoice {
  if (typeof spec === 'string') return NAMED[spec]
  return patternLines(
    spec.regex.flatMap((pattern) => {
      const compiled = compileRegex(pattern)
      return compiled.ok ? [compiled.regex] : []
    }),
  )
}

/** What is wrong with a pattern for lines; undefined: nothing. */
export function linePatternProblem(pattern: string): string | undefined {
  const compiled = compileRegex(pattern)
  if (!compiled.ok) return compiled.message
  return compiled.regex.groupNames.length > 0
    ? undefined
    : 'it has no named group, so its lines would have no fields: write (?<name>...)'
}
