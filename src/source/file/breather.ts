/** Gives way to the rest of the process (a scrape) after each full window, or after many small ones. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { WINDOW_BYTES } from './window.ts'

/** What looking at a file costs, as if it were bytes read. */
const LOOK_BYTES = 4096

export class Breather {
  #bytes = 0

  async after(readBytes: number): Promise<void> {
    this.#bytes += readBytes + LOOK_BYTES
    if (this.#bytes < WINDOW_BYTES) return
    this.#bytes = 0
    await nextTurn()
  }
}
