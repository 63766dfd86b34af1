/** SIGHUP, which asks for a reload. One that comes before anybody can reload is remembered: it must not end the process. */

export class Hangups {
  #isPending = false
  #onHangup: (() => void) | undefined
  readonly #handle = (): void => {
    if (this.#onHangup === undefined) this.#isPending = true
    else this.#onHangup()
  }

  /** Listens from now on. */
  constructor() {
    process.on('SIGHUP', this.#handle)
  }

  /** Who acts on it; at once if one has come already. */
  follow(onHangup: () => void): void {
    this.#onHangup = onHangup
    if (this.#isPending) onHangup()
    this.#isPending = false
  }

  close(): void {
    process.off('SIGHUP', this.#handle)
  }
}
