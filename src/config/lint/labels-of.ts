/** Every label that a file gives a value, with its place. What whoever includes it leaves out is not looked at. */
import type { NodePath } from '../../diag/diagnostic.ts'
import type { ValueSpec } from '../../select/spec.ts'
import { type MappingFile, type RawMetric, rulesOf } from '../raw.ts'

export interface GivenLabel {
  readonly name: string
  readonly spec: ValueSpec
  readonly path: NodePath
  /** Of the metric that it stands in. */
  readonly type?: RawMetric['type']
}

export function labelsOf(file: MappingFile): readonly GivenLabel[] {
  const { raw } = file
  const ofMetrics = metricsOf(file).flatMap(({ metric, path }) => [
    ...given(metric.labels, [...path, 'labels'], metric.type),
    ...rulesOf(metric, path).flatMap(({ rule, path: at }) =>
      rule === metric ? [] : given(rule.labels, [...at, 'labels'], metric.type),
    ),
  ])
  const ofSources = (raw.sources ?? []).flatMap((source, i) => given(source.labels, ['sources', i, 'labels']))
  return [...given(raw.defaults?.labels, ['defaults', 'labels']), ...ofSources, ...ofMetrics]
}

/** The metrics of a file that count. */
export function metricsOf({ raw, without }: MappingFile): readonly { readonly metric: RawMetric; readonly path: NodePath }[] {
  return (raw.metrics ?? [])
    .map((metric, i) => ({ metric, path: ['metrics', i] }))
    .filter(({ metric }) => !without.includes(metric.name))
}

type Labels = Readonly<Record<string, ValueSpec | null>>

function given(labels: Labels | undefined, path: NodePath, type?: RawMetric['type']): GivenLabel[] {
  return Object.entries(labels ?? {}).flatMap(([name, spec]) =>
    spec === null ? [] : [{ name, spec, path: [...path, name], ...(type && { type }) }],
  )
}
