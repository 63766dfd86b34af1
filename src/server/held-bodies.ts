/**
 * Which bodies are being sent to whom. Many readers of one body cost one body; who keeps an old one from being given back by not reading
 * it is cut off once all of them together are too large.
 */
import type { ServerResponse } from 'node:http'

/** Of the newest bodies this many are never taken from their readers, whatever their size. */
const MIN_HELD = 2

export class HeldBodies {
  readonly #maxBytes: number
  /** In the order in which they came. */
  readonly #readers = new Map<Buffer, Set<ServerResponse>>()
  #heldBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Called when `response` is about to be given `body`. */
  hold(body: Buffer, response: ServerResponse): void {
    const known = this.#readers.get(body)
    if (known !== undefined) known.add(response)
    else {
      this.#readers.set(body, new Set([response]))
      this.#heldBytes += body.length
      this.#makeRoom()
    }
    response.once('close', () => this.#release(body, response))
  }

  #release(body: Buffer, response: ServerResponse): void {
    const readers = this.#readers.get(body)
    if (readers?.delete(response) === true && readers.size === 0) this.#forget(body)
  }

  #forget(body: Buffer): void {
    this.#readers.delete(body)
    this.#heldBytes -= body.length
  }

  #makeRoom(): void {
    for (const [body, readers] of this.#readers) {
      if (this.#heldBytes <= this.#maxBytes || this.#readers.size <= MIN_HELD) return
      this.#forget(body)
      for (const response of readers) response.destroy()
    }
  }
}
