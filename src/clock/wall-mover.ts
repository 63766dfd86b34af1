/**
 * Brings the wall clock to the clocks of logs that stand at their ends: when something is asked to be shown as it is now, and when something
 * runs out. One timer for all of them, which is not set while nothing can run out and never wakes more often than once a second.
 */
import type { Clocks } from './clocks.ts'

export interface WallMoverOptions {
  readonly clocks: Clocks
  readonly wallClockMs: () => number
  /** Calls `wake` once after `ms`. Answers what cancels it. */
  readonly setTimer: (wake: () => void, ms: number) => () => void
  /** Called before what runs out by the timer is done, and after it. */
  readonly onBegin?: () => void
  readonly onMoved?: () => void
  /** Something that ran out made the program fail: a bug. */
  readonly onBug: (error: unknown) => void
}

const LEAST_WAIT_MS = 1000
/** Timers take no longer waits; it is set anew then. */
const LONGEST_WAIT_MS = 3_600_000

export class WallMover {
  readonly #options: WallMoverOptions
  #cancel: (() => void) | undefined = undefined
  #wakesAtMs = 0
  #wokeMs = Number.NEGATIVE_INFINITY
  #isOver = false

  constructor(options: WallMoverOptions) {
    this.#options = options
    options.clocks.onSooner = () => this.#plan()
  }

  /** All clocks at the end of their log show what the wall clock shows; what has run out is done. */
  move(): void {
    const { clocks, wallClockMs, onBegin, onMoved } = this.#options
    const wallNs = BigInt(Math.floor(wallClockMs())) * 1_000_000n
    const isDue = clocks.nextNs !== undefined && clocks.nextNs <= wallNs
    if (isDue) onBegin?.()
    this.#doAll(() => clocks.moveWall(wallNs))
    if (isDue) onMoved?.()
  }

  /** What was there at the start has been read: from now on the wall clock goes for the logs, too, that nobody reads. */
  takeAll(): void {
    this.#options.onBegin?.()
    this.#doAll(() => this.#options.clocks.standUnread())
    this.move()
    this.#options.onMoved?.()
  }

  /** Nothing runs out any more. */
  close(): void {
    this.#isOver = true
    this.#cancel?.()
  }

  /** What fails is done with; the others are due all the same. */
  #doAll(act: () => void): void {
    for (;;) {
      try {
        act()
        return
      } catch (error) {
        this.#options.onBug(error)
      }
    }
  }

  #plan(): void {
    const { clocks, wallClockMs, setTimer } = this.#options
    if (this.#isOver || clocks.nextNs === undefined) return
    const nowMs = wallClockMs()
    const sinceMs = nowMs - this.#wokeMs
    const restMs = sinceMs >= 0 && sinceMs < LEAST_WAIT_MS ? LEAST_WAIT_MS - sinceMs : 0
    const dueInMs = Number(clocks.nextNs / 1_000_000n) + 1 - nowMs
    const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(dueInMs, restMs))
    if (this.#cancel !== undefined && this.#wakesAtMs <= nowMs + waitMs) return
    this.#cancel?.()
    this.#wakesAtMs = nowMs + waitMs
    this.#cancel = setTimer(() => this.#wake(), waitMs)
  }

  #wake(): void {
    this.#cancel = undefined
    this.#wokeMs = this.#options.wallClockMs()
    this.move()
    this.#plan()
  }
}
