/** Metric names by Prometheus' conventions, as `promtool check metrics` tells them: types, labels and capitals in names, others' suffixes. */
import type { Report } from '../../diag/diagnostic.ts'
import { type MappingFile, placeIn, type RawMetric, rulesOf } from '../raw.ts'
import { snakeCase } from './label-names.ts'
import { metricsOf } from './labels-of.ts'

const TYPES = ['counter', 'gauge', 'histogram', 'summary']
/** Suffixes and the types that they belong to. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  _bucket: ['histogram'],
  _count: ['histogram', 'summary'],
  _sum: ['histogram', 'summary'],
}

export function checkMetricNames(file: MappingFile, _: unknown, report: Report): void {
  for (const { metric, path } of metricsOf(file)) {
    const problem = problemOf(metric)
    if (problem === undefined) continue
    const place = placeIn(file.file, [...path, 'name'])
    report({ severity: 'warning', code: 'bad-name', message: `"${metric.name}" ${problem.is}`, place, hint: problem.hint })
  }
}

interface Problem {
  readonly is: string
  readonly hint: string
}

function problemOf(metric: RawMetric): Problem | undefined {
  const { name, type } = metric
  const words = name.toLowerCase().split('_')
  const typeInName = TYPES.find((one) => words.includes(one))
  if (typeInName !== undefined)
    return { is: `says "${typeInName}", which its type already says`, hint: `call it "${withoutWord(name, typeInName)}"` }
  if (/[a-z][A-Z]/.test(name))
    return { is: 'is in camelCase; metric names are in snake_case', hint: `call it "${snakeCase(name)}"` }
  // Of a counter that it does not end in _total is told, and says enough.
  const suffix = type === 'counter' ? undefined : Object.keys(SUFFIXES).find((one) => name.endsWith(one))
  if (suffix !== undefined)
    return {
      is: `ends in ${suffix}, which is for ${SUFFIXES[suffix]!.join(' and ')} samples; this is a ${type}`,
      hint: `call it "${name.slice(0, -suffix.length)}"`,
    }
  const label = labelInName(metric)
  if (label !== undefined)
    return { is: `says "by_${label}", which its label already says`, hint: `call it "${name.replace(`_by_${label}`, '')}"` }
  return undefined
}

function withoutWord(name: string, word: string): string {
  return name
    .split('_')
    .filter((part) => part.toLowerCase() !== word)
    .join('_')
}

function labelInName(metric: RawMetric): string | undefined {
  const names = rulesOf(metric, []).flatMap(({ rule }) => [
    ...Object.keys(metric.labels ?? {}),
    ...Object.keys(rule.labels ?? {}),
    ...Object.keys(rule.split ?? {}),
  ])
  return names.find((label) => `${metric.name}_`.includes(`_by_${label}_`))
}
