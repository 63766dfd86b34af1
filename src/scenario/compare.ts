/** What a case expects ↔ what is exposed. Says of each difference what stands nearest, and why a series may be missing. */

import type { Config } from '../config/config.ts'
import { nearest } from '../diag/suggest.ts'
import { type Played, play } from './play.ts'
import { type Sample, samplesOf, seriesKey } from './sample.ts'
import type { ExpectedSample, ScenarioCase } from './scenario-file.ts'
import { whyMissing } from './why-missing.ts'

export type Difference =
  | { readonly kind: 'value'; readonly expected: ExpectedSample; readonly found: Sample }
  | {
      readonly kind: 'missing'
      readonly expected: ExpectedSample
      /** Samples of the same metric, the most alike first. */
      readonly near: readonly Sample[]
      readonly why: string | undefined
    }
  | { readonly kind: 'unexpected'; readonly found: Sample }
  | { readonly kind: 'present'; readonly text: string; readonly line: number; readonly found: readonly Sample[] }
  /** A selector or sample of a metric that there is not: it can prove nothing. */
  | { readonly kind: 'unknown-metric'; readonly text: string; readonly line: number; readonly near: string | undefined }

export interface CaseResult {
  readonly scenario: ScenarioCase
  readonly played: Played
  readonly differences: readonly Difference[]
}

const MAX_NEAR = 3

export function runCase(config: Config, scenario: ScenarioCase): CaseResult {
  const played = play(config, scenario)
  const all = samplesOf(played.withOwn)
  const found = new Map(all.map((sample) => [seriesKey(sample), sample]))
  const known = namesOf(played)
  const differences = [
    ...scenario.expected.flatMap((expected) => differenceOf(expected, found, all, known, { config, scenario })),
    ...(scenario.isComplete ? unexpected(scenario, samplesOf(played.mapped)) : []),
    ...scenario.absent.flatMap((absent) => presence(absent, all, known)),
  ]
  return { scenario, played, differences }
}

/** Names of all metrics that the plan has, with what types add to them. */
function namesOf({ withOwn }: Played): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [, name, type] of withOwn.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    names.add(name!)
    if (type === 'histogram') names.add(`${name}_bucket`)
    if (type === 'histogram' || type === 'summary') names.add(`${name}_sum`).add(`${name}_count`)
  }
  return names
}

function differenceOf(
  expected: ExpectedSample,
  found: ReadonlyMap<string, Sample>,
  all: readonly Sample[],
  known: ReadonlySet<string>,
  { config, scenario }: { config: Config; scenario: ScenarioCase },
): Difference[] {
  const sample = found.get(seriesKey(expected))
  if (sample !== undefined) return isWithin(sample.value, expected) ? [] : [{ kind: 'value', expected, found: sample }]
  if (!known.has(expected.name)) return [unknown(expected.name, expected.line, known)]
  const near = all.filter(({ name }) => name === expected.name).sort((a, b) => alikeness(b, expected) - alikeness(a, expected))
  const why = near.length > 0 ? undefined : whyMissing(config, scenario, familyName(expected.name, known))
  return [{ kind: 'missing', expected, near: near.slice(0, MAX_NEAR), why }]
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

function presence(
  { text, line, selector }: ScenarioCase['absent'][number],
  all: readonly Sample[],
  known: ReadonlySet<string>,
): Difference[] {
  if (!known.has(selector.name)) return [unknown(selector.name, line, known)]
  const found = all.filter(
    ({ name, labels }) => name === selector.name && [...selector.labels].every(([label, value]) => labels.get(label) === value),
  )
  return found.length === 0 ? [] : [{ kind: 'present', text, line, found }]
}

function unknown(name: string, line: number, known: ReadonlySet<string>): Difference {
  return { kind: 'unknown-metric', text: name, line, near: nearest(name, [...known]) }
}

/** `x` of `x_bucket`, if that is a sample of x. */
function familyName(name: string, known: ReadonlySet<string>): string {
  const stem = name.replace(/_(bucket|sum|count)$/, '')
  return stem !== name && known.has(stem) ? stem : name
}
