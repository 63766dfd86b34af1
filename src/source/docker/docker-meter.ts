/** What happens between a source and its daemon, as own metrics and as few words. */
import type { OwnMetrics } from '../../telemetry/own-metrics.ts'
import type { Cell } from '../../telemetry/tally.ts'
import type { SourceLog } from '../source-log.ts'
import type { FrameCounts } from './feed.ts'

/** How a container is read. */
export type ReadState = 'reading' | 'polled' | 'stopped' | 'unreadable'
const READ_STATES: readonly ReadState[] = ['reading', 'polled', 'stopped', 'unreadable']

const MAX_SAID = 200

export class DockerMeter {
  readonly frames: FrameCounts
  readonly malformed: Cell
  readonly reconnects: Cell
  readonly #name: string
  readonly #own: OwnMetrics
  readonly #log: SourceLog | undefined
  readonly #said = new Set<string>()

  constructor(name: string, own: OwnMetrics, log: SourceLog | undefined) {
    this.#name = name
    this.#own = own
    this.#log = log
    this.malformed = own.dockerFrames.at(name, 'malformed')
    this.reconnects = own.dockerReconnects.at(name)
    this.frames = {
      taken: own.dockerFrames.at(name, 'taken'),
      replayed: own.dockerFrames.at(name, 'replayed'),
      parts: own.dockerParts.at(name),
      gaps: own.dockerGaps.at(name),
    }
    own.sourceUp.at(name).value = 0
    for (const state of READ_STATES) own.dockerContainers.at(name, state)
  }

  up(isUp: boolean): void {
    this.#own.sourceUp.at(this.#name).value = isUp ? 1 : 0
  }

  /** Containers that are read now. */
  get readCount(): number {
    return this.#own.dockerContainers.at(this.#name, 'reading').value + this.#own.dockerContainers.at(this.#name, 'polled').value
  }

  countError(): void {
    this.#own.sourceFileEvents.at(this.#name, 'error').value++
  }

  /** From one state to another; undefined: it is not known yet, or not any more. */
  move(from: ReadState | undefined, to: ReadState | undefined): void {
    if (from !== undefined) this.#own.dockerContainers.at(this.#name, from).value--
    if (to !== undefined) this.#own.dockerContainers.at(this.#name, to).value++
  }

  /** Said once for each subject. */
  warn(message: string, subject: string, error = ''): void {
    const cause = `${message} ${subject} ${error}`
    if (this.#said.has(cause) || this.#said.size >= MAX_SAID) return
    this.#said.add(cause)
    this.#log?.warn(message, { source: this.#name, subject, ...(error === '' ? {} : { error }) })
  }

  /** It is over: it may be said again. */
  forget(): void {
    this.#said.clear()
  }
}
