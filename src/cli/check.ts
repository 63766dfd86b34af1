/** `check`: every problem of a mapping at once, and what it has if there is none. */
import { hasErrors } from '../diag/diagnostic.ts'
import { type ReportFormat, renderDiagnostics } from '../diag/render.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { loadPlan, type Plan } from './plan.ts'

export interface CheckOptions {
  readonly files: readonly string[]
  readonly presets: readonly string[]
  /** Warnings fail too. */
  readonly isStrict: boolean
  readonly format: ReportFormat
}

/** Exit 2 for errors, 1 for warnings with `isStrict`. The report goes to standard output. */
export async function check({ files, presets, isStrict, format }: CheckOptions, io: Io): Promise<number> {
  if (files.length + presets.length === 0) {
    io.stderr('check needs a mapping: agentlog-exporter check mapping.yaml, or check --preset agent\n')
    return EXIT.usage
  }
  const { plan, diagnostics, texts } = await loadPlan(files, presets)
  if (diagnostics.length > 0 || format === 'json') io.stdout(renderDiagnostics(diagnostics, texts, format, io.colour))
  if (format === 'text') io.stdout(summary(diagnostics.length, plan))
  if (hasErrors(diagnostics)) return EXIT.usage
  return isStrict && diagnostics.length > 0 ? EXIT.failed : EXIT.ok
}

function summary(problemCount: number, plan: Plan | undefined): string {
  const problems = `${problemCount} problem${problemCount === 1 ? '' : 's'}`
  if (plan === undefined) return `\n${problems}: this mapping does not start\n`
  const { metrics } = plan.config
  const ruleCount = metrics.reduce((sum, metric) => sum + metric.rules.length, 0)
  return `${problemCount === 0 ? 'ok' : problems}: ${metrics.length} metrics, ${ruleCount} rules, ${plan.mapping.eventNames.length} event names\n`
}
