/** The files of a mapping, in order, → one `Config`: defaults applied, metrics of one name joined, every part with its place. */
import type { Place, Report } from '../diag/diagnostic.ts'
import type { InputSpec, MetricSpec, Placed, RuleSpec, TakesSpec } from '../mapping/spec.ts'
import type { ValueSpec } from '../select/spec.ts'
import { bucketBounds } from './buckets.ts'
import type { Config, Limits, SourceSpec } from './config.ts'
import { listOf, type MappingFile, placeIn, type RawMetric, type RawRule, type RawSource, type RawTakes, rulesOf } from './raw.ts'

const DEFAULT_MAX_SERIES = 2000
const DEFAULT_LIMITS: Limits = {
  series: 20_000,
  keys: 200_000,
  lineBytes: 8 * 1024 * 1024,
  lineValues: 100_000,
  lineDepth: 256,
  labelLength: 128,
}
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  KiB: 1024,
  MB: 1e6,
  MiB: 1024 ** 2,
  GB: 1e9,
  GiB: 1024 ** 3,
}
const DEFAULT_NAME: ValueSpec = { path: ['event', 'type', 'event_type'] }
const DEFAULT_TIME: ValueSpec = { path: ['timestamp', 'ts', 'time', '@timestamp'] }

type NodePath = readonly (string | number)[]

/** `sources` are those that count, each with the file it stands in. */
export function mergeFiles(
  files: readonly MappingFile[],
  sources: readonly { file: string; raw: RawSource; index: number }[],
  report: Report,
): Config {
  return {
    sources: sources.map(({ raw, index }) => sourceSpec(raw, index)),
    input: inputSpec(files),
    drop: files.flatMap(({ file, raw }) => (raw.drop ?? []).map((takes, i) => takesSpec(takes, file, ['drop', i]))),
    metrics: mergeMetrics(files, report),
    limits: limitsOf(files),
  }
}

function sourceSpec(raw: RawSource, index: number): SourceSpec {
  const suffix = index === 0 ? '' : `-${index + 1}`
  if (raw.file === undefined) return { kind: 'stdin', name: raw.name ?? `stdin${suffix}` }
  const { paths, exclude = [], history = 'count', fields } = raw.file
  return { kind: 'file', name: raw.name ?? `files${suffix}`, paths, exclude, history, fields }
}

function inputSpec(files: readonly MappingFile[]): InputSpec {
  const last = (key: 'event_name' | 'event_time', fallback: ValueSpec): Placed<ValueSpec> => {
    const owner = files.findLast(({ raw }) => raw.input?.[key] !== undefined)
    const spec = owner?.raw.input?.[key] ?? fallback
    return {
      spec: Array.isArray(spec) ? { path: spec as readonly string[] } : (spec as ValueSpec),
      place: placeIn(owner?.file ?? '', ['input', key]),
    }
  }
  const timeZone = files.findLast(({ raw }) => raw.input?.time_zone !== undefined)?.raw.input?.time_zone ?? 'UTC'
  return { eventName: last('event_name', DEFAULT_NAME), eventTime: last('event_time', DEFAULT_TIME), timeZone }
}

function limitsOf(files: readonly MappingFile[]): Limits {
  const merged = Object.assign({}, ...files.map(({ raw }) => raw.limits ?? {})) as Record<string, number | string>
  const given = (key: string, fallback: number): number => bytesOf(merged[key]) ?? fallback
  return {
    series: given('series', DEFAULT_LIMITS.series),
    keys: given('keys', DEFAULT_LIMITS.keys),
    lineBytes: given('line_bytes', DEFAULT_LIMITS.lineBytes),
    lineValues: given('line_values', DEFAULT_LIMITS.lineValues),
    lineDepth: given('line_depth', DEFAULT_LIMITS.lineDepth),
    labelLength: given('label_length', DEFAULT_LIMITS.labelLength),
  }
}

function bytesOf(size: number | string | undefined): number | undefined {
  if (typeof size !== 'string') return size
  const [, digits, unit] = /^(\d+)(\w+)$/.exec(size)!
  return Number(digits) * SIZE_UNITS[unit!]!
}

/** A metric named in several places is one metric with all their rules. */
function mergeMetrics(files: readonly MappingFile[], report: Report): MetricSpec[] {
  const byName = new Map<string, MetricSpec>()
  for (const file of files) {
    for (const [i, raw] of (file.raw.metrics ?? []).entries()) {
      if (file.without.includes(raw.name)) continue
      const metric = metricSpec(raw, file, ['metrics', i])
      const known = byName.get(raw.name)
      byName.set(raw.name, known === undefined ? metric : join(known, metric, report))
    }
  }
  return [...byName.values()]
}

function join(first: MetricSpec, second: MetricSpec, report: Report): MetricSpec {
  const differ = (what: string, a: unknown, b: unknown, key: string): void => {
    if (JSON.stringify(a) === JSON.stringify(b)) return
    const place: Place = { ...second.place, path: [...(second.place.path ?? []), key] }
    const message = `${first.name} is defined twice with unequal ${what}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`
    report({
      severity: 'error',
      code: 'conflict',
      message,
      place,
      notes: [{ message: 'first defined here', place: first.place }],
      hint: 'give one of them another name, or leave one out with include: { file, without }',
    })
  }
  differ('types', first.type, second.type, 'type')
  differ('buckets', first.buckets, second.buckets, 'buckets')
  return {
    ...first,
    onePer: first.onePer ?? second.onePer,
    maxSeries: second.maxSeries === DEFAULT_MAX_SERIES ? first.maxSeries : second.maxSeries,
    rules: [...first.rules, ...second.rules],
  }
}

function metricSpec(raw: RawMetric, { file, raw: mapping }: MappingFile, path: NodePath): MetricSpec {
  const defaults = mapping.defaults ?? {}
  const buckets = raw.type === 'histogram' ? (bucketBounds(raw.buckets ?? defaults.buckets ?? 'seconds') ?? []) : []
  return {
    name: raw.name,
    type: raw.type,
    help: raw.help ?? generatedHelp(raw),
    place: placeIn(file, [...path, 'name']),
    maxSeries: raw.max_series ?? defaults.max_series ?? DEFAULT_MAX_SERIES,
    buckets,
    quantiles: raw.type === 'summary' ? [...(raw.quantiles ?? [0.5, 0.9, 0.99])].sort((a, b) => a - b) : [],
    onePer: raw.one_per,
    rules: rulesOf(raw, path).map(({ rule, path: at }) =>
      ruleSpec(rule, raw, file, at, { metricPath: path, defaults: defaults.labels ?? {} }),
    ),
  }
}

/** HELP that leads back to the log when the mapping says nothing. */
function generatedHelp(raw: RawMetric): string {
  const events = [...new Set([...listOf(raw.event), ...(raw.rules ?? []).flatMap((rule) => listOf(rule.event))])]
  const from =
    events.length === 0 ? 'all events' : `events ${events.slice(0, 5).join(', ')}${events.length > 5 ? ' and others' : ''}`
  return `From ${from} of the log.`
}

type Labels = Readonly<Record<string, ValueSpec | null>>

function ruleSpec(
  rule: RawRule,
  metric: RawMetric,
  file: string,
  path: NodePath,
  above: { metricPath: NodePath; defaults: Labels },
): RuleSpec {
  const [split] = Object.entries(rule.split ?? {})
  return {
    ...takesSpec(rule, file, path),
    labels: labelsOf(rule, metric, file, path, above),
    value: rule.value === undefined ? undefined : { spec: rule.value, place: placeIn(file, [...path, 'value']) },
    split: split && {
      label: split[0],
      entries: Object.entries(split[1]).map(([text, spec]) => ({
        text,
        spec,
        place: placeIn(file, [...path, 'split', split[0], text]),
      })),
    },
    op: rule.op ?? metric.op ?? 'set',
  }
}

/** Default labels, the metric's, the rule's: the nearer wins, null takes one off. */
function labelsOf(
  rule: RawRule,
  metric: RawMetric,
  file: string,
  path: NodePath,
  above: { metricPath: NodePath; defaults: Labels },
): RuleSpec['labels'] {
  const found = new Map<string, { spec: ValueSpec | null; place: Place }>()
  const take = (labels: Labels | undefined, at: NodePath): void => {
    for (const [name, spec] of Object.entries(labels ?? {})) found.set(name, { spec, place: placeIn(file, [...at, name]) })
  }
  take(above.defaults, ['defaults', 'labels'])
  take(metric.labels, [...above.metricPath, 'labels'])
  take(rule.labels, [...path, 'labels'])
  return [...found].flatMap(([name, { spec, place }]) => (spec === null ? [] : [{ name, spec, place }]))
}

function takesSpec(takes: RawTakes, file: string, path: NodePath): TakesSpec {
  return {
    place: placeIn(file, path),
    events: takes.event === undefined ? undefined : listOf(takes.event),
    each: Object.entries(takes.each ?? {}).map(([name, spec]) => ({ name, spec, place: placeIn(file, [...path, 'each', name]) })),
    where: takes.where && { spec: takes.where, place: placeIn(file, [...path, 'where']) },
  }
}
