/** The loaded mapping → what each of its metrics tells whoever looks at a graph or is woken by it. Nothing of it is in PromQL, Grafana's or Prometheus' form yet. */
import type { Config } from '../config/config.ts'
import { type BaseUnit, unitInName, unitMade } from '../config/lint/value-units.ts'
import type { DeriveSpec, MetricSpec, MetricType, RuleSpec } from '../mapping/spec.ts'
import { isLong } from '../select/path-words.ts'
import { type LabelFacts, labelsOf, type Outcome, outcomeOf } from './labels.ts'
import { sharedWordCount, wordsOf } from './names.ts'

export type Unit = BaseUnit | 'tokens' | 'none'

/**
 * events: a counter of things that happened. amount: a counter of seconds, bytes, tokens, dollars. distribution: a histogram. quantiles: a
 * summary. in_flight: a gauge of what has begun and not ended. silent: a gauge of keys that nothing was heard of. moment: a gauge of a time.
 * level: any other gauge. info: 1, with labels that say something.
 */
export type Telling = 'events' | 'amount' | 'distribution' | 'quantiles' | 'in_flight' | 'silent' | 'moment' | 'level' | 'info'

/** How series of several exporters, or of labels that are left out, become one. */
export type Merging = 'sum' | 'max' | 'min' | 'avg'

export interface FamilyFacts {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly tells: Telling
  readonly unit: Unit
  readonly labels: readonly LabelFacts[]
  /** Of counters. */
  readonly outcome: Outcome | undefined
  /** A counter of what must never happen: violations, injections, loops. */
  readonly isAlarming: boolean
  readonly merging: Merging
  readonly buckets: readonly number[]
  readonly quantiles: readonly number[]
  /** Of `in_flight`: after so long it is not shown any more; undefined: never, or not known. */
  readonly timeoutSeconds: number | undefined
  /** Of `in_flight`: a counter or histogram of what ended. */
  readonly endedIn: string | undefined
  /** Dollars by a price table, which may lack a model. */
  readonly isPriced: boolean
}

export interface Model {
  readonly families: readonly FamilyFacts[]
  /** Words that all names begin with. */
  readonly sharedWordCount: number
}

const ALARMS = ['violation', 'violations', 'injection', 'injections', 'loop', 'loops']
/** After such a word: an agent's loop that goes round as it is to, a look for injections that found none. */
const ORDINARY =
  /^(?:iterations?|rounds?|steps?|turns?|checks?|checked|scans?|scanned|lags?|delays?|starts?|started|ends?|ended|completed|completions?)$/
/** Open for hours without anything being wrong. */
const LASTING = /(?:^|_)(?:connections?|sessions?|clients?|users?)(?:_|$)/
const IN_FLIGHT = /(?:^|_)(?:in_?flight|in_?progress|running|pending)(?:_|$)/

export function modelOf(config: Config): Model {
  const mappings = [config, ...[...config.profiles.values()].map(({ mapping }) => mapping)]
  const items = new Map(mappings.flatMap(({ derive = [] }) => derive.map((item) => [item.name, item] as const)))
  const ruled = config.metrics.map((metric) => ({ metric, rules: rulesOf(metric, mappings) }))
  const families = ruled.map(({ metric, rules }) => factsOf(metric, rules, items, ruled))
  return { families, sharedWordCount: sharedWordCount(families.map(({ name }) => name)) }
}

interface Ruled {
  readonly metric: MetricSpec
  readonly rules: readonly RuleSpec[]
}

/** Sources may add labels to the rules of the mapping: both count. */
function rulesOf({ name }: MetricSpec, mappings: readonly { readonly metrics: readonly MetricSpec[] }[]): RuleSpec[] {
  const all = mappings.flatMap(({ metrics }) => metrics.find((metric) => metric.name === name)?.rules ?? [])
  return [...new Set(all)]
}

function factsOf(
  metric: MetricSpec,
  rules: readonly RuleSpec[],
  items: ReadonlyMap<string, DeriveSpec>,
  all: readonly Ruled[],
): FamilyFacts {
  const { name, type, help, buckets, quantiles } = metric
  const labels = labelsOf(rules)
  const unit = unitOf(name, rules)
  const tells = tellingOf(metric, rules, unit, items)
  const item = items.get(rules.find(({ open }) => open !== undefined)?.open?.spec ?? '')
  const isCounter = type === 'counter'
  return {
    ...{ name, type, help, labels, buckets, quantiles, tells },
    unit: tells === 'events' ? 'none' : unit,
    outcome: tells === 'events' ? outcomeOf(labels) : undefined,
    isAlarming: isCounter && isAlarm(name, rules),
    merging: mergingOf(metric, rules, unit),
    timeoutSeconds: item?.timeoutNs === undefined ? undefined : Number(item.timeoutNs) / 1e9,
    endedIn: tells === 'in_flight' && item !== undefined ? countOfEnds(item.name, all) : undefined,
    isPriced: rules.some((rule) => valuesOf(rule).some((spec) => isLong(spec) && spec.price !== undefined)),
  }
}

function tellingOf(
  { name, type }: MetricSpec,
  rules: readonly RuleSpec[],
  unit: Unit,
  items: ReadonlyMap<string, DeriveSpec>,
): Telling {
  if (type === 'info') return 'info'
  if (type === 'histogram') return 'distribution'
  if (type === 'summary') return 'quantiles'
  const isOfEvents = rules.every(({ value, split }) => value === undefined && split === undefined)
  if (type === 'counter') return isOfEvents || unit === 'none' || unit === 'ratio' ? 'events' : 'amount'
  const open = rules.find((rule) => rule.open !== undefined)?.open
  if (open?.op === 'count') {
    const kind = items.get(open.spec)?.kind
    if (kind === 'silence') return 'silent'
    if (kind === 'pair' && !LASTING.test(name)) return 'in_flight'
  }
  if (isMoment(name, rules)) return 'moment'
  return open === undefined && IN_FLIGHT.test(name) ? 'in_flight' : 'level'
}

function isMoment(name: string, rules: readonly RuleSpec[]): boolean {
  return /_timestamp(_seconds)?$/.test(name) || (rules.length > 0 && rules.every(({ value }) => value?.spec === '$time'))
}

function unitOf(name: string, rules: readonly RuleSpec[]): Unit {
  if (/(?:^|_)tokens?(?:_|$)/.test(name) && !/(?:^|_)seconds(?:_|$)/.test(name)) return 'tokens'
  const named = unitInName(name)
  if (named !== undefined) return named
  const made = rules.flatMap((rule) => {
    if (rule.derived !== undefined && rule.value?.spec === 'duration') return ['seconds' as const]
    return valuesOf(rule).flatMap((spec) => unitMade(spec) ?? [])
  })
  return made.length > 0 && new Set(made).size === 1 ? made[0]! : 'none'
}

function valuesOf({ value, split }: RuleSpec) {
  return [...(value === undefined ? [] : [value.spec]), ...(split?.entries ?? []).map(({ spec }) => spec)]
}

/** By its name, or because nothing but such events is counted. */
function isAlarm(name: string, rules: readonly RuleSpec[]): boolean {
  const says = (text: string): boolean =>
    wordsOf(text).some((word, i, words) => ALARMS.includes(word) && !ORDINARY.test(words[i + 1] ?? ''))
  if (says(name)) return true
  const events = rules.flatMap(({ events: of, derived }) => (derived === undefined ? (of ?? ['']) : [derived.spec]))
  return events.length > 0 && events.every(says)
}

function mergingOf({ name, window }: MetricSpec, rules: readonly RuleSpec[], unit: Unit): Merging {
  const [rule] = rules
  const op = window?.op ?? rule?.open?.op ?? rule?.op
  if (op === 'max' || op === 'min') return op
  if (op === 'mean') return 'avg'
  if (op === 'distinct') return 'max'
  if (op !== undefined && op !== 'set') return 'sum'
  if (/_up$/.test(name)) return 'min'
  return unit === 'none' || unit === 'bytes' || unit === 'tokens' ? 'sum' : 'max'
}

/** The sample that rises whenever something of the item ends. */
function countOfEnds(item: string, all: readonly Ruled[]): string | undefined {
  const isOfItem = ({ rules }: Ruled): boolean => rules.some(({ derived }) => derived?.spec === item)
  const plain = all.find(
    (one) => one.metric.type === 'counter' && one.rules.every(({ value }) => value === undefined) && isOfItem(one),
  )
  if (plain !== undefined) return plain.metric.name
  const histogram = all.find((one) => one.metric.type === 'histogram' && isOfItem(one))
  return histogram && `${histogram.metric.name}_bucket`
}
