/** What is in force for a source: the rules of its unit on the metrics that it may touch, with its labels and its input. */
import type { NodePath, Report } from '../diag/diagnostic.ts'
import { nearest } from '../diag/suggest.ts'
import type { MappingSpec, MetricSpec, RuleSpec } from '../mapping/spec.ts'
import type { ValueSpec } from '../select/spec.ts'
import type { Profile } from './config.ts'
import { inputSpec } from './merge-input.ts'
import { placeIn, type RawSource } from './raw.ts'
import { sourceLabelProblem } from './source-labels.ts'
import type { PlacedSource } from './units.ts'

/** Key of the profile of logs that no source names. */
export const PLAIN = ''

export function plainProfile(mapping: MappingSpec): Profile {
  return { key: PLAIN, unit: '', use: [], labels: [], only: undefined, mapping }
}

/** `mapping`: of the source's unit; `metrics`: those of all files. */
export function profileOf(source: PlacedSource, mapping: MappingSpec, metrics: readonly MetricSpec[], report: Report): Profile {
  const { raw, unit } = source
  const only = raw.only?.toSorted()
  checkOnly(source, metrics, report)
  const labels = labelsOf(source, report)
  const key = keyOf(raw, unit.key)
  if (key === PLAIN) return plainProfile(mapping)
  const input = inputSpec(unit.files, { input: raw.input ?? {}, place: placeOf(source, ['input']) })
  const touched = only === undefined ? mapping.metrics : mapping.metrics.filter(({ name }) => only.includes(name))
  const labelled = touched.map((metric) => ({
    ...metric,
    rules: metric.rules.map((rule) => withLabels(rule, labels, metric.name, report)),
  }))
  return { key, unit: unit.key, use: unit.use, labels, only, mapping: { ...mapping, input, metrics: labelled } }
}

/** What wraps the lines and how they are written belongs to how a source reads them. */
function keyOf({ labels = {}, only, input = {} }: RawSource, unit: string): string {
  const { event_name, event_time, time_zone } = input
  const own = [
    Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    only?.toSorted(),
    { event_name, event_time, time_zone },
  ]
  const key = JSON.stringify([unit, ...own])
  return key === JSON.stringify(['', [], undefined, {}]) ? PLAIN : key
}

function placeOf({ file, index }: PlacedSource, path: NodePath) {
  return placeIn(file, ['sources', index, ...path])
}

function checkOnly(source: PlacedSource, metrics: readonly MetricSpec[], report: Report): void {
  const known = metrics.map(({ name }) => name)
  for (const [i, name] of (source.raw.only ?? []).entries()) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    report({
      severity: 'error',
      code: 'unknown-name',
      message: `no metric of this mapping is called "${name}"`,
      place: placeOf(source, ['only', i]),
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    })
  }
}

function labelsOf(source: PlacedSource, report: Report): Profile['labels'] {
  return Object.entries(source.raw.labels ?? {}).flatMap(([name, spec]) => {
    const place = placeOf(source, ['labels', name])
    const problem = sourceLabelProblem(spec)
    if (problem === undefined) return [{ name, spec: spec as ValueSpec, place }]
    report({ severity: 'error', code: 'bad-value', ...problem, place })
    return []
  })
}

function withLabels(rule: RuleSpec, labels: Profile['labels'], metric: string, report: Report): RuleSpec {
  if (labels.length === 0) return rule
  const clash = labels.find(({ name }) => name === rule.split?.label)
  if (clash !== undefined)
    report({
      severity: 'error',
      code: 'conflict',
      message: `label "${clash.name}" is given by this source and by split of ${metric}`,
      place: { ...clash.place, part: 'key' },
      notes: [{ message: 'the rule that splits by it', place: rule.place }],
      hint: 'give the label of the source another name',
    })
  return { ...rule, labels: [...rule.labels.filter(({ name }) => labels.every((own) => own.name !== name)), ...labels] }
}
