/** Time that moves only when the test says so. One source waits on it; `step` returns when the source waits again. */
import type { Clock, Waker } from '../../src/source/wake.ts'

export class SteppedTime implements Clock, Waker {
  #nowMs = 1000
  #release: (() => void) | undefined = undefined
  #onWait: (() => void) | undefined = undefined

  nowMs(): number {
    return this.#nowMs
  }

  /** Time goes by while the source works. */
  pass(ms: number): void {
    this.#nowMs += ms
  }

  wait(_ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const release = () => {
        signal.removeEventListener('abort', release)
        this.#release = undefined
        resolve()
      }
      this.#release = release
      signal.addEventListener('abort', release)
      if (signal.aborted) release()
      this.#onWait?.()
    })
  }

  wake(): void {
    this.#release?.()
  }

  /** Resolves when the source waits for the first time, or at once if it does. */
  async untilWaiting(): Promise<void> {
    if (this.#release === undefined) await new Promise<void>((resolve) => (this.#onWait = resolve))
    this.#onWait = undefined
  }

  async step(ms: number): Promise<void> {
    await this.untilWaiting()
    this.#nowMs += ms
    this.wake()
    await this.untilWaiting()
  }
}
