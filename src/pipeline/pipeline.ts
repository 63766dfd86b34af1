/**
 * Runs all sources into one mapping. From chunk to series everything is synchronous: between two turns of the event loop the
 * numbers and all positions agree, so whoever reads both there (a scrape, a durable record) needs no lock, and another mapping can
 * take over there without a line that is lost or counts twice.
 */
import type { Position, Source } from '../source/source.ts'
import type { Watch } from './event-stream.ts'
import type { Intake, PipelineOptions } from './intake.ts'
import { RunningIntake } from './running-intake.ts'

export class Pipeline {
  readonly #watch: Watch
  #intakes: readonly RunningIntake[]
  readonly #behind = new Set<Source>()
  #hasCaughtUp = false
  #signal: AbortSignal | undefined
  #isDraining = false
  #end: () => void = () => {}
  #fail: (error: unknown) => void = () => {}
  /** Rejects when a source fails: a bug. Never resolves. */
  readonly failure: Promise<never>
  /** Resolves when a source has come to its end by itself: standard input. */
  readonly hasEnded: Promise<void>

  constructor(intakes: readonly Intake[], options: PipelineOptions, watch: Watch = {}) {
    this.#watch = watch
    this.#intakes = intakes.map((intake) => new RunningIntake(intake, options, watch))
    this.failure = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failure.catch(() => {})
    this.hasEnded = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  /** Whether the first backlog of every source is in the numbers. */
  get hasCaughtUp(): boolean {
    return this.#hasCaughtUp
  }

  /** Where every stream stands; agrees with the numbers when read between two turns of the event loop. */
  positions(): Position[] {
    return this.#intakes.flatMap(({ source }) => source.positions())
  }

  /** Delivers until `signal` aborts or no source can give more. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal
    const runs = this.#intakes.map((intake) => this.#start(intake, signal))
    await Promise.race([Promise.all(runs), this.failure])
  }

  /** What was written up to now is delivered, then every source ends. */
  async drain(): Promise<void> {
    this.#isDraining = true
    await Promise.all(this.#intakes.map((intake) => intake.drain()))
  }

  /** These sources deliver what was written up to now, and end. The others go on. */
  async stop(sources: readonly Source[], withinMs: number): Promise<void> {
    const leaving = this.#intakes.filter(({ source }) => sources.includes(source))
    for (const { source } of leaving) this.#behind.delete(source)
    await Promise.all(leaving.map((intake) => intake.stop(withinMs)))
  }

  /**
   * Another mapping takes over, with these sources: those that run go on where they are, the others begin. Synchronous, so that it
   * happens between two batches.
   */
  swap(options: PipelineOptions, intakes: readonly Intake[]): void {
    const running = new Map(this.#intakes.map((intake) => [intake.source, intake]))
    this.#intakes = intakes.map((intake) => running.get(intake.source) ?? new RunningIntake(intake, options, this.#watch))
    for (const intake of this.#intakes) {
      if (running.has(intake.source)) intake.use(options)
      else if (this.#signal !== undefined && !this.#isDraining) void this.#start(intake, this.#signal)
    }
    this.#noteBacklog()
  }

  async #start(intake: RunningIntake, signal: AbortSignal): Promise<void> {
    const { source } = intake
    this.#behind.add(source)
    void source.caughtUp.then(() => {
      // A source that is cut short keeps nobody waiting either, and has not caught up.
      if (!signal.aborted && this.#behind.delete(source)) this.#noteBacklog()
    })
    try {
      if (await intake.run(signal)) this.#end()
    } catch (error) {
      this.#fail(error)
    }
  }

  #noteBacklog(): void {
    if (this.#behind.size === 0) this.#hasCaughtUp = true
  }
}
