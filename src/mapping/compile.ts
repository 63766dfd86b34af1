/**
 * The user's metrics, of checked shape → families, and a compiled mapping per profile: the rules that the logs of some sources go
 * through. Problems only compiling finds are reported; it goes on after each.
 */
import { Clocks } from '../clock/clocks.ts'
import { freshKeys, type OpenKeys } from '../derive/open-keys.ts'
import type { Report } from '../diag/diagnostic.ts'
import { SEED_WORDS } from '../marks/key-hash.ts'
import { Marks } from '../marks/marks.ts'
import type { Family } from '../registry/family.ts'
import type { Registry } from '../registry/registry.ts'
import type { CleanLabel } from '../select/label-text.ts'
import { SlotTable } from '../select/slots.ts'
import { compileValue } from '../select/value.ts'
import { definitionOf } from './definition.ts'
import { Derivation } from './derivation.ts'
import { compileItem } from './derived-item.ts'
import { fieldsOf, openFieldsOf } from './item-fields.ts'
import { ownerOf } from './item-identity.ts'
import { withCarriedCaps } from './label-caps.ts'
import { Mapping, type Reads } from './mapping.ts'
import { MetricMarks } from './metric-marks.ts'
import { defineRemembered, keptNames, RememberRule } from './remembering.ts'
import { type CountSkip, type CountUnpriced, Rule, type UpdateWatch } from './rule.ts'
import type { DeriveSpec, MappingSpec, MetricSpec, Placed, RuleSpec } from './spec.ts'
import { Takes } from './takes.ts'

/** By name of the metric. */
export type Families = ReadonlyMap<string, Family>

export interface CompileOptions {
  readonly registry: Registry
  /** What the rules count into; missing: families are defined from the mapping's own metrics. */
  readonly families?: Families
  /** The files whose sources share what is kept between events (`Profile.unit`): names of what is kept begin with it. Default ''. */
  readonly unit?: string
  /** Numbers the event names of all mappings that are in force together. */
  readonly nameIndices?: Map<string, number>
  readonly countSkip: CountSkip
  readonly countUnpriced?: CountUnpriced | undefined
  /** Who sees each update; see `UpdateWatch`. */
  readonly watch?: UpdateWatch | undefined
  readonly report: Report
  /** Of the logs that the mapping reads; default: its own. */
  readonly clocks?: Clocks | undefined
  /** Of all mappings that are in force together; default: its own. */
  readonly marks?: Marks | undefined
  /** What is remembered and derived; default: a fresh table. */
  readonly keys?: OpenKeys | undefined
  /** What becomes of a text that is kept. */
  readonly cleanLabel?: CleanLabel
}

/** Of a mapping that is compiled for its problems, or to be told of. */
const FEW_KEYS = 1000

/** Compiles all metrics into `registry`. Series of closed label sets stand at 0 afterwards. */
export function compileMapping(spec: MappingSpec, options: CompileOptions): Mapping {
  const { report, clocks = new Clocks(), nameIndices = new Map(), unit = '' } = options
  const { marks = new Marks({ limit: FEW_KEYS, seed: new Int32Array(SEED_WORDS) }) } = options
  const { families = defineFamilies(spec.metrics, [spec], options.registry) } = options
  const slots = new SlotTable()
  const derivedSlots = new SlotTable()
  derivedSlots.kept = undefined
  const read = <T>(compile: () => T): Reads<T> => reads(slots, compile)
  const value = ({ spec: text, place }: Placed<Parameters<typeof compileValue>[0]>) =>
    read(() => compileValue(text, { slots, bindings: new Map(), place, report }))
  const state = compileState(spec, { ...options, marks, slots, derivedSlots })
  const rules = spec.metrics.flatMap((metric) => {
    const family = families.get(metric.name)!
    const ofMetric = new MetricMarks(metric, { marks, unit, definition: family.spec.definition })
    return metric.rules.map((rule) => {
      const item = rule.derived ?? rule.open
      const ofRule = item === undefined ? slots : derivedSlots
      const { maxStep } = metric
      derivedSlots.fields = fieldsTaken(rule, spec.derive ?? [])
      const countSkip = rule.open === undefined ? options.countSkip : refusals(options.countSkip, family)
      const context = { ...options, countSkip, slots: ofRule, priceFiles: spec.priceFiles ?? new Map(), maxStep, marks: ofMetric }
      return {
        ...reads(ofRule, () => new Rule(withCarriedCaps(rule, spec.derive ?? []), family, context)),
        item: item?.spec,
        isOpen: rule.open !== undefined,
      }
    })
  })
  const derivation =
    state &&
    new Derivation({
      ...state,
      rules: rules.flatMap(({ rule, paths, item, isOpen }) => (item === undefined || isOpen ? [] : [{ rule, paths, item }])),
      gauges: rules.flatMap(({ rule, paths, item, isOpen }) => (item === undefined || !isOpen ? [] : [{ rule, paths, item }])),
      slotCount: derivedSlots.slotCount,
      watch: options.watch,
    })
  // Whoever shares the keys among several mappings knows whose are whose.
  if (options.keys === undefined && state !== undefined) {
    state.keys.consumerOf = () => derivation
    options.registry.showOpen = () => state.keys.show()
  }
  const mapping = new Mapping({
    name: value(spec.input.eventName),
    time: value(spec.input.eventTime),
    timeZone: spec.input.timeZone,
    drop: spec.drop.map((takes) => read(() => new Takes(takes, slots, report))),
    remember: state?.remember ?? [],
    items: state?.items ?? [],
    derivation,
    owners: state?.owners ?? [],
    rules: rules.filter(({ item }) => item === undefined),
    allRules: rules.map(({ rule }) => rule),
    slotCount: slots.slotCount,
    readsBeyondAscii: slots.readsBeyondAscii,
    nameIndices,
    clocks,
    needsClock: (spec.derive ?? []).length > 0 || spec.metrics.some(needsClock),
  })
  for (const { rule } of rules) rule.birthAtLoad()
  return mapping
}

/** Of what is open only series that find no room are told, and not each time numbers are read. */
function refusals(countSkip: CountSkip, family: Family): CountSkip {
  return (metric, reason) => {
    if (reason === 'series_limit' && family.shown?.isBeingMade === false) countSkip(metric, reason)
  }
}

/** What a rule on something derived may read. */
function fieldsTaken({ derived, open }: Pick<RuleSpec, 'derived' | 'open'>, items: readonly DeriveSpec[]): SlotTable['fields'] {
  const item = items.find(({ name }) => name === (derived ?? open)?.spec)
  if (item === undefined) return undefined
  const of = `${open === undefined ? 'an event of' : 'what is open of'} the ${item.kind} "${item.name}"`
  return { of, names: open === undefined ? fieldsOf(item) : openFieldsOf(item) }
}

interface StateContext {
  readonly marks: Marks
  readonly slots: SlotTable
  readonly derivedSlots: SlotTable
}

/** What is remembered and derived; undefined: nothing. From then on `$kept` is known. */
function compileState(spec: MappingSpec, options: CompileOptions & StateContext) {
  const { remember = [], derive = [] } = spec
  if (remember.length + derive.length === 0) return undefined
  const { slots, countSkip, keys = freshKeys(), unit = '', cleanLabel = (text: string) => text } = options
  const priceFiles = spec.priceFiles ?? new Map()
  const context = {
    ...options,
    keys,
    unit,
    cleanLabel,
    priceFiles,
    items: derive,
    onNoKey: (name: string) => countSkip(name, 'no_key'),
  }
  const remembered = defineRemembered(remember, context)
  slots.kept = keptNames(remember, remembered, context)
  return {
    keys,
    remember: remember.map((one) => reads(slots, () => new RememberRule(one, remembered.get(one.name)!, context))),
    items: derive.map((one) => compileItem(one, context)),
    owners: [...remember, ...derive].map(({ name }) => ownerOf(unit, name)),
  }
}

/** Whether series of the metric go, values leave them, or keys count again by the time of events. */
function needsClock({ expireNs = 0n, window, rules }: MetricSpec): boolean {
  const isTimed = expireNs > 0n || window?.overNs !== undefined || rules.some(({ once }) => once?.withinMs !== undefined)
  return rules.length > 0 && isTimed
}

function reads<T>(slots: SlotTable, compile: () => T): Reads<T> {
  let rule: T | undefined
  const paths = slots.pathsOf(() => {
    rule = compile()
  })
  return { rule: rule as T, paths }
}

/**
 * A family per metric, with the rules of all files; `mappings`: those whose rules count into it, which may give it further labels.
 */
export function defineFamilies(
  metrics: readonly MetricSpec[],
  mappings: readonly MappingSpec[],
  registry: Registry,
): Map<string, Family> {
  const rulesOf = (name: string): RuleSpec[] =>
    mappings.flatMap((mapping) => mapping.metrics.find((metric) => metric.name === name)?.rules ?? [])
  return new Map(
    metrics.map((metric) => [
      metric.name,
      defineFamily(metric, labelNamesOf([...metric.rules, ...rulesOf(metric.name)]), registry),
    ]),
  )
}

function defineFamily(metric: MetricSpec, labelNames: readonly string[], registry: Registry): Family {
  const { name, help, type, buckets, quantiles, maxSeries, onePer, window, expireNs } = metric
  return registry.family({
    name,
    help,
    type,
    definition: definitionOf(metric, labelNames),
    labelNames,
    buckets,
    quantiles,
    maxSeries,
    window,
    expireNs,
    ...(onePer ? { onePer } : {}),
  })
}

/** In the order in which the mapping first names them. */
function labelNamesOf(rules: readonly RuleSpec[]): string[] {
  const names = rules.flatMap((rule) => [...rule.labels.map((label) => label.name), ...(rule.split ? [rule.split.label] : [])])
  return [...new Set(names)]
}
