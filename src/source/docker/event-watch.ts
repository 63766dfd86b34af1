/** What a daemon tells as it happens, for as long as it does: an answer that ends is asked for again, from the last event on. */

import type { Clock } from '../wake.ts'
import { Backoff } from './backoff.ts'
import { dateOf, RefusedError } from './client.ts'
import type { ContainerEvent } from './container-list.ts'
import type { Engine } from './engine.ts'
import { readEvents } from './event-lines.ts'
import { timeOfMs } from './log-time.ts'

const STEADY_MS = 10_000
const CLOCK_SLACK_MS = 60_000

export class EventWatch {
  readonly #onEnd: () => void
  readonly #onEvent: (event: ContainerEvent) => void
  readonly #clock: Clock
  readonly #backoff: Backoff
  #isOpen = false
  #openedMs = 0
  /** The daemon's clock then. */
  #dateMs: number | undefined = undefined
  /** Not before. */
  #againMs = 0
  #isRefused = false
  #lastTime: string | undefined = undefined

  constructor(onEnd: () => void, onEvent: (event: ContainerEvent) => void, clock: Clock, random: () => number) {
    this.#clock = clock
    this.#backoff = new Backoff(random)
    this.#onEnd = onEnd
    this.#onEvent = onEvent
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Answers whether there was a time without: what happened in it may be unknown. A proxy may allow no events: then lists tell all. */
  async open(engine: Engine, signal: AbortSignal): Promise<boolean> {
    if (this.#isOpen || this.#isRefused || this.#clock.nowMs() < this.#againMs) return false
    try {
      const answer = await engine.openEvents(this.#lastTime, signal)
      this.#isOpen = true
      this.#openedMs = this.#clock.nowMs()
      this.#dateMs = dateOf(answer)
      void readEvents(answer, (event) => this.#take(event)).finally(() => this.#close())
      return true
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      this.#isRefused = error.status === 403
      return false
    }
  }

  /** One that ends as soon as it is opened is not opened all the time. */
  #close(): void {
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#openedMs > STEADY_MS) this.#backoff.reset()
    this.#againMs = nowMs + this.#backoff.takeMs()
    this.#isOpen = false
    this.#onEnd()
  }

  /** What the daemon repeats from before its clock was set back is of the future, and says how things stood then. */
  #isOfFuture(time: string): boolean {
    if (this.#dateMs === undefined) return false
    return time > timeOfMs(this.#dateMs + this.#clock.nowMs() - this.#openedMs + CLOCK_SLACK_MS)
  }

  #take(event: ContainerEvent): void {
    if (event.time !== undefined && this.#isOfFuture(event.time)) return
    if (event.time !== undefined) this.#lastTime = event.time
    this.#onEvent(event)
  }
}
