/**
 * Runs all sources into one mapping. From chunk to series everything is synchronous: between two turns of the event loop the
 * numbers and all positions agree, so whoever reads both there (a scrape, a durable record) needs no lock.
 */
import type { Position, Source, StreamSink } from '../source/source.ts'
import { type CreateFramer, EventStream } from './event-stream.ts'
import { type ApplierOptions, LineApplier } from './line-applier.ts'
import type { LineGuard } from './line-guard.ts'

/** A source and how its streams are cut into lines. */
export interface Intake {
  readonly source: Source
  readonly createFramer: CreateFramer
}

export interface PipelineOptions extends Omit<ApplierOptions, 'source'> {
  readonly maxLineBytes: number
  readonly guard?: LineGuard | undefined
  /** Called after each batch, before its source knows. */
  readonly onBatch?: () => void
}

export class Pipeline {
  readonly #intakes: readonly Intake[]
  readonly #options: PipelineOptions
  #hasCaughtUp = false

  constructor(intakes: readonly Intake[], options: PipelineOptions) {
    this.#intakes = intakes
    this.#options = options
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
    void this.#awaitBacklog(signal)
    await Promise.all(this.#intakes.map((intake) => this.#runIntake(intake, signal)))
  }

  async #awaitBacklog(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#intakes.map(({ source }) => source.caughtUp))
    // A source that is stopped keeps nobody waiting either.
    if (!signal.aborted) this.#hasCaughtUp = true
  }

  async #runIntake({ source, createFramer }: Intake, signal: AbortSignal): Promise<void> {
    let applier: LineApplier | undefined
    await source.run((origin): StreamSink => {
      applier ??= new LineApplier({ ...this.#options, source: source.name }, origin)
      return new EventStream({ origin, applier, createFramer, ...this.#options })
    }, signal)
  }
}
