/** The user's metrics, of checked shape → the compiled mapping and its families. Problems only compiling finds are reported; it goes on after each. */
import type { Derived } from '../derive/derived-event.ts'
import { freshKeys, type OpenKeys } from '../derive/open-keys.ts'
import type { Report } from '../diag/diagnostic.ts'
import type { Family } from '../registry/family.ts'
import type { Registry } from '../registry/registry.ts'
import type { CleanLabel } from '../select/label-text.ts'
import { SlotTable } from '../select/slots.ts'
import { compileValue } from '../select/value.ts'
import { definitionOf } from './definition.ts'
import { Derivation } from './derivation.ts'
import { compileItem } from './derived-item.ts'
import { Mapping, type Reads } from './mapping.ts'
import { defineRemembered, keptNames, RememberRule } from './remembering.ts'
import { type CountSkip, type CountUnpriced, Rule, type UpdateWatch } from './rule.ts'
import type { MappingSpec, MetricSpec, Placed } from './spec.ts'
import { Takes } from './takes.ts'

const DEFAULT_KEYS = 200_000

export interface CompileOptions {
  readonly registry: Registry
  readonly countSkip: CountSkip
  readonly countUnpriced?: CountUnpriced | undefined
  /** Who sees each update; see `UpdateWatch`. */
  readonly watch?: UpdateWatch | undefined
  readonly report: Report
  /** What is remembered and derived; default: a fresh table. */
  readonly keys?: OpenKeys | undefined
  /** Who shares what is remembered and derived: the unit's key. */
  readonly unit?: string
  /** What becomes of a text that is kept. */
  readonly cleanLabel?: CleanLabel
  /** Sees each derived event. */
  readonly onDerived?: (event: Derived) => void
}

/** Compiles all metrics into `registry`. Series of closed label sets stand at 0 afterwards. */
export function compileMapping(spec: MappingSpec, options: CompileOptions): Mapping {
  const { registry, report } = options
  const slots = new SlotTable()
  const derivedSlots = new SlotTable()
  derivedSlots.kept = undefined
  const read = <T>(compile: () => T): Reads<T> => reads(slots, compile)
  const value = ({ spec: text, place }: Placed<Parameters<typeof compileValue>[0]>) =>
    read(() => compileValue(text, { slots, bindings: new Map(), place, report }))
  const state = compileState(spec, { ...options, slots, derivedSlots })
  const rules = spec.metrics.flatMap((metric) => {
    const family = defineFamily(metric, registry)
    return metric.rules.map((rule) => {
      const ofRule = rule.derived === undefined ? slots : derivedSlots
      const context = { ...options, slots: ofRule, priceFiles: spec.priceFiles ?? new Map(), maxStep: metric.maxStep }
      return { ...reads(ofRule, () => new Rule(rule, family, context)), item: rule.derived?.spec }
    })
  })
  const derivation =
    state &&
    new Derivation({
      ...state,
      rules: rules.flatMap(({ rule, paths, item }) => (item === undefined ? [] : [{ rule, paths, item }])),
      slotCount: derivedSlots.slotCount,
      watch: options.onDerived,
    })
  const mapping = new Mapping({
    name: value(spec.input.eventName),
    time: value(spec.input.eventTime),
    timeZone: spec.input.timeZone,
    drop: spec.drop.map((takes) => read(() => new Takes(takes, slots, report))),
    remember: state?.remember ?? [],
    items: state?.items ?? [],
    derivation,
    rules: rules.filter(({ item }) => item === undefined),
    allRules: rules.map(({ rule }) => rule),
    slotCount: slots.slotCount,
    readsBeyondAscii: slots.readsBeyondAscii,
  })
  for (const { rule } of rules) rule.birthAtLoad()
  return mapping
}

interface StateSlots {
  readonly slots: SlotTable
  readonly derivedSlots: SlotTable
}

/** What is remembered and derived; undefined: nothing. From then on `$kept` is known. */
function compileState(spec: MappingSpec, options: CompileOptions & StateSlots) {
  const { remember = [], derive = [] } = spec
  if (remember.length + derive.length === 0) return undefined
  const { slots, countSkip, keys = freshKeys(DEFAULT_KEYS), unit = '', cleanLabel = (text: string) => text } = options
  const context = { ...options, keys, unit, cleanLabel, onNoKey: (name: string) => countSkip(name, 'no_key') }
  const remembered = defineRemembered(remember, context)
  slots.kept = keptNames(remember, remembered, context)
  return {
    keys,
    remember: remember.map((one) => reads(slots, () => new RememberRule(one, remembered.get(one.name)!, context))),
    items: derive.map((one) => compileItem(one, context)),
  }
}

function reads<T>(slots: SlotTable, compile: () => T): Reads<T> {
  let rule: T | undefined
  const paths = slots.pathsOf(() => {
    rule = compile()
  })
  return { rule: rule as T, paths }
}

function defineFamily(metric: MetricSpec, registry: Registry): Family {
  const { name, help, type, buckets, quantiles, maxSeries, onePer } = metric
  const labelNames = labelNamesOf(metric)
  return registry.family({
    name,
    help,
    type,
    definition: definitionOf(metric, labelNames),
    labelNames,
    buckets,
    quantiles,
    maxSeries,
    ...(onePer ? { onePer } : {}),
  })
}

/** Labels of all rules, in the order in which the mapping first names them. */
function labelNamesOf(metric: MetricSpec): string[] {
  const names = metric.rules.flatMap((rule) => [
    ...rule.labels.map((label) => label.name),
    ...(rule.split ? [rule.split.label] : []),
  ])
  return [...new Set(names)]
}
