/** `run`: reads the logs and serves the metrics until a signal; with `--once` reads to the end, prints and exits. */
import { renderDiagnostics } from '../diag/render.ts'
import { type Intake, Pipeline } from '../pipeline/pipeline.ts'
import type { Plan } from '../pipeline/plan.ts'
import { Log } from '../telemetry/log.ts'
import { Throttle } from '../telemetry/throttle.ts'
import { EXIT } from './exit-codes.ts'
import { type FlagValues, notYet } from './flags.ts'
import { chooseSources, createIntakes } from './intakes.ts'
import type { Io } from './io.ts'
import { loadPlan, mappingNames } from './plan.ts'
import type { RunState } from './run-state.ts'
import { readSettings, type Settings, USAGE_EXAMPLE } from './settings.ts'
import { packageVersion } from './version.ts'

/** A bug in a line's way is told at most once in this time. */
const BUG_PERIOD_MS = 10_000

export async function run(logs: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const settings = readSettings(logs, flags)
  if ('problem' in settings) return refuse(settings.problem, io)
  const { plan, diagnostics, texts } = await loadPlan(settings.files, settings.presets)
  if (diagnostics.length > 0) io.stderr(`${renderDiagnostics(diagnostics, texts, 'text', io.colour)}\n`)
  if (plan === undefined) return refuse(`${mappingNames(settings)}: this mapping does not start; nothing was read\n`, io)
  const log = logOf(plan, settings, io)
  for (const sentence of notYet(flags)) log.warn(sentence)
  const specs = chooseSources(settings, plan.config)
  if (specs.length === 0) return refuse(USAGE_EXAMPLE, io)
  plan.own.buildInfo.at(packageVersion(), process.version).value = 1
  const { intakes, files } = createIntakes(specs, settings, plan.config, plan.own, log)
  if (settings.isOnce) {
    const { runOnce } = await import('./once.ts')
    return runOnce(new Pipeline(intakes, pipelineOptions(plan, log)), files, plan, settings, io)
  }
  const state = settings.stateDir === undefined ? undefined : await restored(settings.stateDir, plan, intakes, log)
  if (state !== undefined && 'problem' in state) return refuse(state.problem, io)
  const pipeline = new Pipeline(intakes, {
    ...pipelineOptions(plan, log),
    guard: state?.guard,
    onBatch: () => state?.noteBatch(),
  })
  state?.waitFor(() => pipeline.hasCaughtUp)
  const { serve } = await import('./serve.ts')
  return serve({
    pipeline,
    plan,
    settings,
    log,
    specs,
    files,
    diagnostics,
    texts,
    endsWithSources: endsWithSources(settings, specs),
    state,
  })
}

function logOf({ masks }: Plan, { logLevel: level, logFormat: format }: Settings, io: Io): Log {
  return new Log({ write: io.stderr, level, format, masks, wallClockMs: Date.now })
}

async function restored(
  folder: string,
  plan: Plan,
  intakes: readonly Intake[],
  log: Log,
): Promise<RunState | { readonly problem: string }> {
  const { openState } = await import('./run-state.ts')
  return openState(
    folder,
    plan,
    intakes.map(({ source }) => source),
    log,
  )
}

function refuse(why: string, io: Io): number {
  io.stderr(why)
  return EXIT.usage
}

/** Standard input has an end; files have none. */
function endsWithSources(settings: Settings, specs: readonly { kind: string }[]): boolean {
  return settings.exitsOnEof && specs.every((spec) => spec.kind === 'stdin')
}

function pipelineOptions(
  { config, mapping, own, cleanLabel, sightings, registry }: Plan,
  log: Log,
): ConstructorParameters<typeof Pipeline>[1] {
  const bugs = new Throttle(BUG_PERIOD_MS, () => performance.now())
  return {
    mapping,
    own,
    sightings,
    births: registry.births,
    bounds: { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth },
    maxLineBytes: config.limits.lineBytes,
    cleanLabel,
    wallClockMs: Date.now,
    onBug: (error) => {
      const hidden = bugs.pass('line')
      const where = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 4).join(' ').trim() : ''
      if (hidden !== undefined)
        log.error('a line made the exporter fail; it is counted as internal. Please report this', {
          kind: (error as Error).name,
          where,
          hidden,
        })
    },
  }
}
