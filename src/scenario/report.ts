/** Results of mapping tests → a report for people or for tools. What comes from the log is made harmless for a terminal. */
import type { CaseResult, Difference } from './compare.ts'
import type { RuleCoverage } from './coverage.ts'
import { type Sample, seriesText, valueText } from './sample.ts'

export interface Report {
  readonly file: string
  readonly results: readonly CaseResult[]
  readonly coverage: readonly RuleCoverage[]
}

type Paint = (colour: 'red' | 'green' | 'dim' | 'bold', text: string) => string

const CODES = { red: 31, green: 32, dim: 2, bold: 1 }

export function renderReport({ file, results, coverage }: Report, isColoured: boolean): string {
  const paint: Paint = (colour, text) => (isColoured ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text)
  const failed = results.filter(({ differences }) => differences.length > 0)
  const out = failed.flatMap((result) => failureLines(file, result, paint))
  const missed = coverage.filter(({ hits }) => hits === 0)
  if (missed.length > 0 && failed.length === 0) {
    out.push('Rules that no case made count:')
    for (const rule of missed) out.push(`  ${rule.file}:${rule.line}: ${rule.metric} (${rule.takes})`)
    out.push('')
  }
  const counts = `${results.length - failed.length} of ${results.length} cases passed`
  const summary = `${counts}, ${coverage.length - missed.length} of ${coverage.length} rules counted`
  out.push(`${harmless(file)}: ${paint(failed.length > 0 ? 'red' : 'green', summary)}`)
  return `${out.join('\n')}\n`
}

/** One object per file of tests; stable. */
export function reportData({ file, results, coverage }: Report): object {
  return {
    file,
    passed: results.filter(({ differences }) => differences.length === 0).length,
    failed: results.filter(({ differences }) => differences.length > 0).length,
    cases: results.map(({ scenario, differences }) => ({
      name: scenario.name,
      line: scenario.line,
      differences: differences.map(plain),
    })),
    rules: coverage,
  }
}

function failureLines(file: string, { scenario, differences }: CaseResult, paint: Paint): string[] {
  const head = `${harmless(file)}:${scenario.line}: ${paint('red', 'failed')}: ${paint('bold', harmless(scenario.name))}`
  return [head, ...differences.flatMap((difference) => differenceLines(difference, paint)), '']
}

function differenceLines(difference: Difference, paint: Paint): string[] {
  switch (difference.kind) {
    case 'value': {
      const { expected, found, near, why } = difference
      return [
        at(expected.line, paint('green', `- ${text(expected)}`)),
        at(undefined, paint('red', `+ ${text(found)}`)),
        ...nearLines(near, expected, paint),
        ...(why === undefined ? [] : [reason(`nothing counted: ${why}`, paint)]),
      ]
    }
    case 'missing': {
      const { expected, near, why } = difference
      return [
        at(expected.line, paint('green', `- ${text(expected)}`)),
        ...nearLines(near, expected, paint),
        ...(near.length > 0 ? [] : [reason(`no series of this metric${why === undefined ? '' : `: ${why}`}`, paint)]),
      ]
    }
    case 'unexpected':
      return [at(undefined, paint('red', `+ ${text(difference.found)}`))]
    case 'present':
      return [
        at(difference.line, `absent: ${harmless(difference.text)}, and there is`),
        ...difference.found.map((found) => at(undefined, paint('red', `+ ${text(found)}`))),
      ]
    case 'unknown-metric': {
      const hint = difference.near === undefined ? '' : `; did you mean ${difference.near}?`
      return [at(difference.line, paint('red', harmless(`no metric is called ${difference.text}${hint}`)))]
    }
    case 'unknown-label': {
      const { line, labels } = difference
      const has = labels.length === 0 ? 'no labels' : `only the labels ${labels.join(', ')}`
      return [at(line, paint('red', harmless(`absent: ${difference.text} can prove nothing: the metric has ${has}`)))]
    }
  }
}

function nearLines(near: readonly Sample[], expected: Sample, paint: Paint): string[] {
  return near.map((found) =>
    at(undefined, `${paint('red', `+ ${text(found)}`)}${paint('dim', differingLabels(found, expected))}`),
  )
}

function reason(why: string, paint: Paint): string {
  return at(undefined, paint('dim', harmless(why)))
}

/** `  (status: "ok", expected "error")`. */
function differingLabels(found: Sample, expected: Sample): string {
  const names = new Set([...expected.labels.keys(), ...found.labels.keys()])
  const told = [...names].flatMap((name) => {
    const [a, b] = [found.labels.get(name), expected.labels.get(name)]
    return a === b ? [] : [`${name}: ${quoted(a)}, expected ${quoted(b)}`]
  })
  return told.length === 0 ? '' : harmless(`   (${told.join('; ')})`)
}

function quoted(label: string | undefined): string {
  return label === undefined ? 'none' : JSON.stringify(label)
}

function at(line: number | undefined, rest: string): string {
  return `${line === undefined ? '' : line}`.padStart(6).concat(' | ', rest)
}

function text(sample: Sample): string {
  return harmless(`${seriesText(sample)} ${valueText(sample.value)}`)
}

function plain(difference: Difference): object {
  switch (difference.kind) {
    case 'value':
    case 'missing': {
      const { kind, expected, near, why } = difference
      const found = kind === 'value' ? { found: data(difference.found) } : {}
      return { kind, line: expected.line, expected: data(expected), ...found, near: near.map(data), ...(why ? { why } : {}) }
    }
    case 'unexpected':
      return { kind: 'unexpected', found: data(difference.found) }
    case 'present':
      return { kind: 'present', line: difference.line, absent: difference.text, found: difference.found.map(data) }
    case 'unknown-metric':
      return {
        kind: 'unknown-metric',
        line: difference.line,
        name: difference.text,
        ...(difference.near ? { near: difference.near } : {}),
      }
    case 'unknown-label':
      return { kind: 'unknown-label', line: difference.line, absent: difference.text, labels: difference.labels }
  }
}

/** Values as text: JSON has no NaN. */
function data({ name, labels, value }: Sample): object {
  return { name, labels: Object.fromEntries(labels), value: valueText(value) }
}

/** Nothing a terminal could act on. */
function harmless(line: string): string {
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}
