/**
 * Generations of logs that left their names, under names that the patterns do not have: of a log that was open when the process ended the
 * file itself, and whatever was begun after a log and rotated since.
 */
import { type FoundFile, fileAt } from './folder.ts'
import { type Folders, generationsBeside, logPathsOf, ofLogBeside } from './generation-names.ts'
import { inodeKey, millisecondsOf } from './identity.ts'
import type { PastFile } from './past-file.ts'
import type { PastFiles } from './past-files.ts'
import type { Tail } from './tail.ts'
import type { Unseen } from './unseen.ts'

export interface GenerationsOptions {
  readonly past: PastFiles
  readonly unseen: Unseen
  readonly isFollowed: (inode: string) => boolean
}

/** What one scan has found. */
export interface Sight {
  readonly folders: Folders
  /** Files that the patterns name and that are not followed, by inode. */
  readonly unknown: ReadonlyMap<string, FoundFile>
  /** What the scan before has found was not all opened: it had moved. */
  readonly isSecond: boolean
}

type Begun = Pick<PastFile, 'path' | 'sinceMs'>

export class Generations {
  readonly #options: GenerationsOptions
  /** In the last scan: what was begun after these, beside them, is wanted. */
  #asked: readonly Begun[] = []

  constructor(options: GenerationsOptions) {
    this.#options = options
  }

  /** `moved`: those that left their path in this scan. */
  find(moved: readonly Tail[], sight: Sight): FoundFile[] {
    const { past, unseen } = this.#options
    const left = moved.map(({ formerPath, sinceMs }) => ({ path: formerPath, sinceMs }))
    // Names may move on while we look: whatever is missed so is looked for until nothing moves.
    for (const log of left) unseen.note(log)
    const missing = past.missing()
    const there = missing.length === 0 ? undefined : new Set([...sight.unknown.values()].map(({ stat }) => past.of(stat)))
    const lost = missing.filter((file) => there?.has(file) !== true)
    const logs = lost.flatMap(({ path, sinceMs }) => [path, ...logPathsOf(path)].map((log) => ({ path: log, sinceMs })))
    this.#asked = [...(sight.isSecond ? this.#asked : []), ...left, ...logs]
    const themselves = lost.flatMap((file) => this.#findAgain(file, sight))
    return [...themselves, ...this.#asked.flatMap((log) => this.#begunAfter(log, sight))]
  }

  #findAgain(file: PastFile, { folders }: Sight): FoundFile[] {
    const { past, unseen } = this.#options
    const itself = [...fileAt(file.path), ...ofLogBeside(file.path, folders)].find(({ stat }) => past.of(stat) === file)
    unseen.note(file)
    if (itself !== undefined) return [itself]
    past.drop(file)
    past.keep({ ...file, state: 'ghost' })
    return []
  }

  /** Where the file system knows no births, nothing can be told. */
  #begunAfter({ path, sinceMs }: Begun, { folders, unknown }: Sight): FoundFile[] {
    if (sinceMs === 0) return []
    return generationsBeside(path, folders).filter(({ path: beside, stat }) => {
      const inode = inodeKey(stat)
      const isAfter = millisecondsOf(stat.birthtimeNs) > sinceMs && !beside.endsWith('.gz')
      return isAfter && !this.#options.isFollowed(inode) && !unknown.has(inode)
    })
  }
}
