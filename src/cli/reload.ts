/**
 * Another mapping without a restart: loaded and checked beside the work; with any error the one in force stays. It takes over between two
 * batches: metrics that are defined as before go on with their series, sources that are described as before go on where they read.
 * One reload at a time; requests that come meanwhile share the one after it.
 */
import type { Diagnostic } from '../diag/diagnostic.ts'
import { locate, renderDiagnostics, type Sources } from '../diag/render.ts'
import { type Plan, takeOver } from '../pipeline/plan.ts'
import { forgetSource } from '../telemetry/own-metrics.ts'
import { createIntakes, keyOf } from './intakes.ts'
import { pipelineOptions } from './pipeline-options.ts'
import { loadPlan, type Planned } from './plan.ts'
import type { Serving } from './serving.ts'

/** A source that goes is given so long to deliver what was written. */
const STOP_WITHIN_MS = 2000

/** `problem`: the mapping before is still in force, and why, for people. */
export type ReloadOutcome = { readonly problem?: string }

export class Reloader {
  /** Rejects when the program fails while another mapping takes over. Never resolves. */
  readonly failure: Promise<never>
  /** Called in the turn in which another mapping comes into force. */
  onSwap: () => void = () => {}
  readonly #serving: Serving
  #fail: (error: unknown) => void = () => {}
  #running: Promise<ReloadOutcome> | undefined
  #next: Promise<ReloadOutcome> | undefined
  #isClosed = false

  constructor(serving: Serving) {
    this.#serving = serving
    this.failure = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failure.catch(() => {})
    noteReload(serving.inForce.plan, true)
  }

  /** Reads the files after it was called. Never rejects. */
  reload(): Promise<ReloadOutcome> {
    if (this.#running === undefined) return this.#begin()
    this.#next ??= this.#running.then(() => {
      this.#next = undefined
      return this.#begin()
    })
    return this.#next
  }

  /** No other mapping comes into force any more. Resolves when none is about to. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  #begin(): Promise<ReloadOutcome> {
    const running = this.#reload().finally(() => {
      if (this.#next === undefined) this.#running = undefined
    })
    this.#running = running
    return running
  }

  async #reload(): Promise<ReloadOutcome> {
    const { settings, log } = this.#serving
    const planned = await loadPlan(settings).catch((error: Error) => error)
    if (planned instanceof Error) return this.#refuse(`the mapping cannot be loaded: ${planned.message}`)
    if (this.#isClosed) return { problem: 'The exporter is stopping.\n' }
    const { plan, diagnostics, texts } = planned
    tell(diagnostics, texts, log)
    if (plan === undefined) return this.#refuse('the mapping has errors', renderDiagnostics(diagnostics, texts, 'text'))
    if (plan.config.sources.length === 0) return this.#refuse('the mapping names no source')
    try {
      await this.#swap(plan, planned)
    } catch (error) {
      this.#fail(error)
      return this.#refuse('the exporter failed and ends')
    }
    noteReload(this.#serving.inForce.plan, true)
    log.info('another mapping is in force', { metrics: plan.config.metrics.length })
    return {}
  }

  #refuse(why: string, details = ''): ReloadOutcome {
    const { log, inForce } = this.#serving
    noteReload(inForce.plan, false)
    log.error(`${why}; the one before stays in force`)
    return { problem: inForce.plan.masks.text(`${details}${details && '\n'}${why}; the one before stays in force\n`) }
  }

  async #swap({ config }: Plan, { diagnostics, texts }: Planned): Promise<void> {
    const serving = this.#serving
    const { settings, log, pipeline, state, left, descriptors, openInput } = serving
    const before = serving.inForce
    const specs = config.sources
    const keys = specs.map((spec) => keyOf(spec, config))
    const leaving = before.intakes.filter(({ key }) => !keys.includes(key)).map(({ source }) => source)
    await pipeline.stop(leaving, STOP_WITHIN_MS)
    // From here to the end nothing else happens.
    const plan = takeOver(config, before.plan)
    const intakes = createIntakes(specs, settings, config, { own: plan.own, log, descriptors, openInput }, before.intakes)
    for (const source of leaving) left.take(source)
    left.giveTo(intakes.filter((intake) => !before.intakes.includes(intake)).map(({ source }) => source))
    serving.inForce = { plan, specs, intakes, diagnostics, texts }
    log.useMasks(plan.masks)
    pipeline.swap(pipelineOptions(plan, log), intakes)
    state?.follow(
      plan.registry.families(),
      intakes.map(({ source }) => source),
      left.all,
    )
    for (const { name } of leaving) if (!specs.some((spec) => spec.name === name)) forgetSource(plan.own, name)
    this.onSwap()
  }
}

function noteReload({ own }: Plan, isSuccessful: boolean): void {
  own.reloadSuccessful.at().value = isSuccessful ? 1 : 0
  if (isSuccessful) own.reloadSuccess.at().value = Date.now() / 1000
}

function tell(diagnostics: readonly Diagnostic[], texts: Sources, log: Serving['log']): void {
  for (const { severity, code, message, hint, place } of diagnostics) {
    const { file, line, column } = locate(place, texts)
    log[severity === 'error' ? 'error' : 'warn'](message, { code, place: `${file}:${line}:${column}`, hint })
  }
}
