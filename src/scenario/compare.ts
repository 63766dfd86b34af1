/** What a case expects ↔ what is exposed. Says of each difference what stands nearest, and why a series may be missing. */

import type { Config } from '../config/config.ts'
import { nearest } from '../diag/suggest.ts'
import { type Played, play } from './play.ts'
import { type Sample, samplesOf, seriesKey } from './sample.ts'
import type { ExpectedSample, ScenarioCase } from './scenario-file.ts'
import { whyMissing } from './why-missing.ts'

export type Difference =
  | ({ readonly kind: 'value'; readonly expected: ExpectedSample; readonly found: Sample } & Reasons)
  | ({ readonly kind: 'missing'; readonly expected: ExpectedSample } & Reasons)
  | { readonly kind: 'unexpected'; readonly found: Sample }
  | { readonly kind: 'present'; readonly text: string; readonly line: number; readonly found: readonly Sample[] }
  /** A selector or sample of a metric or label that there is not: it can prove nothing. */
  | { readonly kind: 'unknown-metric'; readonly text: string; readonly line: number; readonly near: string | undefined }
  | { readonly kind: 'unknown-label'; readonly text: string; readonly line: number; readonly labels: readonly string[] }

interface Reasons {
  /** Samples of the same name that counted instead, the most alike first. */
  readonly near: readonly Sample[]
  /** Why no line of the case made one. */
  readonly why: string | undefined
}

export interface CaseResult {
  readonly scenario: ScenarioCase
  readonly played: Played
  readonly differences: readonly Difference[]
}

const MAX_NEAR = 3

export function runCase(config: Config, scenario: ScenarioCase): CaseResult {
  const played = play(config, scenario)
  const all = samplesOf(played.withOwn)
  const exposed: Exposed = {
    all,
    byKey: new Map(all.map((sample) => [seriesKey(sample), sample])),
    played,
    names: namesOf(played),
  }
  const differences = [
    ...scenario.expected.flatMap((expected) => differenceOf(expected, exposed, { config, scenario })),
    ...(scenario.isComplete ? unexpected(scenario, samplesOf(played.mapped)) : []),
    ...scenario.absent.flatMap((absent) => presence(absent, exposed)),
  ]
  return { scenario, played, differences }
}

interface Exposed {
  readonly all: readonly Sample[]
  readonly byKey: ReadonlyMap<string, Sample>
  readonly played: Played
  /** Names of all metrics that the plan has, and of the samples of each. */
  readonly names: ReadonlyMap<string, readonly string[]>
}

interface Case {
  readonly config: Config
  readonly scenario: ScenarioCase
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
}

function namesOf({ withOwn }: Played): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>()
  for (const [, name, type] of withOwn.matchAll(/^# TYPE (\S+) (\S+)$/gm))
    names.set(
      name!,
      (SUFFIXES[type!] ?? ['']).map((suffix) => name! + suffix),
    )
  return names
}

function differenceOf(expected: ExpectedSample, exposed: Exposed, { config, scenario }: Case): Difference[] {
  const { all, byKey, names } = exposed
  const found = byKey.get(seriesKey(expected))
  if (found !== undefined && isWithin(found.value, expected)) return []
  const family = familyOf(expected.name, names)
  if (family === undefined) return [unknown(expected.name, expected.line, names)]
  const samples = names.get(family)!
  if (!samples.includes(expected.name)) {
    const why = `${family} has samples of other names: ${samples.join(', ')}`
    return [{ kind: 'missing', expected, near: [], why }]
  }
  // A series that stands at 0 from its birth is as good as missing: what counted instead says more.
  const near = found === undefined || found.value === 0 ? nearTo(expected, all, found === undefined, scenario) : []
  const isUntold = near.length === 0 && (found?.value ?? 0) === 0
  const why = isUntold ? whyMissing(config, scenario, family) : undefined
  return [found === undefined ? { kind: 'missing', expected, near, why } : { kind: 'value', expected, found, near, why }]
}

function nearTo(
  expected: ExpectedSample,
  all: readonly Sample[],
  withZeros: boolean,
  { expected: wanted }: ScenarioCase,
): Sample[] {
  const others = new Set(withZeros ? [] : wanted.map(seriesKey))
  return all
    .filter((sample) => sample.name === expected.name && (withZeros || sample.value !== 0) && !others.has(seriesKey(sample)))
    .sort((a, b) => alikeness(b, expected) - alikeness(a, expected))
    .slice(0, MAX_NEAR)
}

function isWithin(found: number, { value, tolerance }: Sample): boolean {
  if (Object.is(found, value) || found === value) return true
  return Math.abs(found - value) <= Math.abs(value) * Math.max(tolerance, 1e-12)
}

function alikeness(a: Sample, b: Sample): number {
  return [...a.labels].filter(([label, text]) => b.labels.get(label) === text).length
}

function unexpected({ expected }: ScenarioCase, mapped: readonly Sample[]): Difference[] {
  const keys = new Set(expected.map(seriesKey))
  return mapped.filter((sample) => !keys.has(seriesKey(sample))).map((found) => ({ kind: 'unexpected', found }))
}

/** The name of a histogram or summary means all its samples. */
function presence({ text, line, selector }: ScenarioCase['absent'][number], { all, names, played }: Exposed): Difference[] {
  const { name, labels } = selector
  const family = familyOf(name, names)
  if (family === undefined) return [unknown(name, line, names)]
  const known = labelsOf(family, played)
  if (known !== undefined && [...labels.keys()].some((label) => !known.includes(label)))
    return [{ kind: 'unknown-label', text, line, labels: known }]
  const meant = names.get(family)!.includes(name) ? [name] : names.get(family)!
  const found = all.filter(
    (sample) => meant.includes(sample.name) && [...labels].every(([label, value]) => sample.labels.get(label) === value),
  )
  return found.length === 0 ? [] : [{ kind: 'present', text, line, found }]
}

/** undefined: one of the exporter's own. */
function labelsOf(name: string, { plan }: Played): readonly string[] | undefined {
  const spec = plan.registry.families().find((family) => family.spec.name === name)?.spec
  if (spec === undefined) return undefined
  const added = spec.type === 'histogram' ? ['le'] : spec.type === 'summary' ? ['quantile'] : []
  return [...spec.labelNames, ...added]
}

function unknown(name: string, line: number, names: Exposed['names']): Difference {
  return { kind: 'unknown-metric', text: name, line, near: nearest(name, [...names].flat(2)) }
}

/** The metric of that name, or that has samples of that name. */
function familyOf(name: string, names: Exposed['names']): string | undefined {
  return names.has(name) ? name : [...names.keys()].find((family) => names.get(family)!.includes(name))
}
