/** What expressions of a part (a file of rules, a group of queries) may name: metrics and labels of its presets, of the exporter, of set-ups. */
import { type Known, knownOf, ownFamilies, presetFamilies } from '../grafana/known.ts'
import { namedIn } from '../grafana/promql.ts'
import { records } from './rule-files.ts'

/** What set-ups scrape beside us, as far as rules and queries name it. */
const OF_SETUPS = [
  'ALERTS node_cpu_seconds_total node_memory_MemAvailable_bytes node_memory_MemTotal_bytes node_filesystem_avail_bytes',
  'node_filesystem_size_bytes node_filesystem_readonly prometheus_engine_query_duration_seconds_sum scrape_samples_post_metric_relabeling',
].flatMap((line) => line.split(' '))
/** Of targets, of histograms, of what set-ups scrape, and of Prometheus' own series. */
const OTHER_LABELS =
  'job instance namespace le mode fstype device mountpoint __name__ alertname alertstate severity unresolved phase quantile'.split(
    ' ',
  )
/** By the name of a rule file or a query's `of`. */
export const PRESETS: Readonly<Record<string, readonly string[]>> = {
  agents: ['agent', 'claude-code', 'codex'],
  mcpworks: ['mcpworks'],
  callsphere: ['callsphere'],
  makeaihq: ['makeaihq'],
  'mcp-gateway': ['mcp-gateway'],
  'mcp-mesh': ['mcp-mesh'],
}

const known = new Map<string, Known>()
export async function knownIn(part: string): Promise<Known> {
  const found = known.get(part) ?? knownOf([...(await presetFamilies(PRESETS[part] ?? [])), ...(await ownFamilies())])
  known.set(part, found)
  return found
}

/** Metrics and labels of an expression that nothing brings forth. */
export async function unknownIn(part: string, expression: string): Promise<string[]> {
  const families = await knownIn(part)
  const recorded = new Set(records.map(({ record }) => record))
  const { selectors, groupings } = namedIn(expression)
  const metrics = selectors.map(({ metric }) => metric).filter((metric) => metric !== '')
  const labels = [...groupings, ...selectors.flatMap(({ matchers }) => matchers.map(({ label }) => label))]
  // A label that a rule asks to be missing is one of another preset.
  const foreign = selectors.flatMap(({ matchers }) => matchers.filter(({ operator, value }) => operator === '=' && value === ''))
  const allowed = new Set([
    ...metrics.flatMap((metric) => families.get(metric)?.labels ?? []),
    ...(metrics.some((metric) => recorded.has(metric)) ? records.flatMap(({ expr }) => namedIn(expr).groupings) : []),
    ...foreign.map(({ label }) => label),
    ...OTHER_LABELS,
  ])
  return [
    ...metrics.filter((metric) => !families.has(metric) && !recorded.has(metric) && !OF_SETUPS.includes(metric)),
    ...labels.filter((label) => !allowed.has(label)),
  ]
}
