/** Metric and label names: what Prometheus allows, what is taken, what its conventions ask for. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import { type MappingFile, placeIn, type RawMetric, rulesOf } from '../raw.ts'

const RESERVED_PREFIXES = ['agentlog_', 'process_', 'nodejs_', 'scrape_']
/** Labels that are the exposition's own, by type of metric. */
export const LABEL_OF_TYPE: Readonly<Record<string, string>> = { histogram: 'le', summary: 'quantile' }

export function checkNames({ file, raw }: MappingFile, _: unknown, report: Report): void {
  const error = (code: 'bad-name' | 'reserved-name', message: string, path: NodePath, part: 'key' | 'value'): void =>
    report({ severity: 'error', code, message, place: placeIn(file, path, part) })
  const label = (name: string, type: string | undefined, path: NodePath): void => {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
      error('bad-name', `"${name}" is no label name: expected letters, digits and _`, path, 'key')
    else if (name.startsWith('__'))
      error('reserved-name', `label "${name}": names that start with __ are Prometheus' own`, path, 'key')
    else if (LABEL_OF_TYPE[type ?? ''] === name)
      error('reserved-name', `label "${name}" is what a ${type} itself uses`, path, 'key')
  }
  for (const name of Object.keys(raw.defaults?.labels ?? {})) label(name, undefined, ['defaults', 'labels', name])
  for (const [i, { labels }] of (raw.sources ?? []).entries())
    for (const name of Object.keys(labels ?? {})) label(name, undefined, ['sources', i, 'labels', name])
  for (const [i, metric] of (raw.metrics ?? []).entries()) {
    const path = ['metrics', i]
    const taken = LABEL_OF_TYPE[metric.type]
    const isDefault = taken !== undefined && raw.defaults?.labels?.[taken] != null && metric.labels?.[taken] !== null
    if (isDefault) label(taken, metric.type, ['defaults', 'labels', taken])
    for (const [name, at] of labelNames(metric, path)) label(name, metric.type, at)
    for (const { rule, path: from } of rulesOf(metric, path))
      for (const name of Object.keys(rule.exemplar ?? {})) label(name, undefined, [...from, 'exemplar', name])
    metricName(metric, [...path, 'name'], file, report)
  }
}

function metricName({ name, type }: RawMetric, path: NodePath, file: string, report: Report): void {
  const place = placeIn(file, path)
  const prefix = RESERVED_PREFIXES.find((reserved) => name.startsWith(reserved))
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    report({ severity: 'error', code: 'bad-name', message: `"${name}" is no metric name: expected letters, digits and _`, place })
  } else if (prefix !== undefined || name === 'up' || name.startsWith('__')) {
    report({
      severity: 'error',
      code: 'reserved-name',
      message: `"${name}" is taken: ${prefix ? `${prefix}… is` : 'it is'} not for mapped metrics`,
      place,
    })
  } else if (type === 'counter' && !name.endsWith('_total')) {
    report({
      severity: 'warning',
      code: 'bad-name',
      message: `the counter "${name}" does not end in _total`,
      place,
      hint: `call it "${name}_total"`,
    })
  } else if (type !== 'counter' && name.endsWith('_total')) {
    report({
      severity: 'warning',
      code: 'bad-name',
      message: `"${name}" ends in _total, which is for counters; this is a ${type}`,
      place,
    })
  }
}

function labelNames(metric: RawMetric, path: NodePath): [string, NodePath][] {
  const at = (labels: object | undefined, from: NodePath): [string, NodePath][] =>
    Object.keys(labels ?? {}).map((name) => [name, [...from, name]])
  const ofRules = rulesOf(metric, path).flatMap(({ rule, path: from }) => [
    ...(rule === metric ? [] : at(rule.labels, [...from, 'labels'])),
    ...at(rule.split, [...from, 'split']),
  ])
  return [...at(metric.labels, [...path, 'labels']), ...ofRules]
}
