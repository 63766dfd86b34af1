/**
 * How a run is asked to end: by SIGTERM or SIGINT, by a request, or since its input has ended. The first one ends it in good order; a
 * second signal ends the process at once, with 128 and the signal's number as a shell would say it: whatever was exposed is in the record.
 */
import type { Log } from '../telemetry/log.ts'

const EXIT_AT_ONCE = { SIGINT: 130, SIGTERM: 143 } as const

export class Ending {
  /** Resolves when the run is to end. */
  readonly asked: Promise<void>
  isAsked = false
  readonly #log: Log
  #resolve: () => void = () => {}
  readonly #handle = (signal: NodeJS.Signals): void => {
    if (this.isAsked) process.exit(EXIT_AT_ONCE[signal as keyof typeof EXIT_AT_ONCE])
    this.ask(signal)
  }

  /** Listens from now on: before an address is announced, since who reads it may send a signal at once. */
  constructor(log: Log) {
    this.#log = log
    this.asked = new Promise((resolve) => {
      this.#resolve = resolve
    })
    process.on('SIGINT', this.#handle)
    process.on('SIGTERM', this.#handle)
  }

  ask(cause: string): void {
    if (this.isAsked) return
    this.isAsked = true
    this.#log.info('stopping', { cause })
    this.#resolve()
  }

  close(): void {
    process.off('SIGINT', this.#handle)
    process.off('SIGTERM', this.#handle)
  }
}
