/**
 * The time in which nothing ran, between the last writing of the record and the start: a packed generation of a log that was followed, and
 * that was written to in that time, holds what was never seen, unless something known stands in it. (Packing keeps the time of writing.)
 */
import type { FoundFile } from './folder.ts'
import { logPathsOf, pathAndLogsOf } from './generation-names.ts'
import type { PastFile } from './past-file.ts'

/** File systems count time in ticks. No log is forgotten so soon after it was written to. */
const TICK_MS = 1000

export class Absence {
  /** Absolute paths of the logs that were followed when it began, and of which they are generations. */
  readonly logs: ReadonlySet<string>
  readonly #beganMs: number
  readonly #endedMs: number

  /** Milliseconds since the epoch. */
  constructor(followed: readonly PastFile[], beganMs: number, endedMs: number) {
    this.logs = new Set(beganMs === 0 ? [] : followed.flatMap(({ path }) => pathAndLogsOf(path)))
    this.#beganMs = beganMs
    this.#endedMs = endedMs
  }

  wasWritten({ path, stat }: FoundFile): boolean {
    // As coarse as the moments that it is compared with.
    const writtenMs = Number(stat.mtimeNs / 1_000_000n)
    return writtenMs > this.#beganMs - TICK_MS && writtenMs <= this.#endedMs && logPathsOf(path).some((log) => this.logs.has(log))
  }
}
