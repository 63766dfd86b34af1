/**
 * How a run is asked to end: by SIGTERM or SIGINT, by a request, or since its input has ended. The first one ends it in good order; a
 * second signal ends the process at once, with 128 and the signal's number as a shell would say it: whatever was exposed is in the record.
 */

const EXIT_AT_ONCE = { SIGINT: 130, SIGTERM: 143 } as const

export class Ending {
  /** Resolves with the cause when the run is to end. */
  readonly asked: Promise<string>
  #isAsked = false
  #resolve: (cause: string) => void = () => {}
  readonly #handle = (signal: NodeJS.Signals): void => {
    if (this.#isAsked) process.exit(EXIT_AT_ONCE[signal as keyof typeof EXIT_AT_ONCE])
    this.ask(signal)
  }

  /** Listens from now on. Before anything is done: the first process of a container is sent no signal that it does not listen to. */
  constructor() {
    this.asked = new Promise((resolve) => {
      this.#resolve = resolve
    })
    process.on('SIGINT', this.#handle)
    process.on('SIGTERM', this.#handle)
  }

  ask(cause: string): void {
    this.#isAsked = true
    this.#resolve(cause)
  }

  close(): void {
    process.off('SIGINT', this.#handle)
    process.off('SIGTERM', this.#handle)
  }
}
