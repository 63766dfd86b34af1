/** `.gz` files that are read from start to end, beside the other files: those that were named, and those that nothing was seen of before. */
import { closeSync } from 'node:fs'
import type { OpenStream, Origin, Position, RecordedPosition, Resumption } from '../source.ts'
import { Archive, archiveKey, archiveOrigin } from './archive.ts'
import type { FoundFile } from './folder.ts'
import type { Meter } from './meter.ts'
import { openFile } from './open-file.ts'

/** What the record says of an archive. */
const READING = 'archive'
const PRIMING = 'archive that counts nothing'
const DONE = 'archive, read to its end'

export function isOfArchive({ note }: RecordedPosition): boolean {
  const { state } = stateIn(note)
  return state === READING || state === PRIMING || state === DONE
}

/** A note is a state and, behind a blank, what is to be known besides the checkpoint. */
function stateIn(note: string): { readonly state: string; readonly resumption: Resumption | undefined } {
  const at = note.indexOf(' {')
  if (at < 0) return { state: note, resumption: undefined }
  return { state: note.slice(0, at), resumption: JSON.parse(note.slice(at + 1)) as Resumption }
}

/** How far an archive was read. */
interface Progress {
  readonly checkpoint: number
  readonly resumption: Resumption | undefined
}

/** An agent may create files without end. */
const MAX_EXPECTED = 1000
const MAX_DONE = 10_000

export interface ArchivesOptions {
  readonly open: OpenStream
  readonly makeOrigin: (path: string) => Omit<Origin, 'log'>
  readonly meter: Meter
  readonly maxLineBytes: number
  readonly signal: AbortSignal
  /** There is nothing more to read of one, or of those that were given. */
  readonly onDone: () => void
}

const NOTHING: Progress = { checkpoint: 0, resumption: undefined }
/** Each takes a descriptor. */
const MOST_AT_ONCE = 8

export class Archives {
  readonly #options: ArchivesOptions
  /** Begun by this process. */
  readonly #known = new Set<string>()
  readonly #open = new Map<string, Archive>()
  readonly #done = new Set<string>()
  /** How far a process before this one has read those that are to be read, by key. */
  readonly #expected = new Map<string, Progress>()
  /** Those whose lines count nothing. */
  readonly #primed = new Set<string>()
  readonly #reading = new Set<Promise<void>>()
  /** Others wait for those that are being read. */
  #hasMore = false

  constructor(options: ArchivesOptions) {
    this.#options = options
  }

  get isReading(): boolean {
    return this.#reading.size > 0 || this.#hasMore
  }

  positions(): Position[] {
    const reading = ([key, progress]: readonly [string, Progress]): Position =>
      position(key, progress, this.#primed.has(key) ? PRIMING : READING)
    const done = [...this.#done].map((key) => position(key, NOTHING, DONE))
    return [...[...this.#expected].map(reading), ...[...this.#open].map(reading), ...done]
  }

  restore(positions: readonly RecordedPosition[]): void {
    for (const { id, checkpoint, note } of positions) {
      const { state, resumption } = stateIn(note)
      if (state === DONE) this.#done.add(id)
      else this.#expected.set(id, { checkpoint, resumption })
      if (state === PRIMING) this.#primed.add(id)
    }
  }

  /** It is to be read, by this process or the next, unless it is forgotten. */
  expect({ stat }: FoundFile): void {
    const key = archiveKey(stat)
    if (!this.#known.has(key) && !this.#done.has(key) && !this.#expected.has(key) && this.#expected.size < MAX_EXPECTED)
      this.#expected.set(key, NOTHING)
  }

  expects({ stat }: FoundFile): boolean {
    return this.#expected.has(archiveKey(stat))
  }

  isDone({ stat }: FoundFile): boolean {
    return this.#done.has(archiveKey(stat))
  }

  /** It is to be read by nobody. `isDone`: it was, and is not to be again. */
  forget({ stat }: FoundFile, isDone: boolean): void {
    this.#expected.delete(archiveKey(stat))
    if (isDone) this.#finish(archiveKey(stat))
  }

  /** Begins with as many of those that were not begun yet as may be read at once. `history`: what is to become of those that are new. */
  start(files: readonly FoundFile[], history: 'count' | 'skip' | 'prime' = 'count'): void {
    this.#mark(files, history)
    this.#hasMore = false
    for (const { path, stat } of files) {
      if (this.#known.has(archiveKey(stat)) || this.#done.has(archiveKey(stat))) continue
      this.#hasMore = this.#reading.size >= MOST_AT_ONCE
      if (this.#hasMore) return
      const reading = this.#readOne(path, archiveKey(stat)).finally(() => {
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

  #mark(files: readonly FoundFile[], history: 'count' | 'skip' | 'prime'): void {
    if (history === 'count') return
    const fresh = files.map(({ stat }) => archiveKey(stat)).filter((key) => !this.#known.has(key) && !this.#done.has(key))
    for (const key of fresh) {
      if (history === 'prime') this.#primed.add(key)
      else this.#finish(key)
    }
  }

  #finish(key: string): void {
    this.#done.add(key)
    if (this.#done.size > MAX_DONE) this.#done.delete(this.#done.values().next().value as string)
  }

  async #readOne(path: string, key: string): Promise<void> {
    const { open, makeOrigin, meter, maxLineBytes, signal } = this.#options
    try {
      const opened = openFile(path)
      if (opened === undefined) return
      // Another has its name by now; this one is found under its new name.
      if (archiveKey(opened.stat) !== key) return closeSync(opened.fd)
      const { checkpoint, resumption } = this.#expected.get(key) ?? NOTHING
      const origin = archiveOrigin({ ...makeOrigin(path), resumption }, key, this.#primed.has(key))
      const archive = new Archive(opened.fd, checkpoint, origin, open)
      this.#known.add(key)
      meter.count('found')
      this.#open.set(key, archive)
      this.#expected.delete(key)
      await archive.read(maxLineBytes, signal)
      if (signal.aborted) return
      this.#open.delete(key)
      this.#finish(key)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return
      meter.count('error')
      meter.refused(code ?? String(error), path)
    }
  }
}

/** One that is done is written again, though nothing stood in it. */
function position(id: string, { checkpoint, resumption }: Progress, state: string): Position {
  const note = () => (resumption === undefined ? state : `${state} ${JSON.stringify(resumption)}`)
  return { id, checkpoint, changes: state === DONE ? -1 : (resumption?.appliedBytes ?? checkpoint), note }
}
