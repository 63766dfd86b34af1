/** Time that goes by faster: what a source waits for in half a minute comes in a moment, in the same order. */
import { type Clock, TimedWaker, type Waker } from '../../../src/source/wake.ts'

const FACTOR = 500

export const hurriedClock: Clock = { nowMs: () => performance.now() * FACTOR }

export class HurriedWaker implements Waker {
  readonly #waker = new TimedWaker()

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return this.#waker.wait(ms / FACTOR, signal)
  }

  wake(): void {
    this.#waker.wake()
  }
}
