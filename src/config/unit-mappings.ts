/**
 * What the files of each unit say, as it is compiled. A rule on something remembered or derived is left out of units that lack it; one that
 * all of them lack stays in the one that has most, and is told there.
 */
import type { Place, Report } from '../diag/diagnostic.ts'
import { nearest } from '../diag/suggest.ts'
import type { MappingSpec, MetricSpec, RuleSpec } from '../mapping/spec.ts'
import { inputSpec } from './merge-input.ts'
import { deriveSpecs, rememberSpecs } from './merge-state.ts'
import { takesSpec } from './merge-takes.ts'
import { type Has, isEmpty, lacksNothing, type Needing, needsOf } from './needs.ts'
import type { Unit } from './units.ts'

type Part = Needing & { readonly place: Place }

interface Draft {
  readonly unit: Unit
  readonly spec: MappingSpec
}

/** `metrics`: those of all files, with the rules of all. */
export function unitMappings(units: ReadonlySet<Unit>, metrics: readonly MetricSpec[], report: Report): Map<Unit, MappingSpec> {
  let drafts = [...units].map((unit): Draft => ({ unit, spec: mappingOf(unit, metrics) }))
  // What is left out may have been what another part needs.
  for (let before = -1, size = sizeOf(drafts); size !== before; [before, size] = [size, sizeOf(drafts)]) drafts = fitted(drafts)
  for (const { spec } of drafts) {
    reportUnderived(spec, report)
  }
  return new Map(drafts.map(({ unit, spec }) => [unit, spec]))
}

function mappingOf({ files }: Unit, metrics: readonly MetricSpec[]): MappingSpec {
  const withoutOf = new Map(files.map(({ file, without }) => [file, without]))
  const isIn = (metric: MetricSpec, { place }: RuleSpec): boolean => withoutOf.get(place.file)?.includes(metric.name) === false
  return {
    input: inputSpec(files),
    drop: files.flatMap(({ file, raw }) => (raw.drop ?? []).map((takes, i) => takesSpec(takes, file, ['drop', i]))),
    remember: rememberSpecs(files),
    derive: deriveSpecs(files),
    metrics: withRules(metrics, isIn),
  }
}

function withRules(metrics: readonly MetricSpec[], isIn: (metric: MetricSpec, rule: RuleSpec) => boolean): readonly MetricSpec[] {
  return metrics
    .map((metric) => ({ ...metric, rules: metric.rules.filter((rule) => isIn(metric, rule)) }))
    .filter(({ rules }) => rules.length > 0)
}

function fitted(drafts: readonly Draft[]): Draft[] {
  const has = drafts.map(({ spec }) => namesOf(spec))
  const keys = drafts.map(({ spec }) => new Set(partsOf(spec).flatMap((part) => (isEmpty(needsOf(part)) ? [] : [keyOf(part)]))))
  const isIn = (part: Part, index: number): boolean => {
    const needs = needsOf(part)
    if (lacksNothing(needs, has[index]!)) return true
    const standing = has.filter((_, i) => keys[i]!.has(keyOf(part)))
    return !standing.some((one) => lacksNothing(needs, one)) && richest(standing) === has[index]
  }
  return drafts.map(({ unit, spec }, i) => {
    const { drop, remember = [], derive = [], metrics } = spec
    const within = {
      drop: drop.filter((one) => isIn(one, i)),
      remember: remember.filter((one) => isIn(one, i)),
      derive: derive.filter((one) => isIn(one, i)),
      metrics: withRules(metrics, (_, rule) => isIn(rule, i)),
    }
    return { unit, spec: { ...spec, ...within } }
  })
}

/** Of one part in all units: what is not of a metric is made for each. */
function keyOf({ place }: Part): string {
  return JSON.stringify(place)
}

/** Of several the first. */
function richest(all: readonly Has[]): Has | undefined {
  const size = ({ kept, derived }: Has): number => kept.size + derived.size
  return all.reduce<Has | undefined>((best, one) => (best === undefined || size(one) > size(best) ? one : best), undefined)
}

/** What is not remembered is told where it is compiled; of what is not derived nothing would come. */
function reportUnderived(spec: MappingSpec, report: Report): void {
  const { derived } = namesOf(spec)
  for (const [name, place] of partsOf(spec).flatMap((part) => [...needsOf(part).derived])) {
    if (derived.has(name)) continue
    const near = nearest(name, [...derived])
    const there = derived.size === 0 ? 'there is no "derive"' : `"derive" has ${[...derived].join(', ')}`
    const hint = near === undefined ? {} : { hint: `did you mean "${near}"?` }
    report({ severity: 'error', code: 'unknown-name', message: `nothing is derived as "${name}"; ${there}`, place, ...hint })
  }
}

function namesOf({ remember = [], derive = [] }: MappingSpec): Has {
  return { kept: new Set(remember.map(({ name }) => name)), derived: new Set(derive.map(({ name }) => name)) }
}

function partsOf({ drop, remember = [], derive = [], metrics }: MappingSpec): Part[] {
  return [...drop, ...remember, ...derive, ...metrics.flatMap(({ rules }) => rules)]
}

function sizeOf(drafts: readonly Draft[]): number {
  return drafts.reduce((sum, { spec }) => sum + partsOf(spec).length, 0)
}
