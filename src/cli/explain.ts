/** `explain`: reads logs as `run --once` does, and shows what became of each line and why, or of all lines in one table. */
import { sourceWords } from '../config/profile-words.ts'
import type { LineFormat } from '../decode/format/line-format.ts'
import type { Diagnostic, Place } from '../diag/diagnostic.ts'
import { locate, renderDiagnostics, type Sources } from '../diag/render.ts'
import { Explainer } from '../explain/explainer.ts'
import { LineReport } from '../explain/line-report.ts'
import { LineStream } from '../explain/line-stream.ts'
import { cleanedBy, harmless } from '../explain/log-text.ts'
import { SummaryReport } from '../explain/summary-report.ts'
import { Updates } from '../explain/updates.ts'
import type { Plan } from '../pipeline/plan.ts'
import { lineFormatOf } from '../select/line-format.ts'
import { Descriptors } from '../source/file/descriptors.ts'
import { Log } from '../telemetry/log.ts'
import { descriptorShares } from './descriptor-shares.ts'
import { EXIT } from './exit-codes.ts'
import { EXPLAIN_EXAMPLE, type ExplainRequest, readRequest } from './explain-request.ts'
import type { FlagValues } from './flags.ts'
import { createIntakes } from './intakes.ts'
import type { Io } from './io.ts'
import { loadPlan, mappingNames } from './plan.ts'

/** Exit 1 if a named log could not be read, 2 for wrong usage or a bad mapping. */
export async function explain(logs: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const request = readRequest(logs, flags)
  if ('problem' in request) return refuse(request.problem, io)
  const updates = new Updates()
  const { plan, diagnostics, texts } = await loadPlan(request, updates)
  if (diagnostics.length > 0) tellDiagnostics(diagnostics, texts, io)
  if (plan === undefined) return refuse(`${mappingNames(request)}: this mapping does not start; nothing was read\n`, io)
  const explainer = explainerOf(plan, updates, texts)
  const report = request.isSummary
    ? summaryReport(plan, explainer, updates, texts, request, io)
    : lineReport(explainer, request, io)
  return read(plan, request, report, io)
}

function refuse(why: string, io: Io): number {
  io.stderr(why)
  return EXIT.usage
}

function tellDiagnostics(diagnostics: readonly Diagnostic[], texts: Sources, io: Io): void {
  io.stderr(`${renderDiagnostics(diagnostics, texts, 'text', io.colour)}\n`)
}

function explainerOf({ config, mappings, masks }: Plan, updates: Updates, texts: Sources): Explainer {
  return new Explainer({
    mappings,
    sourceWords: sourceWords(config),
    updates,
    bounds: { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth },
    maxLineBytes: config.limits.lineBytes,
    clean: cleanedBy(masks),
    locate: (place) => lineOf(place, texts),
    wallClockMs: Date.now,
  })
}

function lineOf(place: Place, texts: Sources): string {
  const { file, line } = locate(place, texts)
  return `${file}:${line}`
}

function lineReport(explainer: Explainer, request: ExplainRequest, io: Io): LineReport {
  return new LineReport(explainer, {
    ...request,
    isColoured: io.colour && !request.isJson,
    write: io.stdout,
    drained: io.drained,
  })
}

function summaryReport(
  { config, mappings, registry, own }: Plan,
  explainer: Explainer,
  updates: Updates,
  texts: Sources,
  { isJson }: ExplainRequest,
  io: Io,
): SummaryReport {
  const context = {
    mappings,
    sourceWords: sourceWords(config),
    families: registry.families(),
    logText: explainer.logText,
    locate: (place: Place) => lineOf(place, texts),
    nameSpec: config.input.eventName.spec,
    mappingFiles: [...texts.keys()],
    envelope: config.envelope,
    saidFormats: saidFormats(config),
    overflowOf: (metric: string) => own.seriesOverflow.at(metric).value,
  }
  return new SummaryReport(explainer, updates, context, { isJson, isColoured: io.colour && !isJson, write: io.stdout })
}

function saidFormats({ sources, format: ofAll }: Plan['config']): ReadonlySet<LineFormat['name']> {
  const formats = sources.map(({ format = ofAll }) => lineFormatOf(format))
  return new Set(formats.flatMap((format) => (format === 'auto' ? [] : [format.name])))
}

async function read(plan: Plan, request: ExplainRequest, report: LineReport | SummaryReport, io: Io): Promise<number> {
  const { config, own } = plan
  const log = new Log({ write: io.stderr, level: 'error', format: 'logfmt', wallClockMs: Date.now })
  const specs = config.sources
  if (specs.length === 0) return refuse(EXPLAIN_EXAMPLE, io)
  const intakes = createIntakes(specs, { isOnce: true, history: undefined, dockerHost: request.dockerHost }, config, {
    own,
    log,
    descriptors: new Descriptors(descriptorShares().logs),
    openInput: () => process.stdin,
  })
  const interrupt = (): void => report.stop.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  for (const { source, createFramer, envelope = 'auto', format } of intakes) {
    const open = (origin: Parameters<typeof report.opened>[0]): LineStream => {
      report.opened(origin)
      return new LineStream(report, { origin, envelope, format, maxLineBytes: config.limits.lineBytes, createFramer })
    }
    await source.run(open, report.stop.signal)
  }
  process.off('SIGINT', interrupt)
  process.off('SIGTERM', interrupt)
  report.end()
  const problems = intakes.flatMap(({ problems: told }) => told())
  for (const problem of problems) io.stderr(`agentlog-exporter: ${harmless(plan.masks.text(problem))}\n`)
  return problems.length > 0 ? EXIT.failed : EXIT.ok
}
