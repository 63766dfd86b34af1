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

  /** Resolves when the daemon answers, or when one of `signals` aborts. */
  async whenUp(...signals: readonly AbortSignal[]): Promise<void> {
    if (this.#isUp || signals.some(({ aborted }) => aborted)) return
    let leave: () => void = () => {}
    const left = new Promise<void>((resolve) => {
      leave = resolve
    })
    // Not `AbortSignal.any`: signals that live as long as the process would gather what was made of them.
    for (const signal of signals) signal.addEventListener('abort', leave)
    await Promise.race([this.#up, left])
    for (const signal of signals) signal.removeEventListener('abort', leave)
  }

  #shut(): Promise<void> {
    return new Promise((resolve) => {
      this.#open = resolve
    })
  }
}
