/** Label names that clash with what Prometheus itself puts on a series, or that its conventions do not know. `type` is nobody's. */
import type { Report } from '../../diag/diagnostic.ts'
import { type MappingFile, placeIn, rulesOf } from '../raw.ts'
import { type GivenLabel, labelsOf, metricsOf } from './labels-of.ts'

/** Labels of targets, by Prometheus' guide for writing exporters. */
const OF_TARGETS = new Set([
  ...['job', 'instance', 'region', 'zone', 'cluster', 'az', 'datacenter', 'dc'],
  ...['owner', 'customer', 'stage', 'service', 'environment', 'env'],
])
/** A label of the metric's own type is an error, told elsewhere. */
const OF_TYPES = new Map([
  ['le', 'histogram'],
  ['quantile', 'summary'],
])

export function checkLabelNames(file: MappingFile, _: unknown, report: Report): void {
  for (const { name, path, type } of [...labelsOf(file), ...splitsOf(file)]) {
    const warn = (code: 'reserved-name' | 'bad-name', message: string, hint: string): void =>
      report({ severity: 'warning', code, message, place: placeIn(file.file, path, 'key'), hint })
    const owner = OF_TYPES.get(name)
    if (OF_TARGETS.has(name))
      warn(
        'reserved-name',
        `label "${name}" is one that Prometheus gives to targets: where it does, this one becomes exported_${name}`,
        `say whose it is: agent_${name}`,
      )
    else if (type !== undefined && owner !== undefined && owner !== type)
      warn('reserved-name', `label "${name}" is what a ${owner} uses: queries take it for one`, 'take another name')
    else if (/[a-z][A-Z]/.test(name))
      warn('bad-name', `label "${name}" is in camelCase; label names are in snake_case`, `call it "${snakeCase(name)}"`)
  }
}

function splitsOf(file: MappingFile): Omit<GivenLabel, 'spec'>[] {
  return metricsOf(file).flatMap(({ metric, path }) =>
    rulesOf(metric, path).flatMap(({ rule, path: at }) =>
      Object.keys(rule.split ?? {}).map((name) => ({ name, path: [...at, 'split', name], type: metric.type })),
    ),
  )
}

export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}
