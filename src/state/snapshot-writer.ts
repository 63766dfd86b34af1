/**
 * Writes one snapshot beside its final name, a slice at a time, and renames it when it is whole, synced, and followed by a commit.
 * Throws the system's errors from `writeSlice` and `writeAll`; later ones come to `onError`. What is not finished is removed by `drop`.
 */
import { ByteWriter } from './byte-writer.ts'
import type { Disk } from './disk.ts'
import { addSection, beginFrame, endFrame, type FileNote, sectionsFrame } from './frame.ts'
import { snapshotPath } from './generations.ts'
import type { RecordPart } from './part.ts'
import { RecordFile } from './record-file.ts'

/** A frame of a snapshot that is written at once holds about so much. */
const FRAME_BYTES = 256 * 1024

export interface SnapshotOptions {
  readonly disk: Disk
  readonly folder: string
  readonly note: FileNote
  readonly parts: readonly RecordPart[]
  /** It is written at once, by `writeAll`. */
  readonly isFrozen: boolean
  /** It is in force, with so many bytes. */
  readonly onDone?: (lengthBytes: number) => void
  readonly onError?: (error: NodeJS.ErrnoException) => void
}

export class SnapshotWriter {
  readonly #options: SnapshotOptions
  readonly #path: string
  readonly #file: RecordFile
  readonly #out = new ByteWriter()
  readonly #pending: { readonly part: RecordPart; readonly rest: Generator<void, void> }[]
  #state: 'writing' | 'written' | 'syncing' | 'done' | 'dropped' = 'writing'
  /** Length of the journal after the last commit that came when all was written. */
  #journalBytes: number | undefined

  constructor(options: SnapshotOptions) {
    this.#options = options
    this.#path = snapshotPath(options.folder, options.note.generation)
    removeLeftOver(options.disk, `${this.#path}.tmp`)
    this.#file = new RecordFile(options.disk, `${this.#path}.tmp`)
    this.#pending = options.parts.map((part) => ({ part, rest: part.sweep(this.#out, options.isFrozen) }))
    try {
      beginFrame(this.#out, options.note)
      this.#file.append(this.#out.bytes())
    } catch (error) {
      this.drop()
      throw error
    }
  }

  /** All at once, in force when it returns. Answers its length. */
  writeAll(): number {
    const { disk, folder } = this.#options
    while (this.#state === 'writing') this.#append(FRAME_BYTES)
    this.#end(0)
    this.#file.sync()
    this.#state = 'done'
    this.#file.close()
    disk.rename(`${this.#path}.tmp`, this.#path)
    disk.syncFolder(folder)
    return this.#file.lengthBytes
  }

  /** Some more, about `maxBytes`. After the last slice it waits for a commit, then syncs beside the work. */
  writeSlice(maxBytes: number): void {
    if (this.#state === 'writing') this.#append(maxBytes)
    else if (this.#state === 'written' && this.#journalBytes !== undefined) this.#finishLater(this.#journalBytes)
  }

  /** A commit was made: the journal, now so long, holds what changed up to now. */
  noteCommit(journalBytes: number): void {
    if (this.#state === 'written') this.#journalBytes = journalBytes
  }

  drop(): void {
    if (this.#state === 'done' || this.#state === 'dropped') return
    const isBusy = this.#state === 'syncing'
    this.#state = 'dropped'
    if (!isBusy) this.#discard()
  }

  #discard(): void {
    this.#file.close()
    try {
      this.#options.disk.remove(`${this.#path}.tmp`)
    } catch {
      // The next start removes it.
    }
  }

  #append(maxBytes: number): void {
    sectionsFrame(this.#out)
    while (this.#pending.length > 0 && this.#out.length < maxBytes) {
      const { part, rest } = this.#pending[0]!
      let isDone = false
      addSection(this.#out, part, () => {
        while (!isDone && this.#out.length < maxBytes) isDone = rest.next().done === true
      })
      if (isDone) this.#pending.shift()
    }
    this.#file.append(this.#out.bytes())
    if (this.#pending.length > 0) return
    this.#state = 'written'
  }

  #end(journalBytes: number): void {
    endFrame(this.#out, journalBytes)
    this.#file.append(this.#out.bytes())
  }

  #finishLater(journalBytes: number): void {
    this.#end(journalBytes)
    this.#state = 'syncing'
    this.#file.syncLater((error) => {
      if (this.#state === 'dropped') this.#discard()
      else if (error === null) this.#takeEffect()
      else this.#options.onError?.(error)
    })
  }

  #takeEffect(): void {
    const { disk, folder, onDone, onError } = this.#options
    try {
      disk.rename(`${this.#path}.tmp`, this.#path)
      this.#state = 'done'
      this.#file.close()
      // Only now may what it replaces go.
      disk.syncFolderLater(folder, (error) => {
        if (error === null) onDone?.(this.#file.lengthBytes)
        else onError?.(error)
      })
    } catch (error) {
      onError?.(error as NodeJS.ErrnoException)
    }
  }
}

/** What an earlier try could not remove. */
function removeLeftOver(disk: Disk, path: string): void {
  try {
    disk.remove(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
