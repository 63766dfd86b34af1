/** The text of a file of mapping tests → cases with places, or diagnostics with line and column, also inside a block of samples. */
import { durationMs } from '../config/duration.ts'
import { diagnosticOf } from '../config/shape-diagnostic.ts'
import { shapeIssues } from '../config/shape-issues.ts'
import type { DiagnosticCode } from '../diag/codes.ts'
import type { Diagnostic, NodePath } from '../diag/diagnostic.ts'
import { YamlSource } from '../diag/yaml-source.ts'
import { parseSample, parseSelector, type Sample, type SampleProblem, seriesKey } from './sample.ts'
import { scenarioSchema } from './schema.ts'

export interface ExpectedSample extends Sample {
  /** Line of the file, from 1. */
  readonly line: number
}

export interface CaseLog {
  /** As it would stand in a file. */
  readonly log: string
  readonly file: string
  /** Name of the source that the lines come from. */
  readonly source: string | undefined
}

export interface ScenarioCase extends CaseLog {
  readonly name: string
  readonly index: number
  readonly line: number
  /** Logs that are read behind the first. */
  readonly further: readonly CaseLog[]
  readonly advanceMs: number
  readonly expected: readonly ExpectedSample[]
  /** Whether the mapped metrics may have no other samples than those expected. */
  readonly isComplete: boolean
  readonly absent: readonly {
    readonly text: string
    readonly line: number
    readonly selector: Omit<Sample, 'value' | 'tolerance'>
  }[]
}

export interface ScenarioFile {
  /** Name of the mapping: a path as written, `preset:NAME`, or the file's own name if the mapping stands in it. */
  readonly mapping: { readonly name: string } | { readonly text: string }
  readonly cases: readonly ScenarioCase[]
  readonly source: YamlSource
}

interface RawLog {
  readonly lines: string | readonly string[]
  readonly file?: string
  readonly source?: string
}

interface RawCase extends RawLog {
  readonly name: string
  readonly further?: readonly RawLog[]
  readonly advance?: string
  readonly expect?: string
  readonly exactly?: string
  readonly absent?: readonly string[]
}

/** With errors among the diagnostics there is no file. */
export function readScenarios(
  name: string,
  text: string,
): { file?: ScenarioFile; source: YamlSource; diagnostics: Diagnostic[] } {
  const source = new YamlSource(name, text)
  const diagnostics = source.diagnostics()
  const data = diagnostics.length === 0 ? source.data() : undefined
  if (data === undefined) return { source, diagnostics }
  if ('problem' in data) {
    const problem: Diagnostic = { severity: 'error', code: 'yaml-syntax', message: data.problem, place: { file: name } }
    return { source, diagnostics: [problem] }
  }
  const issues = shapeIssues(data.value, scenarioSchema)
  if (issues.length > 0) return { source, diagnostics: issues.map((issue) => diagnosticOf(issue, name)) }
  const reader = new CaseReader(source)
  const raw = data.value as { mapping: string; cases: readonly RawCase[] }
  const cases = raw.cases.map((one, index) => reader.read(one, index))
  if (reader.diagnostics.length > 0) return { source, diagnostics: reader.diagnostics }
  return { source, diagnostics, file: { mapping: mappingOf(raw.mapping, source), cases, source } }
}

/**
 * A mapping in a block is given as a text in which everything around it is blank, so that its lines and columns are those of the file.
 */
function mappingOf(given: string, source: YamlSource): ScenarioFile['mapping'] {
  if (!given.includes('\n')) return { name: given }
  const [start, end] = source.scalarSpan(['mapping'])!
  const bodyStart = source.text.indexOf('\n', start) + 1
  return { text: source.text.slice(0, bodyStart).replace(/[^\n]/g, '') + source.text.slice(bodyStart, end) }
}

function logOf({ lines, file = '/logs/test.jsonl', source }: RawLog): CaseLog {
  return { log: typeof lines === 'string' ? lines : lines.map((one) => `${one}\n`).join(''), file, source }
}

class CaseReader {
  readonly diagnostics: Diagnostic[] = []
  readonly #source: YamlSource
  readonly #names = new Map<string, number>()

  constructor(source: YamlSource) {
    this.#source = source
  }

  read(raw: RawCase, index: number): ScenarioCase {
    const at: NodePath = ['cases', index]
    const line = this.#lineOf([...at, 'name'])
    const before = this.#names.get(raw.name)
    if (before !== undefined) this.#error('bad-case', `the case of line ${before} has the same name`, [...at, 'name'])
    this.#names.set(raw.name, line)
    if (raw.expect === undefined && raw.exactly === undefined && raw.absent === undefined)
      this.#error('bad-case', 'nothing is expected', at, 'add expect, exactly or absent')
    const expected = [...this.#samples(raw.expect, [...at, 'expect']), ...this.#samples(raw.exactly, [...at, 'exactly'])]
    this.#eachOnce(expected, at)
    return {
      name: raw.name,
      index,
      line,
      ...logOf(raw),
      further: (raw.further ?? []).map(logOf),
      advanceMs: durationMs(raw.advance ?? '0s'),
      expected,
      isComplete: raw.exactly !== undefined,
      absent: (raw.absent ?? []).flatMap((text, i) => this.#absent(text, [...at, 'absent', i])),
    }
  }

  #samples(block: string | undefined, path: NodePath): ExpectedSample[] {
    if (block === undefined) return []
    const firstLine = this.#firstLineOf(path)
    const samples = block.split('\n').flatMap((text, i): ExpectedSample[] => {
      if (text.trim() === '' || text.trimStart().startsWith('#')) return []
      const sample = parseSample(text)
      if (!('message' in sample)) return [{ ...sample, line: firstLine + i }]
      this.#badSample(sample, text, firstLine + i, path)
      return []
    })
    const isBlank = /^\s*(#.*\s*)*$/.test(block)
    if (isBlank && path.at(-1) === 'expect') this.#error('bad-case', 'no sample is expected here', path)
    return samples
  }

  #eachOnce(expected: readonly ExpectedSample[], at: NodePath): void {
    const lines = new Map<string, number>()
    for (const sample of expected) {
      const before = lines.get(seriesKey(sample))
      if (before !== undefined)
        this.#error('bad-case', `line ${sample.line} expects the series of line ${before} once more`, [...at, 'name'])
      lines.set(seriesKey(sample), sample.line)
    }
  }

  #absent(text: string, path: NodePath): ScenarioCase['absent'][number][] {
    const selector = parseSelector(text)
    if (!('message' in selector)) return [{ text, line: this.#lineOf(path), selector }]
    this.#error('bad-sample', `${selector.message} at "${text.slice(selector.column, selector.column + 30)}"`, path)
    return []
  }

  #badSample({ column, message }: SampleProblem, text: string, line: number, path: NodePath): void {
    const written = this.#source.line(line)
    const start = this.#source.offsetOf(line) + written.indexOf(text) + column
    // In a quoted text the lines of the file are not those of the value.
    const isShown = written.includes(text)
    const place = isShown ? { file: this.#source.file, span: [start, start + 1] as const } : { file: this.#source.file, path }
    this.diagnostics.push({
      severity: 'error',
      code: 'bad-sample',
      message,
      place,
      hint: 'a sample is written name{label="text"} 1',
    })
  }

  /** Of the first line of a block scalar's text. */
  #firstLineOf(path: NodePath): number {
    const span = this.#source.scalarSpan(path)
    if (span === undefined) return this.#lineOf(path)
    const { line } = this.#source.position(span[0])
    return /^[|>]/.test(this.#source.text.slice(span[0], span[0] + 1)) ? line + 1 : line
  }

  #lineOf(path: NodePath): number {
    return this.#source.position(this.#source.span({ file: this.#source.file, path })[0]).line
  }

  #error(code: DiagnosticCode, message: string, path: NodePath, hint?: string): void {
    this.diagnostics.push({
      severity: 'error',
      code,
      message,
      place: { file: this.#source.file, path },
      ...(hint ? { hint } : {}),
    })
  }
}
