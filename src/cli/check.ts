/** `check`: every problem of a mapping at once, and what it has if there is none. */
import { hasErrors } from '../diag/diagnostic.ts'
import { type ReportFormat, renderDiagnostics } from '../diag/render.ts'
import type { Plan } from '../pipeline/plan.ts'
import { EXIT } from './exit-codes.ts'
import type { FlagValues } from './flags.ts'
import type { Io } from './io.ts'
import { loadPlan } from './plan.ts'

/** Exit 2 for errors, 1 for warnings with `--strict`. The report goes to standard output. */
export async function check(named: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const inFlag = flags.value('config.file') as string | undefined
  const files = inFlag === undefined ? named : [...named, inFlag]
  const presets = (flags.value('preset') as readonly string[] | undefined) ?? []
  const format = flags.value('format') as ReportFormat
  if (files.length + presets.length === 0) {
    io.stderr('check needs a mapping: agentlog-exporter check mapping.yaml, or check --preset agent\n')
    return EXIT.usage
  }
  const { plan, diagnostics, texts } = await loadPlan(files, presets)
  if (diagnostics.length > 0 || format === 'json') io.stdout(renderDiagnostics(diagnostics, texts, format, io.colour))
  if (format === 'text') io.stdout(summary(diagnostics.length, plan))
  if (hasErrors(diagnostics)) return EXIT.usage
  return flags.value('strict') === true && diagnostics.length > 0 ? EXIT.failed : EXIT.ok
}

function summary(problemCount: number, plan: Plan | undefined): string {
  const problems = `${problemCount} problem${problemCount === 1 ? '' : 's'}`
  if (plan === undefined) return `\n${problems}: this mapping does not start\n`
  const { metrics } = plan.config
  const ruleCount = metrics.reduce((sum, metric) => sum + metric.rules.length, 0)
  return `${problemCount === 0 ? 'ok' : problems}: ${metrics.length} metrics, ${ruleCount} rules, ${plan.mapping.eventNames.length} event names\n`
}
