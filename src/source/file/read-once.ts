/** `--once`: every file that is there, oldest first, each to its end with an unterminated last line; then no more. */
import type { OpenStream, Origin, StreamSink } from '../source.ts'
import { Archive, archiveKey, archiveOrigin, isArchive } from './archive.ts'
import { Breather } from './breather.ts'
import type { FoundFile } from './folder.ts'
import { fileKey, inodeKey } from './identity.ts'
import type { Meter } from './meter.ts'
import { openFile } from './open-file.ts'
import { Tail } from './tail.ts'
import { Window } from './window.ts'

export interface ReadOnceOptions {
  readonly open: OpenStream
  readonly makeOrigin: (path: string) => Omit<Origin, 'log'>
  readonly meter: Meter
  readonly maxLineBytes: number
}

export class OnceReader {
  /** What could not be read, as `path: reason`. */
  readonly problems: string[] = []
  readonly #options: ReadOnceOptions
  readonly #window = new Window()
  readonly #breather = new Breather()
  #readCount = 0

  constructor(options: ReadOnceOptions) {
    this.#options = options
  }

  async readAll(files: readonly FoundFile[], signal: AbortSignal): Promise<void> {
    const seen = new Set<string>()
    const oldestFirst = [...files].sort((a, b) => Number(a.stat.mtimeNs - b.stat.mtimeNs))
    for (const { path, stat } of oldestFirst) {
      if (signal.aborted) return
      if (!seen.has(inodeKey(stat))) await this.#readFile(path, signal)
      seen.add(inodeKey(stat))
      this.#options.meter.states({ open: this.#readCount, rotated: 0, unreadable: this.problems.length, copies: 0, waiting: 0 })
    }
  }

  async #readFile(path: string, signal: AbortSignal): Promise<void> {
    try {
      await (isArchive(path) ? this.#readArchive(path, signal) : this.#readPlain(path, signal))
    } catch (error) {
      if (!isOperatingError(error)) throw error
      this.#options.meter.count('error')
      this.problems.push(`${path}: ${error.code === 'ENOENT' ? 'no such file' : `cannot be read: ${error.code}`}`)
    }
  }

  async #readArchive(path: string, signal: AbortSignal): Promise<void> {
    const opened = openFile(path)
    if (opened === undefined) return
    const origin = archiveOrigin(this.#options.makeOrigin(path), archiveKey(opened.stat), false)
    const archive = new Archive(opened.fd, 0, origin, this.#options.open)
    this.#found()
    await archive.read(this.#options.maxLineBytes, signal)
  }

  async #readPlain(path: string, signal: AbortSignal): Promise<void> {
    const opened = openFile(path)
    if (opened === undefined) return
    const origin = { ...this.#options.makeOrigin(path), log: fileKey(opened.stat) }
    const sink = this.#options.open(origin)
    const tail = new Tail({ ...opened, nowMs: 0, startOffset: 0, origin, sink, window: this.#window })
    this.#found()
    try {
      await this.#drain(tail, sink, signal)
    } finally {
      tail.close()
    }
    if (tail.error !== undefined) throw tail.error
  }

  async #drain(tail: Tail, sink: StreamSink, signal: AbortSignal): Promise<void> {
    for (;;) {
      const turn = tail.turn(0)
      await this.#breather.after(tail.lastReadBytes)
      await sink.busy
      if (signal.aborted || turn === 'failed') return
      // While it is written faster than read there is no end: the end that was there at the start is enough.
      if (turn === 'idle' || !tail.isBehind) break
    }
    tail.end()
  }

  #found(): void {
    this.#readCount++
    this.#options.meter.count('found')
  }
}

/** Of the system or of zlib; any other is a bug. */
function isOperatingError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string'
}
