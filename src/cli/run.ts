/** `run`: reads the logs and serves the metrics, for each path from a mapping of its own, until a signal; with `--once` reads to the end, prints and exits. */

import { PassThrough, type Readable } from 'node:stream'
import { WallMover } from '../clock/wall-mover.ts'
import { renderDiagnostics } from '../diag/render.ts'
import type { PipelineOptions } from '../pipeline/intake.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { WebConfigFile } from '../server/web-config/web-config-file.ts'
import { Descriptors } from '../source/file/descriptors.ts'
import { LeftLogs } from '../source/left-logs.ts'
import type { Source } from '../source/source.ts'
import { Log } from '../telemetry/log.ts'
import { descriptorShares } from './descriptor-shares.ts'
import { Ending } from './ending.ts'
import { EXIT } from './exit-codes.ts'
import { type FlagValues, notYet } from './flags.ts'
import { Hangups } from './hangups.ts'
import { createIntakes } from './intakes.ts'
import type { Io } from './io.ts'
import { pipelineOptions } from './pipeline-options.ts'
import { loadPlan, mappingNames } from './plan.ts'
import type { RunState } from './run-state.ts'
import type { InForce, Serving, Signals } from './serving.ts'
import { perPath, readSettings, type Settings, USAGE_EXAMPLE } from './settings.ts'
import { packageVersion } from './version.ts'

export async function run(logs: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const settings = readSettings(logs, flags)
  if ('problem' in settings) return refuse(settings.problem, io)
  // Before the mapping is read: whoever writes it anew from now on may say so.
  const signals = settings.isOnce ? undefined : { hangups: new Hangups(), ending: new Ending() }
  try {
    return await runWith(settings, signals, flags, io)
  } finally {
    signals?.hangups.close()
    signals?.ending.close()
  }
}

async function runWith(settings: Settings, signals: Signals | undefined, flags: FlagValues, io: Io): Promise<number> {
  const input = inputs(settings)
  const around = { descriptors: new Descriptors(descriptorShares().logs), openInput: input.open, webConfig: undefined }
  if (signals === undefined) {
    const begun = await begin(settings, around, flags, io)
    if (typeof begun === 'number') return begun
    const { runOnce } = await import('./once.ts')
    const { plan, intakes } = begun.inForce
    return runOnce(new Pipeline(intakes, begun.options), intakes, plan, settings, io)
  }
  const servings: Serving[] = []
  let webConfig: WebConfigFile | undefined
  for (const one of perPath(settings)) {
    const begun = await begin(one, around, flags, io)
    if (typeof begun === 'number') return begun
    if (servings.length === 0) {
      const opened = await webConfigOf(settings, begun.inForce.plan, begun.log, io)
      if (opened !== undefined && 'problem' in opened) return refuse(opened.problem, io)
      webConfig = opened
    }
    const serving = await openServing(one, { ...around, webConfig }, begun)
    if ('problem' in serving) return refuse(serving.problem, io)
    servings.push(serving)
  }
  const { serve } = await import('./serve.ts')
  input.begin()
  return serve(servings, signals)
}

interface Begun {
  readonly inForce: InForce
  readonly log: Log
  readonly options: PipelineOptions
}

type Around = Pick<Serving, 'descriptors' | 'openInput' | 'webConfig'>

/** The mapping and the sources of one path; or the exit code, when it was told why there are none. */
async function begin(settings: Settings, { descriptors, openInput }: Around, flags: FlagValues, io: Io): Promise<Begun | number> {
  const { plan, diagnostics, texts } = await loadPlan(settings)
  if (diagnostics.length > 0) io.stderr(`${renderDiagnostics(diagnostics, texts, 'text', io.colour)}\n`)
  if (plan === undefined) return refuse(`${mappingNames(settings)}: this mapping does not start; nothing was read\n`, io)
  const log = logOf(plan, settings, io)
  for (const sentence of notYet(flags)) log.warn(sentence)
  const specs = plan.config.sources
  if (specs.length === 0) return refuse(USAGE_EXAMPLE, io)
  plan.own.buildInfo.at(packageVersion(), process.version).value = 1
  const intakes = createIntakes(specs, settings, plan.config, { own: plan.own, log, descriptors, openInput })
  return {
    inForce: { plan, specs, intakes, diagnostics, texts },
    log,
    options: { ...pipelineOptions(plan, log), range: settings.range },
  }
}

async function openServing(
  settings: Settings,
  around: Around,
  { inForce, log, options }: Begun,
): Promise<Serving | { readonly problem: string }> {
  const { plan, intakes } = inForce
  const left = new LeftLogs()
  const sources = intakes.map(({ source }) => source)
  const state = settings.stateDir === undefined ? undefined : await restored(settings.stateDir, plan, sources, left, log)
  if (state !== undefined && 'problem' in state) return state
  const pipeline = new Pipeline(intakes, options, { guard: state?.guard, onBatch: () => state?.noteBatch() })
  state?.waitFor(() => pipeline.hasCaughtUp)
  const wall = wallMover(plan, state, options)
  return { ...around, settings, log, pipeline, state, left, wall, inForce }
}

interface Inputs {
  readonly open: () => Readable
  readonly begin: () => void
}

/**
 * Standard input for each mapping: what one has read no other gets, so each is given a copy where there are several. None gets anything
 * before all are there: the others would lack it.
 */
function inputs({ served }: Settings): Inputs {
  if (served.length === 0) return { open: () => process.stdin, begin: () => {} }
  let waiting: PassThrough[] | undefined = []
  return {
    open: () => {
      const copy = new PassThrough()
      if (waiting === undefined) process.stdin.pipe(copy)
      else waiting.push(copy)
      return copy
    },
    begin: () => {
      for (const copy of waiting ?? []) process.stdin.pipe(copy)
      waiting = undefined
    },
  }
}

function logOf({ masks }: Plan, { logLevel: level, logFormat: format }: Settings, io: Io): Log {
  return new Log({ write: io.stderr, level, format, masks, wallClockMs: Date.now })
}

/** What runs out while no line comes is live, and in the record before long. A reload keeps the clocks. */
function wallMover({ clocks, registry }: Plan, state: RunState | undefined, { onBug }: PipelineOptions): WallMover {
  return new WallMover({
    clocks,
    wallClockMs: Date.now,
    setTimer: (wake, ms) => {
      const timer = setTimeout(wake, ms).unref()
      return () => clearTimeout(timer)
    },
    onBegin: () => {
      registry.births.isLive = true
    },
    onMoved: () => state?.noteBatch(),
    onBug,
  })
}

async function webConfigOf(
  { webConfigFile }: Settings,
  { own }: Plan,
  log: Log,
  io: Io,
): Promise<WebConfigFile | { readonly problem: string } | undefined> {
  if (webConfigFile === undefined) return undefined
  const { WebConfigFile } = await import('../server/web-config/web-config-file.ts')
  return WebConfigFile.open(webConfigFile, { log, own, nowMs: () => performance.now(), wallClockMs: Date.now }, io.colour)
}

async function restored(
  folder: string,
  plan: Plan,
  sources: readonly Source[],
  left: LeftLogs,
  log: Log,
): Promise<RunState | { readonly problem: string }> {
  const { openState } = await import('./run-state.ts')
  return openState(folder, plan, sources, left, log)
}

function refuse(why: string, io: Io): number {
  io.stderr(why)
  return EXIT.usage
}
