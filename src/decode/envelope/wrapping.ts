/**
 * What was around a message: the envelope that the lines of a container's log are wrapped in. One object per stream of lines, reused for
 * every message: whoever keeps it longer than the call copies it.
 */
export type EnvelopeKind = 'docker' | 'cri' | 'compose'

/** RFC 3339 with nanoseconds and an offset is no longer. */
export const MAX_TIME_BYTES = 40

export class Wrapping {
  kind: EnvelopeKind = 'cri'
  /** `stdout` or `stderr`; empty where the envelope does not say it. */
  stream = ''
  /** Name of the container; empty where the envelope does not say it. */
  container = ''
  partCount = 1
  /** Who wrote it, as far as the envelope says: what one writer writes is of one format. */
  get writer(): string {
    return this.kind === 'compose' ? this.container : this.stream
  }

  readonly #time = Buffer.alloc(MAX_TIME_BYTES)
  #timeBytes = 0

  /** When the runtime took the message's first part, as the log has it; empty: it does not say. */
  get time(): string {
    return this.#time.toString('latin1', 0, this.#timeBytes)
  }

  set time(text: string) {
    this.#timeBytes = this.#time.write(text, 'latin1')
  }

  /** Bytes `[start, end)`, at most `MAX_TIME_BYTES`. */
  takeTime(buffer: Buffer, start: number, end: number): void {
    const time = this.#time
    for (let i = start; i < end; i++) time[i - start] = buffer[i]!
    this.#timeBytes = end - start
  }

  copyFrom(other: Wrapping): void {
    this.kind = other.kind
    this.stream = other.stream
    this.container = other.container
    this.partCount = other.partCount
    this.takeTime(other.#time, 0, other.#timeBytes)
  }
}
