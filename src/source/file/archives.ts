/** The `.gz` files that a following source was given by name: each is read once, beside the other files. */
import type { OpenStream, Origin, Position, RecordedPosition } from '../source.ts'
import { Archive, archiveKey, archiveOrigin } from './archive.ts'
import type { Meter } from './meter.ts'
import { openFile } from './open-file.ts'
import type { FoundFile } from './paths.ts'

/** What the record says of an archive. */
const READING = 'archive'
const DONE = 'archive, read to its end'

export function isOfArchive({ note }: RecordedPosition): boolean {
  return note === READING || note === DONE
}

export interface ArchivesOptions {
  readonly open: OpenStream
  readonly makeOrigin: (path: string) => Omit<Origin, 'log'>
  readonly meter: Meter
  readonly maxLineBytes: number
  readonly signal: AbortSignal
  /** An archive was read to its end, or failed. */
  readonly onDone: () => void
}

export class Archives {
  readonly #options: ArchivesOptions
  /** Begun by this process. */
  readonly #known = new Set<string>()
  readonly #open = new Map<string, Archive>()
  readonly #done = new Set<string>()
  /** How far a process before this one has read. */
  readonly #startOf = new Map<string, number>()
  readonly #reading = new Set<Promise<void>>()

  constructor(options: ArchivesOptions) {
    this.#options = options
  }

  get isReading(): boolean {
    return this.#reading.size > 0
  }

  positions(): Position[] {
    const open = [...this.#open].map(([key, { checkpoint }]) => position(key, checkpoint, READING))
    return [...open, ...[...this.#done].map((key) => position(key, 0, DONE))]
  }

  restore(positions: readonly RecordedPosition[]): void {
    for (const { id, checkpoint, note } of positions) {
      if (note === DONE) this.#done.add(id)
      else if (note === READING) this.#startOf.set(id, checkpoint)
    }
  }

  start(files: readonly FoundFile[]): void {
    for (const { path, stat } of files) {
      if (this.#known.has(archiveKey(stat)) || this.#done.has(archiveKey(stat))) continue
      const reading = this.#readOne(path).finally(() => {
        this.#reading.delete(reading)
        this.#options.onDone()
      })
      this.#reading.add(reading)
    }
  }

  /** Resolves when none is being read. */
  async done(): Promise<void> {
    await Promise.all(this.#reading)
  }

  async #readOne(path: string): Promise<void> {
    const { open, makeOrigin, meter, maxLineBytes, signal } = this.#options
    try {
      const opened = openFile(path)
      if (opened === undefined) return
      const key = archiveKey(opened.stat)
      const archive = new Archive(opened.fd, archiveOrigin(makeOrigin(path), key), open)
      this.#known.add(key)
      meter.count('found')
      this.#open.set(key, archive)
      await archive.read(maxLineBytes, this.#startOf.get(key) ?? 0, signal)
      if (signal.aborted) return
      this.#open.delete(key)
      this.#done.add(key)
    } catch (error) {
      meter.count('error')
      meter.warn(`cannot read a file: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, path)
    }
  }
}

function position(id: string, checkpoint: number, note: string): Position {
  return { id, checkpoint, changes: checkpoint, note: () => note }
}
