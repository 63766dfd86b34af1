/** Metrics that expressions may name: families with their labels, what the exporter and Prometheus add, and recording rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import type { MetricSpec } from '../../src/mapping/spec.ts'
import { OWN_METRICS } from '../../src/telemetry/own-metrics.ts'
import { ProcessMetrics } from '../../src/telemetry/process-metrics.ts'

export interface Family {
  readonly name: string
  readonly type: string
  readonly labels: readonly string[]
}

/** By the name of a series: `x_bucket`, `x_sum` and `x_count` for the histogram `x`. */
export type Known = ReadonlyMap<string, Family>

const RULES = join(import.meta.dirname, '../../config/prometheus/rules')
/** Of each scrape, by Prometheus itself. */
const OF_SCRAPES = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped', 'scrape_series_added']

export function knownOf(families: readonly Family[]): Known {
  return new Map(families.flatMap((family) => seriesOf(family).map((series) => [series.name, series] as const)))
}

function seriesOf(family: Family): Family[] {
  const { name, labels } = family
  const parts = [`${name}_sum`, `${name}_count`].map((part) => ({ name: part, type: 'counter', labels }))
  if (family.type === 'histogram') return [...parts, { name: `${name}_bucket`, type: 'counter', labels: [...labels, 'le'] }]
  if (family.type === 'summary') return [...parts, { name, type: 'gauge', labels: [...labels, 'quantile'] }]
  return [family]
}

/** Of presets that may be merged or stand alone: the labels of one name are those of all of them. */
export async function presetFamilies(presets: readonly string[]): Promise<Family[]> {
  const lists = await Promise.all(
    presets.map(async (preset) => {
      const validate = async (data: unknown): Promise<ReturnType<typeof shapeIssues>> => shapeIssues(data)
      return (await loadConfig({ files: [], presets: [preset], presetDir: PRESET_DIR, validate })).config.metrics
    }),
  )
  const labels = new Map<string, Set<string>>()
  for (const metric of lists.flat()) {
    const set = labels.get(metric.name) ?? new Set()
    for (const label of labelsOf(metric)) set.add(label)
    labels.set(metric.name, set)
  }
  return lists.flat().map(({ name, type }) => ({ name, type, labels: [...labels.get(name)!] }))
}

const labelsOf = ({ rules }: MetricSpec): string[] =>
  rules.flatMap((rule) => [...rule.labels.map((label) => label.name), ...(rule.split ? [rule.split.label] : [])])

/** What stands beside the mapped metrics of each exporter. */
export async function ownFamilies(): Promise<Family[]> {
  const processMetrics = new ProcessMetrics()
  await processMetrics.refresh()
  return [
    ...Object.values(OWN_METRICS),
    ...processMetrics.families().map(({ name, type }) => ({ name, type, labels: [] })),
    ...OF_SCRAPES.map((name) => ({ name, type: 'gauge', labels: [] })),
  ]
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly record?: string; readonly alert?: string }[] }[]
}

/** Names that rules of ours record or alert under; empty while there are no rules. */
export function ruleNames(kind: 'record' | 'alert'): string[] {
  if (!existsSync(RULES)) return []
  const files = readdirSync(RULES).filter((file) => file.endsWith('.yaml'))
  const groups = files.flatMap((file) => (parse(readFileSync(join(RULES, file), 'utf8')) as RuleFile).groups)
  return groups.flatMap(({ rules }) => rules.flatMap((rule) => rule[kind] ?? []))
}
