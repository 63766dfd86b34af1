/** Whether the daemon answers, as one place tells and many ask: a thousand readers do not each knock at a door that is shut. */

export class Link {
  #isUp = false
  #up: Promise<void>
  #open: () => void = () => {}
  readonly #onDoubt: () => void

  /** `onDoubt`: somebody could not reach it. */
  constructor(onDoubt: () => void) {
    this.#onDoubt = onDoubt
    this.#up = this.#shut()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  set isUp(isUp: boolean) {
    if (isUp === this.#isUp) return
    this.#isUp = isUp
    if (isUp) this.#open()
    else this.#up = this.#shut()
  }

  doubt(): void {
    this.#onDoubt()
  }

  /** Resolves when the daemon answers, or when `signal` aborts. */
  async whenUp(signal: AbortSignal): Promise<void> {
    if (this.#isUp || signal.aborted) return
    let leave: () => void = () => {}
    const left = new Promise<void>((resolve) => {
      leave = resolve
      signal.addEventListener('abort', leave, { once: true })
    })
    await Promise.race([this.#up, left])
    signal.removeEventListener('abort', leave)
  }

  #shut(): Promise<void> {
    return new Promise((resolve) => {
      this.#open = resolve
    })
  }
}
