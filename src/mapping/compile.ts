/**
 * The user's metrics, of checked shape → families, and a compiled mapping per profile: the rules that the logs of some sources go
 * through. Problems only compiling finds are reported; it goes on after each.
 */
import { Clocks } from '../clock/clocks.ts'
import type { Report } from '../diag/diagnostic.ts'
import { SEED_WORDS } from '../marks/key-hash.ts'
import { Marks } from '../marks/marks.ts'
import type { Family } from '../registry/family.ts'
import type { Registry } from '../registry/registry.ts'
import { SlotTable } from '../select/slots.ts'
import { compileValue } from '../select/value.ts'
import { definitionOf } from './definition.ts'
import { Mapping, type Reads } from './mapping.ts'
import { MetricMarks } from './metric-marks.ts'
import { type CountSkip, type CountUnpriced, Rule, type UpdateWatch } from './rule.ts'
import type { MappingSpec, MetricSpec, Placed, RuleSpec } from './spec.ts'
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
}

/** Of a mapping that is compiled for its problems, or to be told of. */
const FEW_KEYS = 1000

/** Compiles all metrics into `registry`. Series of closed label sets stand at 0 afterwards. */
export function compileMapping(spec: MappingSpec, options: CompileOptions): Mapping {
  const { report, clocks = new Clocks(), nameIndices = new Map(), unit = '' } = options
  const { marks = new Marks({ limit: FEW_KEYS, seed: new Int32Array(SEED_WORDS) }) } = options
  const { families = defineFamilies(spec.metrics, [spec], options.registry) } = options
  const slots = new SlotTable()
  const read = <T>(compile: () => T): Reads<T> => reads(slots, compile)
  const value = ({ spec: text, place }: Placed<Parameters<typeof compileValue>[0]>) =>
    read(() => compileValue(text, { slots, bindings: new Map(), place, report }))
  const rules = spec.metrics.flatMap((metric) => {
    const family = families.get(metric.name)!
    const context = {
      ...options,
      slots,
      priceFiles: spec.priceFiles ?? new Map(),
      maxStep: metric.maxStep,
      marks: new MetricMarks(metric, { marks, unit, definition: family.spec.definition }),
    }
    return metric.rules.map((rule) => read(() => new Rule(rule, family, context)))
  })
  const mapping = new Mapping({
    name: value(spec.input.eventName),
    time: value(spec.input.eventTime),
    timeZone: spec.input.timeZone,
    drop: spec.drop.map((takes) => read(() => new Takes(takes, slots, report))),
    rules,
    slotCount: slots.slotCount,
    readsBeyondAscii: slots.readsBeyondAscii,
    nameIndices,
    clocks,
    needsClock: spec.metrics.some(needsClock),
  })
  for (const { rule } of rules) rule.birthAtLoad()
  return mapping
}

/** Whether series of the metric go, values leave them, or keys count again by the time of events. */
function needsClock({ expireNs = 0n, window, rules }: MetricSpec): boolean {
  return expireNs > 0n || window?.overNs !== undefined || rules.some(({ once }) => once?.withinMs !== undefined)
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
