/** Units: a metric's name says the base unit that its values are in, and values that the log has in another one are converted. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import type { ValueSpec } from '../../select/spec.ts'
import { type MappingFile, placeIn, type RawMetric, type RawRule, rulesOf } from '../raw.ts'
import { metricsOf } from './labels-of.ts'
import { type BaseUnit, baseOf, oddUnitIn, unitInName, unitLeft, unitMade } from './value-units.ts'

type Warn = (message: string, path: NodePath, hint: string) => void

export function checkUnits({ file, raw, without }: MappingFile, _: unknown, report: Report): void {
  const warn: Warn = (message, path, hint) =>
    report({ severity: 'warning', code: 'bad-unit', message, place: placeIn(file, path), hint })
  for (const { metric, path } of metricsOf({ file, raw, without })) {
    if (metric.type === 'info') continue
    if (lookAtName(metric, path, warn)) continue
    const made = new Set<BaseUnit>()
    for (const { rule, path: at } of rulesOf(metric, path)) lookAtRule(rule, metric, at, warn, made)
    lookAtMade([...made], metric, path, warn)
  }
}

/** Whether the name itself is wrong, which was told. */
function lookAtName(metric: RawMetric, path: NodePath, warn: Warn): boolean {
  const { name } = metric
  const odd = oddUnitIn(name)
  if (odd !== undefined) {
    const better = name.replace(new RegExp(`_${odd.word}(?=_|$)`, 'i'), `_${odd.base}`)
    warn(`"${name}" is in ${odd.word}; metrics are in base units, here ${odd.base}`, [...path, 'name'], renamed(better, odd.unit))
    return true
  }
  const [, last] = /_(duration|latency|elapsed|uptime|age|time)(?:_total)?$/i.exec(name) ?? []
  if (last === undefined) return false
  const better = name.endsWith('_total') ? name.replace(/_total$/, '_seconds_total') : `${name}_seconds`
  warn(`"${name}" is ${/^[aeu]/i.test(last) ? 'an' : 'a'} ${last} and names no unit`, [...path, 'name'], renamed(better))
  return true
}

function renamed(name: string, unit?: string): string {
  const converted = unit === undefined || unit === 's' || unit === 'B' ? '' : `, with "unit: ${unit}" beside the value's path`
  return `call it "${name}"${converted}`
}

function lookAtRule(rule: RawRule, metric: RawMetric, path: NodePath, warn: Warn, made: Set<BaseUnit>): void {
  for (const { spec, at } of valuesOf(rule, path)) {
    const left = unitLeft(spec)
    if (left !== undefined)
      warn(
        `${left.read.path} is in ${left.unit} by its name, and nothing converts it for "${metric.name}"`,
        at,
        `write { path: ${left.read.path}, unit: ${left.unit} }${unitInName(metric.name) === baseOf(left.unit) ? '' : `, and ${baseOf(left.unit)} in the metric's name`}`,
      )
    const unit = spec === 'duration' && Object.hasOwn(rule, 'derived') ? 'seconds' : unitMade(spec)
    if (unit !== undefined) made.add(unit)
  }
}

/** Values of one metric are all in one unit, and its name says which. */
function lookAtMade(made: readonly BaseUnit[], { name }: RawMetric, path: NodePath, warn: Warn): void {
  const [first, second] = made
  if (first === undefined) return
  const named = unitInName(name)
  if (second !== undefined)
    warn(`"${name}" is in ${first} by one value and in ${second} by another`, [...path, 'name'], 'make two metrics')
  else if (named !== first && !(first === 'seconds' && /_timestamp(_|$)/.test(name)))
    warn(
      `the values of "${name}" are in ${first}, and its name ${named === undefined ? 'names no unit' : `says ${named}`}`,
      [...path, 'name'],
      named === undefined ? `put ${first} into the name: ${withUnit(name, first)}` : 'correct the one or the other',
    )
}

function withUnit(name: string, unit: BaseUnit): string {
  const word = unit === 'dollars' ? 'usd' : unit
  return name.endsWith('_total') ? name.replace(/_total$/, `_${word}_total`) : `${name}_${word}`
}

function valuesOf(rule: RawRule, path: NodePath): { readonly spec: ValueSpec; readonly at: NodePath }[] {
  const ofSplit = Object.entries(rule.split ?? {}).flatMap(([label, entries]) =>
    Object.entries(entries).map(([text, spec]) => ({ spec, at: [...path, 'split', label, text] })),
  )
  return rule.value === undefined ? ofSplit : [{ spec: rule.value, at: [...path, 'value'] }, ...ofSplit]
}
