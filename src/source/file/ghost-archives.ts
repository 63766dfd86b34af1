/**
 * `.gz` files that may hold what was not read of a ghost: looked into, and if a ghost stands in one, read on from where that was left.
 * One at a time; one that is still being written is looked at again when it has grown.
 */
import { type BigIntStats, closeSync } from 'node:fs'
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
  /** `of`: what is known that stands in it. */
  readonly onLooked: (file: FoundFile, of: PastFile | undefined) => void
  /** All of it was read. */
  readonly onRead: (file: FoundFile) => void
}

/** An agent may create files without end. */
const MAX_REMEMBERED = 10_000

export class GhostArchives {
  readonly #options: GhostArchivesOptions
  /** What was looked at as it is now, with the ghosts that there are now. */
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
    const unseen = files
      .filter(({ stat }) => !this.#seen.has(seenKey(stat)))
      .sort((a, b) => Number(a.stat.mtimeNs - b.stat.mtimeNs))
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

  /** It has another name by now, under which it is found again. */
  #forgetSeen({ stat }: FoundFile): void {
    this.#seen.delete(seenKey(stat))
  }

  async #readAll(files: readonly FoundFile[]): Promise<void> {
    for (const file of files) {
      if (this.#options.signal.aborted) return
      this.#seen.add(seenKey(file.stat))
      try {
        await this.#readOne(file)
      } catch (error) {
        // It is still being written, or broken: what can be read of it is read when it has changed.
        const { code } = error as NodeJS.ErrnoException
        if (typeof code !== 'string') throw error
        if (code === 'ENOENT') this.#forgetSeen(file)
      }
    }
  }

  async #readOne(file: FoundFile): Promise<void> {
    const { path } = file
    const { past, followedLike, open, makeOrigin, signal } = this.#options
    const looked = openFile(path)
    if (looked === undefined || fileKey(looked.stat) !== fileKey(file.stat)) {
      this.#forgetSeen(file)
      if (looked !== undefined) closeSync(looked.fd)
      return
    }
    const like = (lead: Buffer) => {
      // Of several that were read as far the first is taken: a deleted one is read on by itself, another may have a longer copy.
      const ghosts = [...past.ghostsLike(lead), ...past.like(lead)]
      const known = [...followedLike(lead, true), ...ghosts, ...followedLike(lead, false)]
      return [...new Set(known)].filter((file) => mayHold(file, path))
    }
    const ghost = await recognize(looked.fd, like, signal)
    if (signal.aborted) return
    this.#options.onLooked(file, ghost)
    if (ghost?.state !== 'ghost') return
    const opened = openFile(path)
    if (opened === undefined) return
    // While it was looked into, another may have been put in its place, and a plain copy may have taken the ghost's.
    if (fileKey(opened.stat) !== fileKey(looked.stat) || !past.has(ghost)) return closeSync(opened.fd)
    const { key: log, checkpoint, resumption, historyBytes, primedBytes = 0 } = ghost
    const origin = { ...makeOrigin(path), log, historyBytes, primedBytes, resumption }
    const archive = new Archive(opened.fd, checkpoint, origin, open)
    past.beginReading(ghost, archive)
    if (await this.#readRest(ghost, archive)) this.#options.onRead(file)
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
}

function mayHold(ghost: PastFile, path: string): boolean {
  return ghost.headBytes >= HEAD_BYTES || isOfLogOf(path, ghost.path)
}

function seenKey(stat: BigIntStats): string {
  return `${fileKey(stat)} ${stat.size} ${stat.mtimeNs}`
}
