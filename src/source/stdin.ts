/**
 * Standard input as a source: each block goes to the sink as it comes. It cannot be read again, so its sink must take all it is
 * given (`frame/stream-lines.ts` does; a sink for files that asks back is refused). Nothing but the sink's work delays reading:
 * while that runs the pipe fills, and then the writer waits; so no more than a few blocks are ever held here. There is nothing to
 * resume: the checkpoint counts bytes of this run.
 */
import type { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import type { Fault } from './fault.ts'
import type { OpenStream, Origin, Position, RecordedPosition, Source, StreamSink } from './source.ts'
import type { SourceLog } from './source-log.ts'

export interface StdinSourceOptions {
  readonly name: string
  readonly input: Readable
  readonly telemetry: OwnMetrics
  readonly log?: SourceLog
}

/** What a pipe holds comes at once: after so long without a byte there is none left in it. */
const QUIET_MS = 50
/** No pipe holds more without privileges; a writer that goes on for ever does not keep the end waiting. */
const MAX_PIPE_BYTES = 1024 * 1024

export class StdinSource implements Source {
  readonly name: string
  readonly caughtUp: Promise<void> = Promise.resolve()
  readonly #input: Readable
  readonly #telemetry: OwnMetrics
  readonly #log: SourceLog | undefined
  readonly #origin: Origin
  #offset = 0
  #hasEnded = false
  /** Bytes that are still taken; undefined: all that come. */
  #leftBytes: number | undefined = undefined
  #quiet: NodeJS.Timeout | undefined = undefined

  constructor({ name, input, telemetry, log }: StdinSourceOptions) {
    this.name = name
    this.#input = input
    this.#telemetry = telemetry
    this.#log = log
    this.#origin = { source: name, log: 'stdin', file: '', stream: 'stdin', fields: {} }
  }

  /** Resolves at the end of the input (also if it breaks), when it is drained or when `signal` aborts; only the first delivers a rest. */
  async run(open: OpenStream, signal: AbortSignal): Promise<void> {
    const sink = open(this.#origin)
    sink.noteAtEnd?.()
    const up = this.#telemetry.sourceUp.at(this.name)
    up.value = 1
    const stop = () => this.#input.destroy()
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    try {
      const hasEnded = await this.#deliver(sink, signal)
      if (hasEnded) sink.end(this.#chunk(Buffer.alloc(0)))
    } finally {
      signal.removeEventListener('abort', stop)
      clearTimeout(this.#quiet)
      up.value = 0
      this.#hasEnded = true
    }
  }

  get faults(): readonly Fault[] {
    return this.#hasEnded ? [{ what: 'standard input', why: 'has ended; nothing more comes', isDown: true }] : []
  }

  /** What is in the pipe dies with its reader, so it is read; not more, however much the writer goes on. */
  drain(): void {
    this.#leftBytes ??= MAX_PIPE_BYTES
    this.#awaitQuiet()
  }

  /** None: what was read cannot be read again. */
  positions(): Position[] {
    return []
  }

  restore(
    own: readonly RecordedPosition[],
    _recordedMs: number,
    others: readonly RecordedPosition[] = [],
  ): readonly RecordedPosition[] {
    return [...own, ...others]
  }

  /** Answers whether the input ended by itself. */
  async #deliver(sink: StreamSink, signal: AbortSignal): Promise<boolean> {
    const blocks = this.#input[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    for (;;) {
      const atEnd = setTimeout(() => sink.noteAtEnd?.(), QUIET_MS)
      const block = await this.#next(blocks, signal)
      clearTimeout(atEnd)
      if (signal.aborted) return false
      if (block === undefined) return !this.#isCutOff
      clearTimeout(this.#quiet)
      const chunk = this.#chunk(block)
      this.#offset += block.length
      if (sink.push(chunk) !== this.#offset) throw new Error('a sink of standard input must take all it is given')
      await nextTurn()
      await sink.busy
      if (this.#leftBytes === undefined) continue
      this.#leftBytes -= block.length
      if (this.#leftBytes <= 0) this.#input.destroy()
      else this.#awaitQuiet()
    }
  }

  /** Destroyed by `drain`, not ended. */
  get #isCutOff(): boolean {
    return this.#leftBytes !== undefined && !this.#input.readableEnded
  }

  /** A turn of the event loop is waited for as well: a scrape may have kept it from reading for longer. */
  #awaitQuiet(): void {
    clearTimeout(this.#quiet)
    const offset = this.#offset
    this.#quiet = setTimeout(async () => {
      await nextTurn()
      await nextTurn()
      if (this.#offset === offset) this.#input.destroy()
    }, QUIET_MS)
  }

  /** undefined: no more. Only reading is guarded: what the sink throws is a bug and passes. */
  async #next(blocks: AsyncIterator<Buffer>, signal: AbortSignal): Promise<Buffer | undefined> {
    try {
      const { done, value } = await blocks.next()
      return done === true ? undefined : value
    } catch (error) {
      if (signal.aborted || this.#isCutOff) return undefined
      this.#telemetry.sourceFileEvents.at(this.name, 'error').value++
      this.#log?.warn('standard input broke', { source: this.name, error: String(error) })
      return undefined
    }
  }

  #chunk(block: Buffer) {
    return { buffer: block, start: 0, end: block.length, offset: this.#offset }
  }
}
