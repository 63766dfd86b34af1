/**
 * The durable record: what is acknowledged survives the death of the process. A commit appends what changed to the journal; when the
 * journals have outgrown the snapshot, a new generation begins: changes go to a new journal, and a snapshot of all there is is
 * written beside the work, a slice at a time. It counts from its renaming on, which comes after a commit that follows its last slice;
 * so the journal of its generation makes it exact, whatever changed while it was written.
 *
 * Nothing here throws because of the disk: a commit that fails is tried again with all that has changed by then, `isDurable` is false
 * meanwhile, and what stands on the disk stays usable.
 */
import { join } from 'node:path'
import { ByteWriter } from './byte-writer.ts'
import type { Disk } from './disk.ts'
import { addSection, beginFrame, type FileNote, sectionsFrame } from './frame.ts'
import { generationsIn, journalPath, snapshotPath } from './generations.ts'
import type { RecordPart } from './part.ts'
import { RecordFile } from './record-file.ts'
import { type Restored, restore } from './restore.ts'
import { SnapshotWriter } from './snapshot-writer.ts'

/** A journal shorter than this is not worth a snapshot. */
const LEAST_JOURNAL_BYTES = 1024 * 1024
/** Journals may grow to so many times the snapshot. */
const GROWTH = 2
/** After so many commits that failed in a row a new generation is tried: the file itself may be what fails. */
const FAILURES_PER_FRESH_START = 5

export interface RecordOptions {
  readonly disk: Disk
  readonly folder: string
  readonly parts: readonly RecordPart[]
  /** Version of the program, for people who look at the files. */
  readonly program: string
  /** Told of each operation that failed. */
  readonly onError: (what: string, error: NodeJS.ErrnoException) => void
  readonly leastJournalBytes?: number
}

export class DurableRecord {
  readonly #options: RecordOptions
  readonly #out = new ByteWriter()
  /** The last one that was tried. */
  #generation = 0
  #journalGeneration = 0
  /** Generations below it are not needed, even if the newest snapshot turns out to be broken. */
  #oldestKept = 0
  #newestSnapshot = 0
  #journal: RecordFile | undefined
  #snapshot: SnapshotWriter | undefined
  #snapshotBytes = 0
  #journalBytes = 0
  #failures = 0
  #hasUnsynced = false

  constructor(options: RecordOptions) {
    this.#options = options
  }

  /** Whether all that was true at the last commit is in the record. */
  get isDurable(): boolean {
    return this.#journal !== undefined && this.#failures === 0
  }

  /** Bytes on disk that the newest generations take. */
  get sizeBytes(): number {
    return this.#snapshotBytes + this.#journalBytes
  }

  /** Reads what stands in the folder into the parts. Throws `LaterRecord` and the system's errors: nothing was touched. */
  restore(): Restored {
    const { disk, folder, parts } = this.#options
    const restored = restore(disk, folder, parts)
    this.#generation = restored.newest
    this.#newestSnapshot = restored.base
    this.#oldestKept = restored.base
    return restored
  }

  /** Everything that has changed goes into the record now. Answers `isDurable`. */
  commit(): boolean {
    const journal = this.#usableJournal()
    if (journal === undefined) return false
    if (this.#options.parts.some((part) => part.hasChanges) && !this.#append(journal)) return false
    this.#failures = 0
    this.#snapshot?.noteCommit()
    return true
  }

  #append(journal: RecordFile): boolean {
    const { parts } = this.#options
    try {
      sectionsFrame(this.#out)
      for (const part of parts) addSection(this.#out, part, () => part.writeChanges(this.#out))
      journal.append(this.#out.bytes())
    } catch (error) {
      return this.#fail('commit', error)
    }
    this.#journalBytes += this.#out.length
    this.#out.clear()
    for (const part of parts) part.acknowledge()
    this.#hasUnsynced = true
    return true
  }

  /** Whether `writeSlice` has something to do. */
  get isWritingSnapshot(): boolean {
    return this.#snapshot !== undefined
  }

  /** A little of the snapshot, if one is due or being written: about `maxBytes`, so that the event loop is not held up. */
  writeSlice(maxBytes: number): void {
    try {
      if (this.#snapshot === undefined && this.#isSnapshotDue()) this.#openSnapshot()
      this.#snapshot?.writeSlice(maxBytes)
    } catch (error) {
      this.#dropSnapshot()
      this.#tell('snapshot', error)
    }
  }

  /** Lets the system bring the journal to the medium, beside the work: a crash of the machine then costs little. */
  syncSoon(): void {
    if (!this.#hasUnsynced || this.#journal === undefined) return
    this.#hasUnsynced = false
    this.#journal.syncLater((error) => error !== null && this.#tell('sync', error))
  }

  /** A last commit, brought to the medium. */
  close(): void {
    this.commit()
    this.#dropSnapshot()
    try {
      this.#journal?.sync()
    } catch (error) {
      this.#tell('sync', error)
    }
    this.#journal?.close()
    this.#journal = undefined
  }

  #usableJournal(): RecordFile | undefined {
    const isTired = this.#failures > 0 && this.#failures % FAILURES_PER_FRESH_START === 0
    if (this.#journal === undefined || isTired || this.#isJournalDeleted(this.#journal)) this.#startAfresh()
    return this.#journal
  }

  #isJournalDeleted(journal: RecordFile): boolean {
    try {
      return journal.isDeleted
    } catch {
      return false
    }
  }

  /** A new generation whose snapshot is written at once: at the start, and when the old journal cannot be used any more. */
  #startAfresh(): void {
    const { disk, folder, parts } = this.#options
    this.#dropSnapshot()
    const generation = ++this.#generation
    try {
      disk.makeFolder(folder)
      for (const name of generationsIn(disk.list(folder)).unfinished) disk.remove(join(folder, name))
      const note = this.#note('snapshot', generation)
      this.#snapshot = new SnapshotWriter({ disk, folder, note, parts, isFrozen: true })
      this.#noteSnapshot(generation, this.#snapshot.writeAll())
      this.#snapshot = undefined
      // From here on the old journal stands on nothing that would be read.
      this.#journal?.close()
      this.#journal = undefined
      for (const part of parts) part.acknowledge()
      this.#openJournal(generation, undefined)
      this.#failures = 0
      this.#removeOld()
    } catch (error) {
      this.#dropSnapshot()
      this.#fail('start', error)
    }
  }

  /** `follows`: the journal at whose end all was in the record that is true now. */
  #openJournal(generation: number, follows: FileNote['follows']): void {
    const { disk, folder, parts } = this.#options
    const journal = new RecordFile(disk, journalPath(folder, generation))
    try {
      beginFrame(this.#out, { ...this.#note('journal', generation), ...(follows === undefined ? {} : { follows }) })
      journal.append(this.#out.bytes())
    } catch (error) {
      journal.close()
      throw error
    }
    const before = this.#journal
    before?.syncLater(() => before.close())
    this.#journal = journal
    this.#journalGeneration = generation
    for (const part of parts) part.beginJournal()
  }

  #isSnapshotDue(): boolean {
    const { leastJournalBytes = LEAST_JOURNAL_BYTES } = this.#options
    return this.isDurable && this.#journalBytes > Math.max(leastJournalBytes, this.#snapshotBytes * GROWTH)
  }

  #openSnapshot(): void {
    // A journal without a snapshot of its own is left from a try that failed: it began before this one does.
    if (this.#newestSnapshot === this.#journalGeneration) {
      if (!this.commit()) return
      this.#openJournal(++this.#generation, { generation: this.#journalGeneration, lengthBytes: this.#journal!.lengthBytes })
    }
    const generation = this.#journalGeneration
    const { disk, folder, parts } = this.#options
    this.#snapshot = new SnapshotWriter({
      disk,
      folder,
      note: this.#note('snapshot', generation),
      parts,
      isFrozen: false,
      onDone: (bytes) => {
        this.#snapshot = undefined
        this.#noteSnapshot(generation, bytes)
        this.#removeOld()
      },
      onError: (error) => {
        this.#dropSnapshot()
        this.#tell('snapshot', error)
      },
    })
  }

  #noteSnapshot(generation: number, bytes: number): void {
    this.#oldestKept = this.#newestSnapshot
    this.#newestSnapshot = generation
    this.#snapshotBytes = bytes
    this.#journalBytes = 0
  }

  #dropSnapshot(): void {
    this.#snapshot?.drop()
    this.#snapshot = undefined
  }

  #removeOld(): void {
    const { disk, folder } = this.#options
    try {
      const { snapshots, journals } = generationsIn(disk.list(folder))
      for (const old of snapshots) if (old < this.#oldestKept) disk.remove(snapshotPath(folder, old))
      for (const old of journals) if (old < this.#oldestKept) disk.remove(journalPath(folder, old))
    } catch (error) {
      this.#tell('removing old files', error)
    }
  }

  #note(kind: FileNote['kind'], generation: number): FileNote {
    return { kind, generation, program: this.#options.program }
  }

  #fail(what: string, error: unknown): false {
    this.#failures++
    this.#tell(what, error)
    return false
  }

  #tell(what: string, error: unknown): void {
    if (!isSystemError(error)) throw error
    this.#options.onError(what, error)
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
