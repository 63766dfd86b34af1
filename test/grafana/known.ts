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
  /** Those that it has in each mapping that defines it; missing: all. */
  readonly always?: readonly string[]
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
  const { name, type, ...of } = family
  const parts = [`${name}_sum`, `${name}_count`].map((part) => ({ ...of, name: part, type: 'counter' }))
  if (type === 'histogram') return [...parts, { ...of, name: `${name}_bucket`, type: 'counter', labels: [...of.labels, 'le'] }]
  if (type === 'summary') return [...parts, { ...of, name, type: 'gauge', labels: [...of.labels, 'quantile'] }]
  return [family]
}

/** Of presets that stand beside each other: a metric has the labels that it has in any of them. */
export async function presetFamilies(presets: readonly string[]): Promise<Family[]> {
  const validate = async (data: unknown): Promise<ReturnType<typeof shapeIssues>> => shapeIssues(data)
  const lists = await Promise.all(
    presets.map(
      async (preset) => (await loadConfig({ files: [], presets: [preset], presetDir: PRESET_DIR, validate })).config.metrics,
    ),
  )
  return lists.flat().map(({ name, type }, _index, all) => {
    const labels = all.filter((definition) => definition.name === name).map(labelsOf)
    const any = [...new Set(labels.flat())]
    return { name, type, labels: any, always: any.filter((label) => labels.every((of) => of.includes(label))) }
  })
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
