/** A file of mapping tests, from its text to results: what the `test` verb and our own golden tests run. */
import { dirname, isAbsolute, join } from 'node:path'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { shapeIssues } from '../config/shape-issues.ts'
import { type Diagnostic, hasErrors } from '../diag/diagnostic.ts'
import type { Sources } from '../diag/render.ts'
import { nearest } from '../diag/suggest.ts'
import { compilePlan } from '../pipeline/plan.ts'
import { type CaseResult, runCase } from './compare.ts'
import { coverageOf, type RuleCoverage } from './coverage.ts'
import { readScenarios, type ScenarioFile } from './scenario-file.ts'

export interface ScenarioRun {
  /** Problems of the file and of its mapping; with errors among them nothing was run. */
  readonly diagnostics: readonly Diagnostic[]
  readonly texts: Sources
  /** Missing if there are errors. */
  readonly outcome?: {
    readonly source: ScenarioFile
    readonly results: readonly CaseResult[]
    readonly coverage: readonly RuleCoverage[]
  }
}

export interface ScenarioOptions {
  readonly presetDir: string
  /** Runs only the cases whose names hold this text. */
  readonly filter?: string
}

/** `name`: the path of the file as given; its mapping is looked for beside it. */
export async function runScenarios(
  name: string,
  text: string,
  { presetDir, filter = '' }: ScenarioOptions,
): Promise<ScenarioRun> {
  const { file, source, diagnostics } = readScenarios(name, text)
  if (file === undefined) return { diagnostics, texts: new Map([[name, source]]) }
  const { mapping } = file
  const mappingName = 'text' in mapping ? name : beside(name, mapping.name)
  const preset = mappingName.startsWith('preset:') ? [mappingName.slice('preset:'.length)] : []
  const { config, ...loaded } = await loadConfig({
    files: preset.length > 0 ? [] : [mappingName],
    presets: preset,
    presetDir,
    validate: async (data) => shapeIssues(data),
    given: new Map('text' in mapping ? [[name, mapping.text]] : []),
  })
  const problems = [...loaded.diagnostics]
  compilePlan(config, (diagnostic) => void problems.push(diagnostic))
  const texts: Sources = 'text' in mapping ? loaded.texts : new Map([...loaded.texts, [name, source]])
  problems.push(...unknownSources(file, config, name))
  if (hasErrors(problems)) return { diagnostics: problems, texts }
  const results = file.cases.filter((one) => one.name.includes(filter)).map((one) => runCase(config, one))
  const coverage = coverageOf(
    results.map(({ played }) => played.plan.mappings),
    texts,
  )
  return { diagnostics: problems, texts, outcome: { source: file, results, coverage } }
}

/** Cases that name a source which the mapping does not have. */
function unknownSources({ cases }: ScenarioFile, { sources }: Config, file: string): Diagnostic[] {
  const known = sources.map(({ name }) => name)
  const named = cases.flatMap(({ source, index, further }) => [
    { source, path: ['cases', index, 'source'] },
    ...further.map((log, i) => ({ source: log.source, path: ['cases', index, 'further', i, 'source'] })),
  ])
  return named.flatMap(({ source, path }): Diagnostic[] => {
    if (source === undefined || known.includes(source)) return []
    const near = nearest(source, known)
    const message = `no source of the mapping is called "${source}"; ${known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`}`
    const place = { file, path }
    return [
      { severity: 'error', code: 'bad-case', message, place, ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }) },
    ]
  })
}

function beside(testFile: string, mapping: string): string {
  return isAbsolute(mapping) || mapping.startsWith('preset:') ? mapping : join(dirname(testFile), mapping)
}
