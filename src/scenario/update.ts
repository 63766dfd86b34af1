/**
 * Writes what was found into `expect` and `exactly` of a file of mapping tests; everything else stays as it is, byte for byte. `expect`
 * keeps its lines, and values are replaced; a series that is not there stays, for whoever wrote it to decide. `exactly` becomes all samples.
 */
import type { CaseResult } from './compare.ts'
import { parseSample, samplesOf, seriesKey, seriesText, valueText } from './sample.ts'
import type { ScenarioFile } from './scenario-file.ts'

/** The new text of the file. */
export function updated({ source }: ScenarioFile, results: readonly CaseResult[]): string {
  const failed = results.filter(({ differences }) => differences.length > 0)
  const edits = failed.flatMap((result) => [
    ...edit(source, result, 'expect', (block) => expectOf(block, result)),
    ...edit(source, result, 'exactly', (block) => exactlyOf(block, result)),
  ])
  // From the end, so that places before stay right.
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, replacement }) => text.slice(0, start) + replacement + text.slice(end), source.text)
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly replacement: string
}

/** Only blocks are rewritten, and only when they say something else. */
function edit(
  source: ScenarioFile['source'],
  { scenario }: CaseResult,
  key: 'expect' | 'exactly',
  make: (lines: readonly string[]) => readonly string[],
): Edit[] {
  const span = source.scalarSpan(['cases', scenario.index, key])
  if (span === undefined || source.text[span[0]] !== '|') return []
  const [start, end] = [source.text.indexOf('\n', span[0]) + 1, span[1]]
  const body = source.text.slice(start, end)
  const indent = /^[ ]*(?=\S)/m.exec(body)?.[0] ?? '      '
  const lineEnd = body.includes('\r\n') ? '\r\n' : '\n'
  const lines = body.split(lineEnd).map((line) => line.slice(indent.length))
  const replacement = make(lines.slice(0, body.endsWith('\n') ? -1 : undefined))
    .map((line) => (line === '' ? lineEnd : `${indent}${line}${lineEnd}`))
    .join('')
  return replacement === body ? [] : [{ start, end, replacement }]
}

function expectOf(lines: readonly string[], { played, differences }: CaseResult): string[] {
  const found = new Map(samplesOf(played.withOwn).map((sample) => [seriesKey(sample), sample]))
  const wrong = new Set(differences.flatMap((one) => (one.kind === 'value' ? [seriesKey(one.expected)] : [])))
  return lines.map((line) => {
    const sample = parseSample(line)
    if ('message' in sample || !wrong.has(seriesKey(sample))) return line
    return `${seriesText(sample)} ${valueText(found.get(seriesKey(sample))!.value)}`
  })
}

/** In the exposition's order; a line that is right stays as it was written. */
function exactlyOf(lines: readonly string[], { played, differences }: CaseResult): string[] {
  const wrong = new Set(differences.flatMap((one) => (one.kind === 'value' ? [seriesKey(one.expected)] : [])))
  const written = new Map<string, string>()
  for (const line of lines) {
    const sample = parseSample(line)
    if (!('message' in sample) && !wrong.has(seriesKey(sample))) written.set(seriesKey(sample), line)
  }
  return samplesOf(played.mapped).map(
    (found) => written.get(seriesKey(found)) ?? `${seriesText(found)} ${valueText(found.value)}`,
  )
}
