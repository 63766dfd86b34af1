/**
 * The files of a mapping, in order, → one `Config`: defaults applied, metrics of one name joined, every part with its place, and what of it
 * is in force for each source.
 */
import type { Place, Report } from '../diag/diagnostic.ts'
import type { GaugeOp, MetricSpec, OpenOp, RuleSpec } from '../mapping/spec.ts'
import type { ValueSpec } from '../select/spec.ts'
import { bucketBounds } from './buckets.ts'
import type { Config, Limits, SourceSpec } from './config.ts'
import { marksOf } from './merge-marks.ts'
import { checkSourceNames, sourceSpecs } from './merge-sources.ts'
import { takesSpec } from './merge-takes.ts'
import { durationNs, windowOf } from './merge-windows.ts'
import { PLAIN, Profiles } from './profiles.ts'
import { listOf, type MappingFile, placeIn, type RawMetric, type RawRule, rulesOf } from './raw.ts'
import { unitMappings } from './unit-mappings.ts'
import type { Unit, Units } from './units.ts'

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
type NodePath = readonly (string | number)[]

export function mergeUnits({ plain, sources, files }: Units, report: Report): Config {
  const metrics = mergeMetrics(files, report)
  const mappings = unitMappings(new Set([plain, ...sources.map(({ unit }) => unit)]), metrics, report)
  const profiles = new Profiles(mappings.get(plain)!, metrics, report)
  checkSourceNames(sources, report)
  const specs = sourceSpecs(sources.map(({ raw }) => raw)).map((spec, i): SourceSpec => {
    const source = sources[i]!
    const profile = profiles.keyFor(source, mappings.get(source.unit)!)
    return profile === PLAIN ? spec : { ...spec, ...inputOf(spec, source.unit), profile }
  })
  return {
    ...mappings.get(plain)!,
    metrics,
    sources: specs,
    units: new Map([...mappings].map(([{ key }, mapping]) => [key, mapping])),
    profiles: profiles.all,
    envelope: readAs('envelope', plain.files),
    format: readAs('format', plain.files),
    mask: files.flatMap(({ file, raw }) => (raw.mask ?? []).map((spec, i) => ({ spec, place: placeIn(file, ['mask', i]) }))),
    limits: limitsOf(files),
  }
}

/** How a source reads, as it or the files of its unit say. */
function inputOf({ envelope, format }: SourceSpec, { key, files }: Unit): Pick<SourceSpec, 'envelope' | 'format'> {
  return key === PLAIN ? {} : { envelope: envelope ?? readAs('envelope', files), format: format ?? readAs('format', files) }
}

function readAs<Key extends 'envelope' | 'format'>(key: Key, files: readonly MappingFile[]): Config[Key] {
  const last = files.findLast(({ raw }) => raw.input?.[key] !== undefined)
  return (last?.raw.input?.[key] ?? 'auto') as Config[Key]
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

interface Definition {
  readonly raw: RawMetric
  readonly owner: MappingFile
  readonly path: NodePath
}

/** A metric named in several places is one metric with all their rules. */
function mergeMetrics(files: readonly MappingFile[], report: Report): MetricSpec[] {
  const byName = new Map<string, Definition[]>()
  for (const owner of files) {
    for (const [i, raw] of (owner.raw.metrics ?? []).entries()) {
      if (owner.without.includes(raw.name)) continue
      byName.set(raw.name, [...(byName.get(raw.name) ?? []), { raw, owner, path: ['metrics', i] }])
    }
  }
  return [...byName.values()].map((definitions) => metricSpec(definitions, report))
}

/** What is written wins over defaults; of two written the later file wins, but types and buckets must be equal. */
function metricSpec(definitions: readonly Definition[], report: Report): MetricSpec {
  const [first] = definitions as readonly [Definition, ...Definition[]]
  const last = <T>(read: (definition: Definition) => T | undefined): T | undefined =>
    definitions.map(read).findLast((value) => value !== undefined)
  for (const second of definitions.slice(1)) reportUnequal(first, second, report)
  for (const key of ['quantiles', 'one_per'] as const) reportUnequalLists(key, definitions, report)
  const quantiles = last(({ raw }) => raw.quantiles) ?? [0.5, 0.9, 0.99]
  return {
    name: first.raw.name,
    type: first.raw.type,
    help: last(({ raw }) => raw.help) ?? generatedHelp(definitions.map(({ raw }) => raw)),
    place: placeIn(first.owner.file, [...first.path, 'name']),
    maxSeries: last(({ raw }) => raw.max_series) ?? last(({ owner }) => owner.raw.defaults?.max_series) ?? DEFAULT_MAX_SERIES,
    buckets: boundsOf(first),
    quantiles: first.raw.type === 'summary' ? [...quantiles].sort((a, b) => a - b) : [],
    onePer: last(({ raw }) => raw.one_per),
    maxStep: last(({ raw }) => raw.max_step),
    window: windowOf(definitions.flatMap(placedRules), report),
    expireNs: durationNs(last(({ raw }) => raw.expire) ?? last(({ owner }) => owner.raw.defaults?.expire) ?? '0s'),
    rules: definitions.flatMap(({ raw, owner, path }) =>
      rulesOf(raw, path).map(({ rule, path: at }) =>
        ruleSpec(rule, raw, owner.file, at, { metricPath: path, defaults: owner.raw.defaults?.labels ?? {} }),
      ),
    ),
  }
}

function placedRules({ raw, owner, path }: Definition) {
  return rulesOf(raw, path).map(({ rule, path: at }) => ({ rule, metric: raw, place: placeIn(owner.file, at) }))
}

function boundsOf({ raw, owner }: Definition): readonly number[] {
  if (raw.type !== 'histogram') return []
  const given = [raw.buckets, owner.raw.defaults?.buckets].find(
    (buckets) => buckets !== undefined && JSON.stringify(buckets) !== '{}',
  )
  return bucketBounds(given ?? 'seconds') ?? []
}

function reportUnequal(first: Definition, second: Definition, report: Report): void {
  const differ = (what: 'type' | 'buckets', a: unknown, b: unknown): void => {
    if (JSON.stringify(a) === JSON.stringify(b)) return
    report({
      severity: 'error',
      code: 'conflict',
      message: `${first.raw.name} is defined twice with unequal ${what === 'type' ? 'types' : what}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`,
      place: placeIn(second.owner.file, [...second.path, what]),
      notes: [{ message: 'first defined here', place: placeIn(first.owner.file, [...first.path, 'name']) }],
      hint: `give one of them another name, or leave one out with include: { file, without }${presetHint(first, second)}`,
    })
  }
  differ('type', first.raw.type, second.raw.type)
  if (first.raw.type === second.raw.type) differ('buckets', boundsOf(first), boundsOf(second))
}

/** Presets are nobody's to rename. */
function presetHint(...definitions: readonly Definition[]): string {
  const isOfPresets = definitions.every(({ owner }) => owner.file.startsWith('preset:'))
  return isOfPresets ? '; or serve each under its own path: --preset NAME=/path' : ''
}

/** Lists whose order means nothing, of those definitions that give one. */
function reportUnequalLists(key: 'quantiles' | 'one_per', definitions: readonly Definition[], report: Report): void {
  const [first, ...others] = definitions.filter(({ raw }) => raw[key] !== undefined)
  const textOf = ({ raw }: Definition): string => [...new Set<string | number>(raw[key])].map(String).sort().join(', ')
  for (const second of others) {
    if (textOf(second) === textOf(first!)) continue
    report({
      severity: 'error',
      code: 'conflict',
      message: `${first!.raw.name} is defined twice with unequal ${key}: [${textOf(first!)}] and [${textOf(second)}]`,
      place: placeIn(second.owner.file, [...second.path, key]),
      notes: [{ message: 'first given here', place: placeIn(first!.owner.file, [...first!.path, key]) }],
      hint: 'give them in one place only',
    })
  }
}

/** HELP that leads back to the log when the mapping says nothing. */
function generatedHelp(raws: readonly RawMetric[]): string {
  const events = [
    ...new Set(raws.flatMap((raw) => [...listOf(raw.event), ...(raw.rules ?? []).flatMap((rule) => listOf(rule.event))])),
  ]
  const from =
    events.length === 0 ? 'all events' : `events ${events.slice(0, 5).join(', ')}${events.length > 5 ? ' and others' : ''}`
  return `From ${from} of the log.`
}

/** With a window the metric says what is made of the values. */
function gaugeOp(op: RawRule['op'] = 'set'): GaugeOp {
  return op === 'add' || op === 'max' || op === 'min' ? op : 'set'
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
    ...marksOf(rule, file, path),
    ...opOf(rule.op ?? metric.op, rule.open, placeIn(file, [...path, 'open'])),
    exemplar: Object.entries(rule.exemplar ?? {}).map(([name, spec]) => ({
      name,
      spec,
      place: placeIn(file, [...path, 'exemplar', name]),
    })),
  }
}

/** A gauge of what is open counts it unless it says otherwise. */
function opOf(op: RawRule['op'], open: string | undefined, place: Place): Pick<RuleSpec, 'op' | 'open'> {
  if (open === undefined) return { op: gaugeOp(op) }
  return { op: 'set', open: { spec: open, place, op: (op ?? 'count') as OpenOp } }
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
