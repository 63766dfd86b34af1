/** `check`: every problem of a mapping, and of a web configuration, at once, and what it has if there is none. */
import { hasErrors } from '../diag/diagnostic.ts'
import { type ReportFormat, renderDiagnostics } from '../diag/render.ts'
import type { Plan } from '../pipeline/plan.ts'
import { type LoadedWebConfig, loadWebConfig } from '../server/web-config/load.ts'
import { protectionsOf } from '../server/web-config/web-config.ts'
import { EXIT } from './exit-codes.ts'
import type { FlagValues } from './flags.ts'
import type { Io } from './io.ts'
import { loadPlan, type Planned } from './plan.ts'

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
  const planned: Planned = hasMapping ? await loadPlan({ files, presets }) : { diagnostics: [], texts: new Map() }
  const web = webConfigFile === undefined ? undefined : loadWebConfig(webConfigFile)
  const diagnostics = [...planned.diagnostics, ...(web?.diagnostics ?? [])]
  const texts = new Map([...planned.texts, ...(web?.texts ?? [])])
  if (diagnostics.length > 0 || format === 'json') io.stdout(renderDiagnostics(diagnostics, texts, format, io.colour))
  if (format === 'text' && hasMapping) io.stdout(summary(planned.diagnostics.length, planned.plan))
  if (format === 'text' && web !== undefined) io.stdout(webSummary(web))
  if (hasErrors(diagnostics)) return EXIT.usage
  return flags.value('strict') === true && diagnostics.length > 0 ? EXIT.failed : EXIT.ok
}

function webSummary({ diagnostics, loaded }: LoadedWebConfig): string {
  if (loaded === undefined)
    return `\n${diagnostics.length} problem${diagnostics.length === 1 ? '' : 's'}: this web configuration does not start\n`
  const protections = protectionsOf(loaded.config)
  return `ok: the web configuration asks for ${protections.length === 0 ? 'nothing' : protections.join(', ')}\n`
}

function summary(problemCount: number, plan: Plan | undefined): string {
  const problems = `${problemCount} problem${problemCount === 1 ? '' : 's'}`
  if (plan === undefined) return `\n${problems}: this mapping does not start\n`
  const { metrics } = plan.config
  const ruleCount = metrics.reduce((sum, metric) => sum + metric.rules.length, 0)
  return `${problemCount === 0 ? 'ok' : problems}: ${metrics.length} metrics, ${ruleCount} rules, ${plan.mappings.eventNames.length} event names\n`
}
