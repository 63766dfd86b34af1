/** Time as sources see it: a clock that never goes back and a wait that can be cut short. Both are passed in, so tests step them. */
import { performance } from 'node:perf_hooks'

export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  nowMs(): number
}

export const monotonicClock: Clock = { nowMs: () => performance.now() }

/** For one waiter. */
export interface Waker {
  /** Resolves after `ms`, at `wake()`, or when `signal` aborts, whichever is first; at once if `wake()` came since the last wait. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  wake(): void
}

export class TimedWaker implements Waker {
  #isAwake = false
  #rouse: (() => void) | undefined = undefined

  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isAwake || signal.aborted) {
      this.#isAwake = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', finish)
        this.#rouse = undefined
        resolve()
      }
      const timer = setTimeout(finish, ms)
      signal.addEventListener('abort', finish)
      this.#rouse = finish
    })
  }

  wake(): void {
    if (this.#rouse === undefined) this.#isAwake = true
    else this.#rouse()
  }
}
