/**
 * What stood at each path when it was looked at last: an unchanged file is the very same object again, so that who has it knows that. A
 * file that has not changed for long is looked at less often: most logs that lie about are never written to again.
 */
import type { BigIntStats } from 'node:fs'
import { type FoundFile, statOrNothing } from './folder.ts'

/** A file is quiet when it has not changed for so long, and is then looked at so often. */
const QUIET_AFTER_MS = 60_000
const QUIET_LOOK_MS = 2500

interface Sighting {
  readonly file: FoundFile
  readonly sinceMs: number
  lookedMs: number
}

export class Sightings {
  #byPath = new Map<string, Sighting>()
  #lookCount = 0

  /** Grows by one for each file that is really looked at. */
  get lookCount(): number {
    return this.#lookCount
  }

  /** The regular file that stands there. */
  look(path: string, nowMs: number): FoundFile | undefined {
    this.#lookCount++
    const stat = statOrNothing(path)
    if (stat?.isFile() !== true) return undefined
    const known = this.#byPath.get(path)
    if (known !== undefined && isUnchanged(known.file.stat, stat)) {
      known.lookedMs = nowMs
      return known.file
    }
    const file = { path, stat }
    this.#byPath.set(path, { file, sinceMs: nowMs, lookedMs: nowMs })
    return file
  }

  /** The same, but a quiet file that was looked at lately is taken to be as it was. Only where no name has changed. */
  lookAgain(path: string, nowMs: number): FoundFile | undefined {
    const known = this.#byPath.get(path)
    const isQuiet = known !== undefined && nowMs - known.sinceMs >= QUIET_AFTER_MS && nowMs - known.lookedMs < QUIET_LOOK_MS
    return isQuiet ? known.file : this.look(path, nowMs)
  }

  keepOnly(files: readonly FoundFile[]): void {
    const before = this.#byPath
    if (before.size !== files.length) this.#byPath = new Map(files.map(({ path }) => [path, before.get(path)!]))
  }
}

function isUnchanged(before: BigIntStats, now: BigIntStats): boolean {
  const isSameFile = before.ino === now.ino && before.dev === now.dev && before.birthtimeNs === now.birthtimeNs
  return isSameFile && before.size === now.size && before.mtimeNs === now.mtimeNs && before.ctimeNs === now.ctimeNs
}
