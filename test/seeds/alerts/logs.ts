/**
 * Logs that are written while the test runs, in the shapes of the five systems, of agents in general, of Claude Code and of Codex. A writer
 * says what it adds to which log at each beat, and from when to when.
 */
import { appendFileSync } from 'node:fs'

export const BEAT_MS = 250
/** From when on there is trouble. Before it all is well. */
export const TROUBLE = 12

export type Line = Readonly<Record<string, unknown>> | string

export interface Writer {
  readonly log: string
  /** Seconds since the start. */
  readonly from?: number
  readonly until?: number
  /** Once in so many beats; 1 if not given. */
  readonly every?: number
  /** Its lines have no end. */
  readonly unfinished?: true
  /** The lines of one beat; `beat` counts those of this writer. */
  lines(beat: number): readonly Line[]
}

const stamp = (aheadMs: number): string => new Date(Date.now() + aheadMs).toISOString().replace('T', ' ').replace('Z', '')

/** A line of the envelope that the five systems have. */
export function event(name: string, fields: Readonly<Record<string, unknown>>, aheadMs = 0): Line {
  const envelope = {
    timestamp: stamp(aheadMs),
    level: 'info',
    message: name,
    traceId: 'no-trace',
    spanId: 'no-span',
    service: 'live',
  }
  return { ...envelope, event: name, ...fields }
}

/** Writes what is due, and knows how long it has been doing so. */
export class Writing {
  readonly #startedMs = Date.now()
  readonly #beats = new Map<Writer, number>()
  readonly #fileOf: (log: string) => string
  readonly #timer: NodeJS.Timeout
  #beat = 0

  constructor(writers: readonly Writer[], fileOf: (log: string) => string) {
    this.#fileOf = fileOf
    // Beats that a busy machine let pass are made up for.
    this.#timer = setInterval(() => {
      while (this.#beat * BEAT_MS <= this.seconds * 1000) this.#write(writers)
    }, BEAT_MS)
  }

  get seconds(): number {
    return (Date.now() - this.#startedMs) / 1000
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #write(writers: readonly Writer[]): void {
    const now = (this.#beat * BEAT_MS) / 1000
    const texts = new Map<string, string>()
    for (const writer of writers) {
      const { log, from = 0, until = Number.POSITIVE_INFINITY, every = 1 } = writer
      if (now < from || now >= until || this.#beat % every !== 0) continue
      const count = this.#beats.get(writer) ?? 0
      this.#beats.set(writer, count + 1)
      const text = writer.lines(count).map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
      texts.set(log, (texts.get(log) ?? '') + text.map((line) => line + (writer.unfinished ? '' : '\n')).join(''))
    }
    for (const [log, text] of texts) appendFileSync(this.#fileOf(log), text)
    this.#beat++
  }
}
