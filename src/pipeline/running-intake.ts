/** One source while it runs: its lines go to the mapping in force, and it can be stopped alone. */
import type { Origin, Source, StreamSink } from '../source/source.ts'
import { type Application, EventStream, type Watch } from './event-stream.ts'
import type { Intake, PipelineOptions } from './intake.ts'
import { LineApplier } from './line-applier.ts'

export class RunningIntake {
  readonly source: Source
  readonly #intake: Intake
  readonly #watch: Watch
  #options: PipelineOptions
  /** Of the first stream, as long as there is none undefined. */
  #application: (Application & { readonly origin: Origin }) | undefined
  readonly #stop = new AbortController()
  #isEnding = false
  #ended: Promise<unknown> = Promise.resolve()

  constructor(intake: Intake, options: PipelineOptions, watch: Watch) {
    this.#watch = watch
    this.source = intake.source
    this.#intake = intake
    this.#options = options
  }

  /** Answers whether it came to its end by itself. */
  async run(signal: AbortSignal): Promise<boolean> {
    const running = this.source.run((origin) => this.#open(origin), AbortSignal.any([signal, this.#stop.signal]))
    this.#ended = running.catch(() => {})
    await running
    return !signal.aborted && !this.#isEnding
  }

  /** From the next line on the mapping of these options is in force. */
  use(options: PipelineOptions): void {
    this.#options = options
    if (this.#application === undefined) return
    this.#application.applier.endBatch()
    this.#application.applier = this.#applierFor(this.#application.origin)
  }

  /** Resolves when what was written up to now is delivered. */
  async drain(): Promise<void> {
    this.#isEnding = true
    this.source.drain()
    await this.#ended
  }

  /** The same, but not for longer than so. */
  async stop(withinMs: number): Promise<void> {
    const deadline = setTimeout(() => this.#stop.abort(), withinMs)
    await this.drain()
    clearTimeout(deadline)
  }

  #open(origin: Origin): StreamSink {
    this.#application ??= { origin, applier: this.#applierFor(origin) }
    const { maxLineBytes, onEnvelope, onFormat } = this.#options
    const { createFramer, envelope = 'auto', format } = this.#intake
    const read = { envelope, format, maxLineBytes, createFramer, onEnvelope, onFormat }
    return new EventStream({ origin, application: this.#application, ...read, ...this.#watch })
  }

  #applierFor(origin: Origin): LineApplier {
    const { name } = this.source
    return new LineApplier({ ...this.#options, source: name, mapping: this.#options.mappings.reading(name) }, origin)
  }
}
