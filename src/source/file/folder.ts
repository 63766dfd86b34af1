/** What stands in a folder or at a path, without opening it, and whether that may have changed; nothing if it cannot be known. */
import { type BigIntStats, readdirSync, statSync } from 'node:fs'

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Of what a link leads to. */
export function statOrNothing(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** A path where a regular file stands. */
export interface FoundFile {
  readonly path: string
  readonly stat: BigIntStats
}

/** A directory as it was just before it was listed. */
export interface Folder {
  readonly path: string
  /** undefined: it was not there, or not for us. */
  readonly stat: BigIntStats | undefined
  readonly atMs: number
}

/** The coarsest clocks of file systems tick every two seconds. */
const TICK_MS = 2500

export function folderAt(path: string): Folder {
  return { path, stat: statOrNothing(path), atMs: Date.now() }
}

/** Whether each holds the names that it held when it was listed: a name that comes, goes or moves changes its time. */
export function areUnchanged(folders: readonly Folder[]): boolean {
  return folders.every(isUnchanged)
}

/**
 * A change within one tick of the file system's clock looks like none: a directory that had changed just before it was listed tells
 * nothing. Times of files are those of the machine's clock; where they are not, directories are listed more often, or ten seconds late.
 */
function isUnchanged(folder: Folder): boolean {
  return isAsListed(folder) && wasQuietFor(TICK_MS, folder)
}

/** No name has come, gone or moved since, as far as the time of the folder tells. */
export function isAsListed({ path, stat }: Folder): boolean {
  const now = statOrNothing(path)
  if (stat === undefined || now === undefined) return stat === now
  return now.ino === stat.ino && now.dev === stat.dev && now.mtimeNs === stat.mtimeNs && now.ctimeNs === stat.ctimeNs
}

/** Whether nothing had changed for so long when it was listed. */
export function wasQuietFor(ms: number, { stat, atMs }: Folder): boolean {
  return stat === undefined || atMs - Number(stat.ctimeMs) >= ms
}

/** A regular file, or none. */
export function fileAt(path: string): FoundFile[] {
  const stat = statOrNothing(path)
  return stat?.isFile() === true ? [{ path, stat }] : []
}
