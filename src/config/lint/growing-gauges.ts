/** Gauges to which only positive constants are added: they are counters, and `rate()` and resets know nothing of them. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import { isLong } from '../../select/path-words.ts'
import type { ValueSpec } from '../../select/spec.ts'
import { type MappingFile, placeIn, type RawMetric, rulesOf } from '../raw.ts'
import { metricsOf } from './labels-of.ts'

export function checkGrowingGauges(file: MappingFile, _: unknown, report: Report): void {
  for (const { metric, path } of metricsOf(file)) if (onlyGrows(metric)) tell(metric, file.file, path, report)
}

function onlyGrows(metric: RawMetric): boolean {
  if (metric.type !== 'gauge') return false
  return rulesOf(metric, []).every(({ rule }) => (rule.op ?? metric.op) === 'add' && isPositive(rule.value))
}

function isPositive(value: ValueSpec | undefined): boolean {
  const constant = isLong(value) && value.minus === undefined && value.scale === undefined ? value.const : value
  return constant === true || (typeof constant === 'number' && constant > 0)
}

function tell({ name }: RawMetric, file: string, path: NodePath, report: Report): void {
  const message = `"${name}" only ever grows: it is a counter`
  const hint = `type: counter, called "${name}_total"`
  report({ severity: 'warning', code: 'wrong-type', message, place: placeIn(file, [...path, 'type']), hint })
}
