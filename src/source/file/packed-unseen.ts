/**
 * `.gz` files that came while the process ran, of logs that nobody copies (Docker packs what it rotates): one may hold a generation that was
 * begun, rotated and packed between two looks of a busy machine, so that nothing was ever seen of it. Whoever looks into it finds out.
 */
import { dirname } from 'node:path'
import type { Archives } from './archives.ts'
import { type FoundFile, fileAt, statOrNothing } from './folder.ts'
import { familyOf } from './generation-names.ts'
import { fileKey, millisecondsOf } from './identity.ts'
import type { Tail } from './tail.ts'

/** A folder as it was looked at last, but for files that wait. */
interface SeenFolder {
  /** undefined: it is to be looked at again, whether it changes or not. */
  readonly mtimeNs: bigint | undefined
  readonly files: readonly FoundFile[]
}

export class PackedUnseen {
  readonly #sinceMs: number
  #folders: ReadonlyMap<string, SeenFolder> = new Map()
  #paths: readonly string[] = []
  /** One of them waits. */
  #isWaiting = false
  /** Those that came and are not being read yet. */
  #awaited: ReadonlySet<string> = new Set()
  /** Those of them in which stands nothing that is known. */
  readonly #unknown = new Set<string>()

  /** `sinceMs`: a whole number, as the clock is read; those that were packed before, or within that millisecond, are history. */
  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs
  }

  /**
   * Those to be looked into; `archives` expects them from now on. `paths`: all `.gz` files of these logs, the same list as long as no folder was
   * listed anew. One waits as long as a log that it may hold has given nothing yet: there is nothing to know it by.
   */
  find(paths: readonly string[], tails: Iterable<Tail>, archives: Archives): readonly FoundFile[] {
    if (paths === this.#paths && !this.#isWaiting && this.#awaited.size === 0) return []
    this.#paths = paths
    const left = [...tails].filter((tail) => (tail.isRotated || tail.isLost) && isUntouched(tail))
    const unread = new Set(left.map(({ origin }) => familyOf(origin.file)))
    const awaited = new Set(this.#awaited)
    const folders = new Map<string, SeenFolder>()
    for (const [folder, inIt] of byFolder(paths)) {
      const before = this.#folders.get(folder)
      const seen = this.#look(folder, inIt, before, unread)
      folders.set(folder, seen)
      if (seen === before) continue
      const known = new Set(before?.files.map(({ stat }) => fileKey(stat)))
      for (const file of seen.files) {
        if (known.has(fileKey(file.stat)) || Math.floor(millisecondsOf(file.stat.birthtimeNs)) <= this.#sinceMs) continue
        archives.expect(file)
        awaited.add(fileKey(file.stat))
      }
    }
    this.#folders = folders
    this.#isWaiting = [...folders.values()].some(({ mtimeNs }) => mtimeNs === undefined)
    return awaited.size === 0 ? [] : this.#awaitedIn(folders, awaited, archives)
  }

  /** Nothing that is known stands in it. */
  noteUnknown({ stat }: FoundFile): void {
    this.#unknown.add(fileKey(stat))
  }

  isUnknown({ stat }: FoundFile): boolean {
    return this.#unknown.has(fileKey(stat))
  }

  #look(folder: string, paths: readonly string[], before: SeenFolder | undefined, unread: ReadonlySet<string>): SeenFolder {
    const mtimeNs = statOrNothing(folder)?.mtimeNs
    if (before !== undefined && before.mtimeNs === mtimeNs && before.files.length === paths.length) return before
    const files = paths.flatMap(fileAt)
    const known = new Set(before?.files.map(({ stat }) => fileKey(stat)))
    const ready = files.filter(({ path, stat }) => known.has(fileKey(stat)) || !unread.has(familyOf(path)))
    return { mtimeNs: ready.length < files.length ? undefined : mtimeNs, files: ready }
  }

  /** Where they are now: each rotation gives them other names. */
  #awaitedIn(folders: ReadonlyMap<string, SeenFolder>, awaited: ReadonlySet<string>, archives: Archives): readonly FoundFile[] {
    const files = [...folders.values()].flatMap((folder) => folder.files.filter(({ stat }) => awaited.has(fileKey(stat))))
    const left = files.filter((file) => archives.expects(file))
    this.#awaited = new Set(left.map(({ stat }) => fileKey(stat)))
    for (const key of this.#unknown) if (!this.#awaited.has(key)) this.#unknown.delete(key)
    return left
  }
}

/** There is something in it, and nothing of that is in the numbers. */
function isUntouched({ progress, lagBytes }: Tail): boolean {
  return progress.appliedBytes === 0 && lagBytes > 0
}

function byFolder(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>()
  for (const path of paths) {
    const known = folders.get(dirname(path))
    if (known === undefined) folders.set(dirname(path), [path])
    else known.push(path)
  }
  return folders
}
