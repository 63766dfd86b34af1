/**
 * Whether what was listed stood there at one moment. A file that is renamed while its directory is read may be found nowhere or twice; a
 * generation of a log that is overlooked so is no longer between the two that it stands between, and what goes over its ends is lost.
 */
import { type Folder, type FoundFile, isAsListed, wasQuietFor } from './folder.ts'

/** Where names come and go all the time nothing stands still. */
const MOST_LOOKS = 10
const MOST_MS = 50
/** Within a tick of the system's clock a second change leaves the time of the first. */
const TICK_MS = 20

/**
 * Looking again may take so long at each listing, and what takes longer a fiftieth of the time: scans that take long come seldom, and find
 * less of what is there for a moment only.
 */
const CHEAP_MS = 3
const SHARE = 50

/** For one listing, which is made again until it is accepted; and for the next ones. */
export class Stillness {
  #beganMs = performance.now()
  #looks = 0
  /** After the first look. */
  #lookedMs = 0
  #restlessUntilMs = Number.NEGATIVE_INFINITY
  #before: readonly FoundFile[] | undefined = undefined

  /** Another listing. */
  begin(): void {
    this.#beganMs = performance.now()
    this.#looks = 0
    this.#before = undefined
  }

  /** `folders`: as they were before they were listed; `files`: what was found in them. */
  accepts(folders: readonly Folder[], files: readonly FoundFile[]): boolean {
    const before = this.#before
    this.#before = files
    this.#looks++
    const nowMs = performance.now()
    if (this.#looks === 1) this.#lookedMs = nowMs
    const wereQuiet = folders.every((folder) => wasQuietFor(TICK_MS, folder))
    const isStill = folders.every(isAsListed) && (wereQuiet || (before !== undefined && areSame(before, files)))
    const isEnough = this.#looks >= MOST_LOOKS || nowMs - this.#beganMs > MOST_MS || nowMs < this.#restlessUntilMs
    if (!isStill && !isEnough) return false
    const againMs = nowMs - this.#lookedMs
    if (againMs > CHEAP_MS) this.#restlessUntilMs = nowMs + againMs * SHARE
    return true
  }
}

function areSame(before: readonly FoundFile[], files: readonly FoundFile[]): boolean {
  if (before.length !== files.length) return false
  return files.every(({ path, stat }, i) => path === before[i]!.path && stat.ino === before[i]!.stat.ino)
}
