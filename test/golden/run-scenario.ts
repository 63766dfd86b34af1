/** Runs a log through a mapping, from bytes to exposition, in-process and without files of the log. */
import { compilePlan } from '../../src/cli/plan.ts'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { renderDiagnostics } from '../../src/diag/render.ts'
import { Exposition } from '../../src/exposition/exposition.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { EventStream } from '../../src/pipeline/event-stream.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'

const NOW_MS = Date.UTC(2026, 0, 1, 12)

export interface ScenarioResult {
  /** Exposition of the mapped families. */
  readonly mapped: string
  /** The same with the exporter's own. */
  readonly own: string
}

/** Throws with the rendered diagnostics if the mapping has errors, and on any bug in the way of a line. */
export async function runScenario(mappingFile: string, log: string | Buffer): Promise<ScenarioResult> {
  const loaded = await loadConfig({
    files: [mappingFile],
    presets: [],
    presetDir: PRESET_DIR,
    validate: async (data) => shapeIssues(data),
  })
  const problems = [...loaded.diagnostics]
  const { mapping, registry, own, config } = compilePlan(loaded.config, (diagnostic) => void problems.push(diagnostic))
  if (problems.some((problem) => problem.severity === 'error')) throw new Error(renderDiagnostics(problems, loaded.texts, 'text'))
  const origin = { source: 'test', log: 'log', file: '/logs/test.jsonl', stream: '', fields: {} }
  const fail = (error: unknown): never => {
    throw error
  }
  const bounds = { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
  const applier = new LineApplier(
    { source: 'test', mapping, own, bounds, labelLength: config.limits.labelLength, wallClockMs: () => NOW_MS, onBug: fail },
    origin,
  )
  const stream = new EventStream(origin, applier, config.limits.lineBytes, (options) => new LineFramer(options))
  const buffer = Buffer.from(log as string)
  const at = stream.push({ buffer, start: 0, end: buffer.length, offset: 0 })
  stream.end({ buffer, start: at, end: buffer.length, offset: at })
  const exposition = new Exposition({ registry, own, others: () => [], nowMs: () => 0 })
  return { mapped: exposition.mappedText(), own: exposition.mappedText({ withOwn: true }) }
}
