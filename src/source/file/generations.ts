/**
 * Generations of logs that left their names, under names that the patterns do not have: of a log that was open when the process ended the
 * file itself, and whatever was begun after a log and rotated since. Valid during one scan.
 */
import { type FoundFile, fileAt } from './folder.ts'
import { type Folders, generationsBeside, logPathsOf, ofLogBeside } from './generation-names.ts'
import { inodeKey } from './identity.ts'
import type { PastFile } from './past-file.ts'
import type { PastFiles } from './past-files.ts'
import type { Tail } from './tail.ts'
import type { Unseen } from './unseen.ts'

export interface GenerationsOptions {
  readonly past: PastFiles
  readonly unseen: Unseen
  readonly folders: Folders
  /** Files that the patterns name and that are not followed, by inode. */
  readonly unknown: ReadonlyMap<string, FoundFile>
  readonly isFollowed: (inode: string) => boolean
}

export class Generations {
  readonly #options: GenerationsOptions

  constructor(options: GenerationsOptions) {
    this.#options = options
  }

  /** `moved`: those that left their path in this scan. */
  find(moved: readonly Tail[]): FoundFile[] {
    const { past, unseen, unknown } = this.#options
    const found: FoundFile[] = []
    for (const tail of moved) {
      found.push(...this.#begunAfter(tail.sinceMs, tail.formerPath))
      // Names may move on while we look: whatever is missed so is looked for until nothing moves.
      unseen.note({ path: tail.formerPath, sinceMs: tail.sinceMs })
    }
    const missing = past.missing()
    if (missing.length === 0) return found
    const there = new Set([...unknown.values()].map(({ stat }) => past.of(stat)))
    for (const file of missing) if (!there.has(file)) found.push(...this.#findAgain(file))
    return found
  }

  #findAgain(file: PastFile): FoundFile[] {
    const { past, unseen, folders } = this.#options
    const itself = [...fileAt(file.path), ...ofLogBeside(file.path, folders)].find(({ stat }) => past.of(stat) === file)
    const later = [file.path, ...logPathsOf(file.path)].flatMap((log) => this.#begunAfter(file.sinceMs, log))
    unseen.note(file)
    if (itself !== undefined) return [itself, ...later]
    past.drop(file)
    past.keep({ ...file, state: 'ghost' })
    return later
  }

  /** Where the file system knows no births, nothing can be told. */
  #begunAfter(sinceMs: number, path: string): FoundFile[] {
    const { folders, unknown, isFollowed } = this.#options
    if (sinceMs === 0) return []
    return generationsBeside(path, folders).filter(({ path: beside, stat }) => {
      const inode = inodeKey(stat)
      return Number(stat.birthtimeNs) / 1e6 > sinceMs && !beside.endsWith('.gz') && !isFollowed(inode) && !unknown.has(inode)
    })
  }
}
