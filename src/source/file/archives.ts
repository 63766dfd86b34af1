/** The `.gz` files that a following source was given by name: each is read once, beside the other files. */
import type { OpenStream, Origin, Position } from '../source.ts'
import { Archive, archiveKey } from './archive.ts'
import type { Meter } from './meter.ts'
import { openFile } from './open-file.ts'
import type { FoundFile } from './paths.ts'

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
  readonly #known = new Map<string, Archive>()
  readonly #reading = new Set<Promise<void>>()

  constructor(options: ArchivesOptions) {
    this.#options = options
  }

  get isReading(): boolean {
    return this.#reading.size > 0
  }

  positions(): Position[] {
    return [...this.#known.values()].map((archive) => archive.position)
  }

  start(files: readonly FoundFile[]): void {
    for (const { path, stat } of files) {
      if (this.#known.has(archiveKey(stat))) continue
      const reading = this.#read(path).finally(() => {
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

  async #read(path: string): Promise<void> {
    const { open, makeOrigin, meter, maxLineBytes, signal } = this.#options
    try {
      const opened = openFile(path)
      if (opened === undefined) return
      const archive = new Archive(opened, makeOrigin(path), open)
      this.#known.set(archive.key, archive)
      meter.count('found')
      await archive.read(maxLineBytes, signal)
    } catch (error) {
      meter.count('error')
      meter.warn(`cannot read a file: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, path)
    }
  }
}
