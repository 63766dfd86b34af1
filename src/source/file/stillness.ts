/**
 * Whether what was listed stood there at one moment. A file that is renamed while its directory is read may be found nowhere or twice; a
 * generation of a log that is overlooked so is no longer between the two that it stands between, and what goes over its ends is lost.
 */
import { type Folder, type FoundFile, statOrNothing } from './folder.ts'

/** Where names come and go all the time nothing stands still. */
const MOST_LOOKS = 10
const MOST_MS = 50
/** Within a tick of the system's clock a second change leaves the time of the first. */
const TICK_MS = 20

/** For one listing, which is made again until it is accepted. */
export class Stillness {
  readonly #beganMs = performance.now()
  #looks = 0
  #before: readonly FoundFile[] | undefined = undefined

  /** `folders`: as they were before they were listed; `files`: what was found in them. */
  accepts(folders: readonly Folder[], files: readonly FoundFile[]): boolean {
    const before = this.#before
    this.#before = files
    this.#looks++
    if (this.#looks >= MOST_LOOKS || performance.now() - this.#beganMs > MOST_MS) return true
    if (!folders.every(isAsListed)) return false
    return folders.every(wasQuiet) || (before !== undefined && areSame(before, files))
  }
}

/** No name has come, gone or moved since, as far as the time of the folder tells. */
export function isAsListed({ path, stat }: Folder): boolean {
  const now = statOrNothing(path)
  return now?.ino === stat?.ino && now?.mtimeNs === stat?.mtimeNs && now?.ctimeNs === stat?.ctimeNs
}

function wasQuiet({ stat, atMs }: Folder): boolean {
  return stat === undefined || atMs - Number(stat.ctimeMs) >= TICK_MS
}

function areSame(before: readonly FoundFile[], files: readonly FoundFile[]): boolean {
  if (before.length !== files.length) return false
  return files.every(({ path, stat }, i) => path === before[i]!.path && stat.ino === before[i]!.stat.ino)
}
