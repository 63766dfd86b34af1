/** Which of the mapping's sources the lines of a case come from: the one it names, the only one, or the first that would find its file. */
import type { Config, FileSourceSpec, SourceSpec } from '../config/config.ts'
import type { FormatChoice } from '../decode/format/choice.ts'
import { lineFormatOf } from '../select/line-format.ts'
import { compileRegex } from '../select/regex.ts'
import { anyOf } from '../source/file/glob.ts'
import type { Origin } from '../source/source.ts'
import type { ScenarioCase } from './scenario-file.ts'

export type CaseOrigin = Pick<ScenarioCase, 'file'> & Partial<Pick<ScenarioCase, 'source'>>

/** undefined: the mapping's own. */
function caseSource({ sources }: Config, { file, source }: CaseOrigin): SourceSpec | undefined {
  if (source !== undefined) return sources.find(({ name }) => name === source)
  return sources.length === 1 ? sources[0] : sources.find((spec) => spec.kind === 'file' && finds(spec, file))
}

/** As if that source had found the file; `index`: of the log among those of the case. */
export function originOf(config: Config, one: CaseOrigin, index = 0): Origin {
  const spec = caseSource(config, one)
  const fields = spec?.kind === 'file' ? fieldsOf(spec, one.file) : {}
  return { source: spec?.name ?? 'test', log: index === 0 ? 'log' : `log-${index + 1}`, file: one.file, stream: '', fields }
}

/** What wraps the lines of a case: as its source says, else the mapping. */
export function envelopeOf(config: Config, one: CaseOrigin): Config['envelope'] {
  return caseSource(config, one)?.envelope ?? config.envelope
}

/** What they are written in. */
export function formatOf(config: Config, one: CaseOrigin): FormatChoice {
  return lineFormatOf(caseSource(config, one)?.format ?? config.format)
}

function finds({ paths, exclude }: FileSourceSpec, file: string): boolean {
  return anyOf(paths)(file) && !anyOf(exclude)(file)
}

function fieldsOf({ fields }: FileSourceSpec, file: string): Readonly<Record<string, string>> {
  const compiled = fields === undefined ? undefined : compileRegex(fields)
  return compiled?.ok === true ? (compiled.regex.groups(file) ?? {}) : {}
}
