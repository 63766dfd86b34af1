/** `check`: every problem of a mapping, and of a web configuration, at once, and what it has if there is none. */
import { hasErrors } from '../diag/diagnostic.ts'
import { type ReportFormat, renderDiagnostics } from '../diag/render.ts'
import { type LoadedWebConfig, loadWebConfig } from '../server/web-config/load.ts'
import { protectionsOf } from '../server/web-config/web-config.ts'
import { EXIT } from './exit-codes.ts'
import type { FlagValues } from './flags.ts'
import type { Io } from './io.ts'
import { loadPlan, type Planned } from './plan.ts'
import { type SplitPresets, splitPresets } from './served-presets.ts'

/** Exit 2 for errors, 1 for warnings with `--strict`. The report goes to standard output. */
export async function check(named: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const inFlag = flags.value('config.file') as string | undefined
  const files = inFlag === undefined ? named : [...named, inFlag]
  const presets = (flags.value('preset') as readonly string[] | undefined) ?? []
  const format = flags.value('format') as ReportFormat
  const webConfigFile = flags.value('web.config.file') as string | undefined
  const hasMapping = files.length + presets.length > 0
  if (!hasMapping && webConfigFile === undefined) {
    io.stderr('check needs a mapping: agentlog-exporter check mapping.yaml, or check --preset agent\n')
    return EXIT.usage
  }
  const split = splitPresets(presets, undefined)
  if ('problem' in split) {
    io.stderr(split.problem)
    return EXIT.usage
  }
  const checked = await checkedPaths(files, split)
  const planned = checked.flatMap(({ planned: one }) => one.diagnostics)
  const web = webConfigFile === undefined ? undefined : loadWebConfig(webConfigFile)
  const diagnostics = [...planned, ...(web?.diagnostics ?? [])]
  const texts = new Map([...checked.flatMap(({ planned: one }) => [...one.texts]), ...(web?.texts ?? [])])
  if (diagnostics.length > 0 || format === 'json') io.stdout(renderDiagnostics(diagnostics, texts, format, io.colour))
  if (format === 'text') for (const { path, planned: one } of checked) io.stdout(summary(path, one))
  if (format === 'text' && web !== undefined) io.stdout(webSummary(web))
  if (hasErrors(diagnostics)) return EXIT.usage
  return flags.value('strict') === true && diagnostics.length > 0 ? EXIT.failed : EXIT.ok
}

interface CheckedPath {
  /** Of presets that are served apart. */
  readonly path?: string
  readonly planned: Planned
}

/** Each mapping that a run would have. */
async function checkedPaths(files: readonly string[], { merged, served }: SplitPresets): Promise<CheckedPath[]> {
  const hasMerged = files.length + merged.length > 0
  const first = hasMerged ? [{ planned: await loadPlan({ files, presets: merged }) }] : []
  const apart = served.map(async ({ path, presets }) => ({ path, planned: await loadPlan({ files: [], presets }) }))
  return [...first, ...(await Promise.all(apart))]
}

function webSummary({ diagnostics, loaded }: LoadedWebConfig): string {
  if (loaded === undefined)
    return `\n${diagnostics.length} problem${diagnostics.length === 1 ? '' : 's'}: this web configuration does not start\n`
  const protections = protectionsOf(loaded.config)
  return `ok: the web configuration asks for ${protections.length === 0 ? 'nothing' : protections.join(', ')}\n`
}

function summary(path: string | undefined, { diagnostics, plan }: Planned): string {
  const problemCount = diagnostics.length
  const where = path === undefined ? '' : `${path}: `
  const problems = `${problemCount} problem${problemCount === 1 ? '' : 's'}`
  if (plan === undefined) return `\n${where}${problems}: this mapping does not start\n`
  const { metrics } = plan.config
  const ruleCount = metrics.reduce((sum, metric) => sum + metric.rules.length, 0)
  return `${where}${problemCount === 0 ? 'ok' : problems}: ${metrics.length} metrics, ${ruleCount} rules, ${plan.mappings.eventNames.length} event names\n`
}
