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

/** What wraps the lines and how they are written is no business of the mapping: it belongs to how a source reads them. */
const OF_THE_MAPPING = ['event_name', 'event_time', 'time_zone'] as const

/** Rules of all profiles together: each is compiled for each. */
const MAX_RULES = 10_000

export class Profiles {
  readonly #byKey: Map<string, Profile>
  /** Those of all files, with the rules of all. */
  readonly #metrics: readonly MetricSpec[]
  readonly #report: Report
  #ruleCount = 0

  /** `plain`: what is in force where no source says anything else. */
  constructor(plain: MappingSpec, metrics: readonly MetricSpec[], report: Report) {
    this.#metrics = metrics
    this.#report = report
    const profile = { key: PLAIN, unit: '', use: [], labels: [], only: undefined, ownInput: [], mapping: plain }
    this.#byKey = new Map([[PLAIN, profile]])
  }

  get all(): ReadonlyMap<string, Profile> {
    return this.#byKey
  }

  /** Key of the profile of a source; `mapping`: of its unit. */
  keyFor(source: PlacedSource, mapping: MappingSpec): string {
    const key = keyOf(source.raw, source.unit.key)
    checkOnly(source, this.#metrics, this.#report)
    const labels = labelsOf(source, this.#report)
    if (this.#byKey.has(key)) return key
    const profile = profileOf(key, source, labels, mapping)
    this.#ruleCount += profile.mapping.metrics.reduce((sum, { rules }) => sum + rules.length, 0)
    if (this.#ruleCount > MAX_RULES) return this.#refuse(source)
    this.#byKey.set(key, profile)
    return key
  }

  #refuse(source: PlacedSource): string {
    this.#report({
      severity: 'error',
      code: 'bad-value',
      message: `the sources up to this one have ${this.#byKey.size} mappings of their own, with more than ${MAX_RULES} rules together`,
      place: placeOf(source, []),
      hint: 'sources with the same use, labels, only and input share one: tell logs apart with $path or $source in the labels of a metric',
    })
    return PLAIN
  }
}

function profileOf(key: string, source: PlacedSource, labels: Profile['labels'], mapping: MappingSpec): Profile {
  const { raw, unit } = source
  const input = inputSpec(unit.files, { input: raw.input ?? {}, place: placeOf(source, ['input']) })
  const touched = raw.only === undefined ? mapping.metrics : mapping.metrics.filter(({ name }) => raw.only!.includes(name))
  const metrics = touched.map((metric) => ({ ...metric, rules: metric.rules.map((rule) => withLabels(rule, labels)) }))
  return {
    key,
    unit: unit.key,
    use: unit.use,
    labels,
    only: raw.only?.toSorted(),
    ownInput: OF_THE_MAPPING.filter((name) => raw.input?.[name] !== undefined),
    mapping: { ...mapping, input, metrics },
  }
}

function keyOf({ labels = {}, only, input = {} }: RawSource, unit: string): string {
  const own = OF_THE_MAPPING.map((key) => input[key])
  const isPlain =
    unit === '' && Object.keys(labels).length === 0 && only === undefined && own.every((value) => value === undefined)
  if (isPlain) return PLAIN
  return JSON.stringify([unit, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)), only?.toSorted(), own])
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

function withLabels(rule: RuleSpec, labels: Profile['labels']): RuleSpec {
  if (labels.length === 0) return rule
  return { ...rule, labels: [...rule.labels.filter(({ name }) => labels.every((own) => own.name !== name)), ...labels] }
}
