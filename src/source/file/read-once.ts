/**
 * `--once`: every file that is there, oldest first, each to its end with an unterminated last line; then no more. A message that a log has
 * left open is finished by the next generation of it.
 */
import type { OpenStream, Origin, StreamSink } from '../source.ts'
import { Archive, archiveKey, archiveOrigin, isArchive } from './archive.ts'
import { Breather } from './breather.ts'
import type { FoundFile } from './folder.ts'
import { familyOf } from './generation-names.ts'
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
  /** By family: the last log, and all that another one goes on with. */
  readonly #before = new Map<string, StreamSink>()
  readonly #kept = new Map<string, StreamSink[]>()

  constructor(options: ReadOnceOptions) {
    this.#options = options
  }

  async readAll(files: readonly FoundFile[], signal: AbortSignal): Promise<void> {
    const seen = new Set<string>()
    const oldestFirst = [...files].sort((a, b) => Number(a.stat.mtimeNs - b.stat.mtimeNs))
    const lastOf = new Map(oldestFirst.map(({ path }) => [familyOf(path), path]))
    for (const { path, stat } of oldestFirst) {
      if (signal.aborted) return
      const isContinued = lastOf.get(familyOf(path)) !== path
      if (!seen.has(inodeKey(stat))) await this.#readFile(path, isContinued, signal)
      seen.add(inodeKey(stat))
      this.#options.meter.states({ open: this.#readCount, rotated: 0, unreadable: this.problems.length, copies: 0, waiting: 0 })
    }
  }

  async #readFile(path: string, isContinued: boolean, signal: AbortSignal): Promise<void> {
    try {
      await (isArchive(path) ? this.#readArchive(path, isContinued, signal) : this.#readPlain(path, isContinued, signal))
    } catch (error) {
      if (!isOperatingError(error)) throw error
      this.#options.meter.count('error')
      this.#options.meter.noteCure(error.code ?? '')
      this.problems.push(`${path}: ${error.code === 'ENOENT' ? 'no such file' : `cannot be read: ${error.code}`}`)
    }
  }

  async #readArchive(path: string, isContinued: boolean, signal: AbortSignal): Promise<void> {
    const opened = openFile(path)
    if (opened === undefined) return
    const origin = archiveOrigin(this.#options.makeOrigin(path), archiveKey(opened.stat), false)
    const archive = new Archive(opened.fd, 0, origin, (one) => this.#open(one, isContinued))
    this.#found()
    await archive.read(this.#options.maxLineBytes, signal, isContinued)
    this.#finish(path, isContinued)
  }

  async #readPlain(path: string, isContinued: boolean, signal: AbortSignal): Promise<void> {
    const opened = openFile(path)
    if (opened === undefined) return
    const origin = { ...this.#options.makeOrigin(path), log: fileKey(opened.stat) }
    const sink = this.#open(origin, isContinued)
    const tail = new Tail({ ...opened, nowMs: 0, startOffset: 0, origin, sink, window: this.#window })
    this.#found()
    try {
      await this.#drain(tail, sink, isContinued, signal)
      this.#finish(path, isContinued)
    } finally {
      tail.close()
    }
    if (tail.error !== undefined) throw tail.error
  }

  async #drain(tail: Tail, sink: StreamSink, isContinued: boolean, signal: AbortSignal): Promise<void> {
    for (;;) {
      const turn = tail.turn(0)
      await this.#breather.after(tail.lastReadBytes)
      await sink.busy
      if (signal.aborted || turn === 'failed') return
      // While it is written faster than read there is no end: the end that was there at the start is enough.
      if (turn === 'idle' || !tail.isBehind) break
    }
    tail.end(isContinued)
  }

  #open(origin: Origin, isContinued: boolean): StreamSink {
    const sink = this.#options.open(origin)
    const family = familyOf(origin.file)
    sink.follow?.(this.#before.get(family)?.unfinished)
    if (isContinued) this.#kept.set(family, [...(this.#kept.get(family) ?? []), sink])
    this.#before.set(family, sink)
    return sink
  }

  /** What the logs before have left open and none has finished has no rest. */
  #finish(path: string, isContinued: boolean): void {
    if (isContinued) return
    for (const sink of this.#kept.get(familyOf(path)) ?? []) endAgain(sink)
    this.#before.delete(familyOf(path))
    this.#kept.delete(familyOf(path))
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

const NOTHING = Buffer.alloc(0)

function endAgain(sink: StreamSink): void {
  const { checkpoint, appliedBytes = checkpoint } = sink
  sink.end({ buffer: NOTHING, start: 0, end: 0, offset: appliedBytes })
}
