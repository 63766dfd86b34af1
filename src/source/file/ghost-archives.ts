/**
 * `.gz` files that may hold what was not read of a ghost: looked into, and if a ghost stands in one, read on from where that was left.
 * One at a time; one that is still being written is looked at again when it has grown.
 */
import { closeSync } from 'node:fs'
import { Archive } from './archive.ts'
import type { ArchivesOptions } from './archives.ts'
import { HEAD_BYTES } from './fingerprint.ts'
import type { FoundFile } from './folder.ts'
import { isOfLogOf } from './generation-names.ts'
import { fileKey } from './identity.ts'
import { openFile } from './open-file.ts'
import type { PastFile } from './past-file.ts'
import type { PastFiles } from './past-files.ts'
import { recognize } from './recognize.ts'

export interface GhostArchivesOptions extends ArchivesOptions {
  readonly past: PastFiles
  /** Followed files that begin so, deleted or not: what holds them is a copy. */
  readonly followedLike: (lead: Buffer, isUnlinked: boolean) => readonly PastFile[]
  /** Whether somebody waits to be told what stands in it. What was found before that counts for nothing: less was known then. */
  readonly isAwaited: (file: FoundFile) => boolean
  /** Of one that was awaited when the look began. `of`: what is known that stands in it. */
  readonly onLooked: (file: FoundFile, of: PastFile | undefined) => void
  /** All of it was read. */
  readonly onRead: (file: FoundFile) => void
}

/** An agent may create files without end. */
const MAX_REMEMBERED = 10_000

export class GhostArchives {
  readonly #options: GhostArchivesOptions
  /** What was looked at as it is now, with the ghosts that there are now, and for those who wait now. */
  readonly #seen = new Set<string>()
  #ghostsKept = 0
  #reading: Promise<void> | undefined = undefined

  constructor(options: GhostArchivesOptions) {
    this.#options = options
  }

  get isReading(): boolean {
    return this.#reading !== undefined
  }

  /** Begins with those that were not looked at yet, unless others are being read. */
  start(files: readonly FoundFile[]): void {
    if (this.#reading !== undefined) return
    this.#forget()
    const unseen = files.filter((file) => !this.#isSeen(file)).sort((a, b) => Number(a.stat.mtimeNs - b.stat.mtimeNs))
    if (unseen.length === 0) return
    this.#reading = this.#readAll(unseen).finally(() => {
      this.#reading = undefined
      this.#options.onDone()
    })
  }

  async done(): Promise<void> {
    await this.#reading
  }

  #forget(): void {
    const { ghostsKept } = this.#options.past
    if (ghostsKept === this.#ghostsKept && this.#seen.size < MAX_REMEMBERED) return
    this.#ghostsKept = ghostsKept
    this.#seen.clear()
  }

  async #readAll(files: readonly FoundFile[]): Promise<void> {
    for (const file of files) {
      if (this.#options.signal.aborted) return
      if (this.#isSeen(file)) continue
      const keys = this.#seenKeys(file)
      for (const key of keys) this.#seen.add(key)
      const forget = (): void => {
        for (const key of keys) this.#seen.delete(key)
      }
      try {
        if (!(await this.#readOne(file))) forget()
      } catch (error) {
        // It is still being written, or broken: what can be read of it is read when it has changed.
        const { code } = error as NodeJS.ErrnoException
        if (typeof code !== 'string') throw error
        if (code === 'ENOENT') forget()
      }
    }
  }

  /** Answers false if it has another name by now, under which it is found again. */
  async #readOne(file: FoundFile): Promise<boolean> {
    const { path } = file
    const { past, followedLike, isAwaited, onLooked, signal } = this.#options
    const looked = openFile(path)
    if (looked === undefined) return false
    if (fileKey(looked.stat) !== fileKey(file.stat)) {
      closeSync(looked.fd)
      return false
    }
    const wasAwaited = isAwaited(file)
    const like = (lead: Buffer) => {
      // Of several that were read as far the first is taken: a deleted one is read on by itself, another may have a longer copy.
      const ghosts = [...past.ghostsLike(lead), ...past.like(lead)]
      const known = [...followedLike(lead, true), ...ghosts, ...followedLike(lead, false)]
      return [...new Set(known)].filter((file) => mayHold(file, path))
    }
    const ghost = await recognize(looked.fd, like, signal)
    if (signal.aborted) return true
    if (wasAwaited) onLooked(file, ghost)
    if (ghost?.state === 'ghost') await this.#readOn(ghost, file)
    return true
  }

  async #readOn(ghost: PastFile, file: FoundFile): Promise<void> {
    const { past, open, makeOrigin, onRead } = this.#options
    const { path } = file
    const opened = openFile(path)
    if (opened === undefined) return
    // While it was looked into, another may have been put in its place, and a plain copy may have taken the ghost's.
    if (fileKey(opened.stat) !== fileKey(file.stat) || !past.has(ghost)) return closeSync(opened.fd)
    const { key: log, checkpoint, resumption, historyBytes, primedBytes = 0 } = ghost
    const origin = { ...makeOrigin(path), log, historyBytes, primedBytes, resumption }
    const archive = new Archive(opened.fd, checkpoint, origin, open)
    past.beginReading(ghost, archive)
    if (await this.#readRest(ghost, archive)) onRead(file)
  }

  /** Whether it came to its end. */
  async #readRest(ghost: PastFile, archive: Archive): Promise<boolean> {
    const { past, meter, maxLineBytes, signal } = this.#options
    meter.count('found')
    try {
      await archive.read(maxLineBytes, signal)
    } finally {
      past.endReading(ghost)
    }
    return !signal.aborted
  }

  #isSeen(file: FoundFile): boolean {
    return this.#seen.has(this.#seenKeys(file)[0]!)
  }

  /** The first is that by which it is asked for. */
  #seenKeys(file: FoundFile): readonly string[] {
    const { size, mtimeNs } = file.stat
    const key = `${fileKey(file.stat)} ${size} ${mtimeNs}`
    return this.#options.isAwaited(file) ? [`${key} awaited`, key] : [key]
  }
}

function mayHold(ghost: PastFile, path: string): boolean {
  return ghost.headBytes >= HEAD_BYTES || isOfLogOf(path, ghost.path)
}
