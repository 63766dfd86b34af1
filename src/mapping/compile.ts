/** The user's metrics, of checked shape → the compiled mapping and its families. Problems only compiling finds are reported; it goes on after each. */
import type { Report } from '../diag/diagnostic.ts'
import type { Marks } from '../marks/marks.ts'
import type { Family } from '../registry/family.ts'
import type { Registry } from '../registry/registry.ts'
import { SlotTable } from '../select/slots.ts'
import { compileValue } from '../select/value.ts'
import { definitionOf } from './definition.ts'
import { Mapping, type Reads } from './mapping.ts'
import { MetricMarks } from './metric-marks.ts'
import { type CountSkip, type CountUnpriced, Rule, type UpdateWatch } from './rule.ts'
import type { MappingSpec, MetricSpec, Placed } from './spec.ts'
import { Takes } from './takes.ts'

export interface CompileOptions {
  readonly registry: Registry
  readonly countSkip: CountSkip
  readonly countUnpriced?: CountUnpriced | undefined
  readonly marks: Marks
  /** What shares marks: one for all sources that read the same files; the empty string for those without files of their own. */
  readonly unit?: string | undefined
  /** Who sees each update; see `UpdateWatch`. */
  readonly watch?: UpdateWatch | undefined
  readonly report: Report
}

/** Compiles all metrics into `registry`. Series of closed label sets stand at 0 afterwards. */
export function compileMapping(spec: MappingSpec, options: CompileOptions): Mapping {
  const { registry, report } = options
  const slots = new SlotTable()
  const read = <T>(compile: () => T): Reads<T> => reads(slots, compile)
  const value = ({ spec: text, place }: Placed<Parameters<typeof compileValue>[0]>) =>
    read(() => compileValue(text, { slots, bindings: new Map(), place, report }))
  const rules = spec.metrics.flatMap((metric) => {
    const family = defineFamily(metric, registry)
    const { marks, unit = '' } = options
    const shared = {
      ...options,
      slots,
      priceFiles: spec.priceFiles ?? new Map(),
      maxStep: metric.maxStep,
      marks: new MetricMarks(metric, { marks, unit, definition: family.spec.definition }),
    }
    return metric.rules.map((rule) => read(() => new Rule(rule, family, shared)))
  })
  const mapping = new Mapping({
    name: value(spec.input.eventName),
    time: value(spec.input.eventTime),
    timeZone: spec.input.timeZone,
    drop: spec.drop.map((takes) => read(() => new Takes(takes, slots, report))),
    rules,
    slotCount: slots.slotCount,
    readsBeyondAscii: slots.readsBeyondAscii,
  })
  for (const { rule } of rules) rule.birthAtLoad()
  return mapping
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
