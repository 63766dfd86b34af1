/**
 * One open file, read forward. Each reading takes the 256 bytes before the wanted offset along, and after a change the first bytes
 * of the file are looked at too: if either are not what they were, the file was truncated and written anew. Operating errors come back as a result, never thrown; what the sink throws passes.
 */
import { type BigIntStats, closeSync, fstatSync, readSync } from 'node:fs'
import type { Chunk, Origin, Position, StreamSink } from '../source.ts'
import { fingerprintOf, HEAD_BYTES, MARK_BYTES } from './fingerprint.ts'
import { fileKey, inodeKey } from './identity.ts'
import { noteOf, type PastFile, truncatedFrom } from './past-file.ts'
import { WINDOW_BYTES, type Window } from './window.ts'

/** A second look after a change: two changes within one tick of the file system's clock look like one. */
const SECOND_LOOK_MS = 50

/** The head as it is now, for the length of a comparison. */
const HEAD_SCRATCH = Buffer.alloc(HEAD_BYTES)

/** `more`: there is more to read now. `idle`: all that is there was delivered. `failed`: see `error`. */
export type Turn = 'more' | 'idle' | 'truncated' | 'failed'

/** An origin whose file follows renames. */
export type TailOrigin = { -readonly [K in keyof Origin]: Origin[K] }

export interface TailOptions {
  readonly fd: number
  readonly stat: BigIntStats
  readonly nowMs: number
  readonly startOffset: number
  /** Bytes that are history, not live. Default 0. */
  readonly historyBytes?: number
  /** When its content was begun. Default: when the file was. */
  readonly sinceMs?: number
  readonly origin: TailOrigin
  readonly sink: StreamSink
  readonly window: Window
}

export class Tail {
  /** Unique while the file is open. */
  readonly inode: string
  readonly key: string
  readonly origin: TailOrigin
  /** No path that the source looks at leads to it now. */
  isLost = false
  /** Its name was given to another file, or it got another name. */
  isRotated = false
  hasSuccessor = false
  /** Another file, which is followed, holds its unfinished last line too. */
  isContinued = false
  /** The name that it had before it was rotated. */
  formerPath = ''
  /** The file whose bytes were written before this one's. */
  waitsFor: Tail | undefined = undefined
  error: NodeJS.ErrnoException | undefined = undefined
  /** Bytes that the last truncation took before they were in the numbers. */
  truncatedBytes = 0
  /** What was known of it when it was truncated last. */
  before: PastFile | undefined = undefined
  /** How often it was truncated. */
  restarts = 0
  /** Whether the last turn found the file changed. */
  hasChanged = false
  /** The last turn found it changed, and nothing was known of what it held before: it may have been another. */
  wasBlank = false
  /** Only its inode changed lately: most likely a new name. */
  seemsRenamed = false
  /** Bytes that the last turn delivered. */
  lastReadBytes = 0
  /** When it last changed, was found or was lost. */
  quietSinceMs: number
  readonly #fd: number
  readonly #sink: StreamSink
  readonly #window: Window
  readonly #mark = Buffer.alloc(MARK_BYTES)
  #markBytes = 0
  /** The mark at the checkpoint, to which the sink may go back after looking ahead. */
  readonly #anchor = Buffer.alloc(MARK_BYTES)
  #anchorBytes = 0
  #anchorOffset: number
  #head: Buffer = Buffer.alloc(0)
  #changes = 1
  #checkpoint: number
  #wanted: number
  /** End of what was ever delivered: behind `#wanted` while a line is unfinished. */
  #deliveredTo: number
  #target: number
  #secondLookAtMs: number
  /** It was seen to have changed, and was not read since. */
  #isUnchecked = false
  #stat: BigIntStats
  #sizeBytes: number
  #isOpen = true
  #sinceMs: number

  constructor({ fd, stat, nowMs, startOffset, historyBytes = 0, sinceMs, origin, sink, window }: TailOptions) {
    this.#fd = fd
    this.#stat = stat
    this.quietSinceMs = nowMs
    this.#secondLookAtMs = nowMs + SECOND_LOOK_MS
    this.inode = inodeKey(stat)
    this.key = fileKey(stat)
    this.origin = origin
    this.#sink = sink
    this.#window = window
    this.#sizeBytes = Number(stat.size)
    this.#target = this.#sizeBytes
    origin.historyBytes = historyBytes
    this.#sinceMs = sinceMs ?? Number(stat.birthtimeNs) / 1e6
    this.#wanted = this.#deliveredTo = this.#checkpoint = this.#anchorOffset = startOffset
    if (startOffset > 0) this.#learnStart()
  }

  get checkpoint(): number {
    return this.#checkpoint
  }

  /** Bytes that are in the file, as last seen, and not in the numbers. */
  get lagBytes(): number {
    return Math.max(0, this.#sizeBytes - this.#checkpoint)
  }

  /** There are bytes that were never delivered, or that the sink wants again because it knows now what they are. */
  get isUnread(): boolean {
    const needBytes = this.#sink.needBytes
    return this.#sizeBytes > this.#deliveredTo || (needBytes > 0 && this.#sizeBytes - this.#wanted >= needBytes)
  }

  /** What was there when it was found, or when `aimAtEnd` was called, is not all read. A file that fails keeps nobody waiting. */
  get isBehind(): boolean {
    return this.#isOpen && this.error === undefined && this.#deliveredTo < Math.min(this.#target, this.#sizeBytes)
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Its first bytes, as far as they were read. */
  get head(): Buffer {
    return this.#head
  }

  get isUnlinked(): boolean {
    return this.#stat.nlink === 0n
  }

  get position(): Position {
    return {
      origin: this.origin,
      id: this.key,
      checkpoint: this.#checkpoint,
      changes: this.#changes,
      note: () => noteOf(this.past('open')),
    }
  }

  /** What is to be remembered of it. */
  past(state: PastFile['state']): PastFile {
    const head = this.#head.subarray(0, this.#checkpoint)
    return {
      id: this.key,
      key: this.key,
      path: this.origin.file,
      checkpoint: this.#checkpoint,
      sinceMs: this.#sinceMs,
      historyBytes: this.origin.historyBytes ?? 0,
      ...(this.origin.primedBytes ? { primedBytes: this.origin.primedBytes } : {}),
      state,
      ...(state === 'ghost' ? { head } : {}),
      ...fingerprintOf(head, this.#anchorOffset, this.#anchor.subarray(0, this.#anchorBytes)),
    }
  }

  /** When what it holds was begun; milliseconds since the epoch, 0 where the file system does not know. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  /** Nanoseconds since the epoch; 0 where the file system does not know. */
  get birthtimeNs(): bigint {
    return this.#stat.birthtimeNs
  }

  /** When it was written to last, as last seen; nanoseconds since the epoch. */
  get mtimeNs(): bigint {
    return this.#stat.mtimeNs
  }

  /** Its name has changed. */
  noteRename(): void {
    this.#changes++
  }

  /** Whether `stat`, taken by path, shows something that the last turn did not see. */
  differs(stat: BigIntStats): boolean {
    return stat.size !== this.#stat.size || stat.mtimeNs !== this.#stat.mtimeNs
  }

  /** Whether these bytes stand in it at `offset` now. Throws the system's errors. */
  holds(bytes: Buffer, offset: number): boolean {
    const scratch = HEAD_SCRATCH.subarray(0, bytes.length)
    return readSync(this.#fd, scratch, 0, bytes.length, offset) === bytes.length && scratch.equals(bytes)
  }

  /** Whether what was read of it still stands in it, as far as its mark and head tell. If not, the next turn finds it truncated. */
  isIntact(): boolean {
    const mark = this.#anchor.subarray(0, this.#anchorBytes)
    const isSame = this.holds(mark, this.#anchorOffset - this.#anchorBytes) && this.#hasSameHead()
    this.#isUnchecked ||= !isSame
    return isSame
  }

  aimAtEnd(): void {
    try {
      this.#look()
    } catch (error) {
      this.error = error as NodeJS.ErrnoException
    }
    this.#target = this.#sizeBytes
  }

  /** Reads and delivers at most one window. */
  turn(nowMs: number): Turn {
    const sizeBefore = this.#sizeBytes
    this.lastReadBytes = 0
    let got: number
    try {
      got = this.#lookAndRead(nowMs)
      this.error = undefined
    } catch (error) {
      this.error = error as NodeJS.ErrnoException
      return 'failed'
    }
    if (got < 0) return this.#restart(sizeBefore)
    this.lastReadBytes = got
    if (got > 0) this.#deliver(got)
    return this.isUnread ? 'more' : 'idle'
  }

  /** Tells the sink that nothing follows what was read: an unterminated last line is delivered. Should more come, it is read on behind it. */
  end(): void {
    try {
      const got = this.#readFrom(this.#wanted, this.#deliveredTo)
      this.#sink.end(got)
      const needBytes = this.#sink.needBytes
      if (needBytes > 0) this.#sink.end(this.#readFrom(this.#deliveredTo - needBytes, this.#deliveredTo))
    } catch (error) {
      if (!isSystemError(error)) throw error
      this.error = error
    }
    if (this.#sink.checkpoint <= this.#checkpoint) return
    this.#wanted = this.#checkpoint = this.#sink.checkpoint
    this.#markBytes = 0
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    try {
      closeSync(this.#fd)
    } catch {
      // A network file system may report a late error; there is nothing left to do with this descriptor.
    }
  }

  /** Bytes that came; -1 if the file is not the one that was read so far. */
  #lookAndRead(nowMs: number): number {
    this.#look()
    this.hasChanged = this.#isUnchecked
    this.wasBlank = this.hasChanged && this.#checkpoint === 0
    const isSecondLook = !this.hasChanged && nowMs >= this.#secondLookAtMs
    if (this.hasChanged) {
      this.quietSinceMs = nowMs
      this.#secondLookAtMs = nowMs + SECOND_LOOK_MS
    }
    if (isSecondLook) this.#secondLookAtMs = Number.POSITIVE_INFINITY
    if (this.#sizeBytes < this.#wanted) return -1
    if (!this.hasChanged && !isSecondLook && !this.isUnread) return 0
    this.#isUnchecked = false
    const got = this.#read()
    // After the reading: what was read before the file was written anew is not delivered then, but gone all the same.
    return (this.hasChanged || isSecondLook) && !this.#hasSameHead() ? -1 : got
  }

  /** Lines may all end in the same 256 bytes. Only what is in the numbers cannot change: an unfinished line may be written anew. */
  #hasSameHead(): boolean {
    const bytes = Math.min(this.#head.length, this.#checkpoint)
    if (bytes === 0) return true
    const got = readSync(this.#fd, HEAD_SCRATCH, 0, bytes, 0)
    return got === bytes && HEAD_SCRATCH.compare(this.#head, 0, bytes, 0, bytes) === 0
  }

  #look(): void {
    const stat = fstatSync(this.#fd, { bigint: true })
    if (this.differs(stat)) {
      this.#isUnchecked = true
      if (stat.size <= this.#stat.size) this.#stopLookingAhead()
    } else if (stat.ctimeNs !== this.#stat.ctimeNs) this.seemsRenamed = true
    this.#stat = stat
    this.#sizeBytes = Number(stat.size)
    this.#deliveredTo = Math.min(this.#deliveredTo, Math.max(this.#sizeBytes, this.#wanted))
  }

  /** Bytes that came behind the mark; -1 if the mark is not there any more. */
  #read(): number {
    const wantedBytes = Math.min(this.#sizeBytes - this.#wanted, Math.max(WINDOW_BYTES, this.#sink.needBytes))
    const got = this.#window.read(this.#fd, this.#wanted - this.#markBytes, this.#markBytes + wantedBytes)
    if (got < this.#markBytes) return -1
    const isSame = this.#window.buffer.compare(this.#mark, 0, this.#markBytes, 0, this.#markBytes) === 0
    return isSame ? got - this.#markBytes : -1
  }

  #deliver(bytes: number): void {
    const start = this.#markBytes
    const asked = this.#wanted
    const chunk = { buffer: this.#window.buffer, start, end: start + bytes, offset: asked }
    if (asked <= this.#head.length && asked < HEAD_BYTES) this.#keepHead(chunk)
    const next = this.#sink.push(chunk)
    if (next > asked + bytes || next < 0) throw new Error(`a sink asked for offset ${next} after ${asked + bytes}`)
    this.#deliveredTo = Math.max(asked + bytes, next)
    if (this.#checkpoint !== this.#sink.checkpoint) this.#changes++
    this.#checkpoint = this.#sink.checkpoint
    this.#wanted = next
    if (next < asked) this.#goBack(next)
    else this.#moveMark(chunk, next)
  }

  /** The bytes before `next` become the mark. The buffer holds them: the old mark stands before the chunk. */
  #moveMark(chunk: Chunk, next: number): void {
    const end = chunk.start + (next - chunk.offset)
    this.#markBytes = Math.min(MARK_BYTES, end)
    chunk.buffer.copy(this.#mark, 0, end - this.#markBytes, end)
    if (next !== this.#checkpoint) return
    this.#mark.copy(this.#anchor, 0, 0, this.#markBytes)
    this.#anchorBytes = this.#markBytes
    this.#anchorOffset = next
  }

  /** A sink that goes back elsewhere than to its checkpoint has no mark there: that one reading is unchecked. */
  #goBack(next: number): void {
    this.#markBytes = next === this.#anchorOffset ? this.#anchorBytes : 0
    this.#anchor.copy(this.#mark, 0, 0, this.#markBytes)
  }

  /** No log changes without growing: what was looked at behind the checkpoint may be other lines now. */
  #stopLookingAhead(): void {
    if (this.#wanted <= this.#anchorOffset) return
    this.#wanted = this.#anchorOffset
    this.#goBack(this.#anchorOffset)
  }

  /** What is delivered again may be other than before: an unfinished line was written anew. */
  #keepHead(chunk: Chunk): void {
    const fresh = chunk.buffer.subarray(chunk.start, Math.min(chunk.end, chunk.start + HEAD_BYTES - chunk.offset))
    this.#head = Buffer.concat([this.#head.subarray(0, chunk.offset), fresh])
  }

  #restart(sizeBefore: number): Turn {
    this.truncatedBytes = Math.max(0, sizeBefore - this.#checkpoint)
    this.before = truncatedFrom(this.past('ghost'))
    this.restarts++
    this.#sinceMs = Number(this.#stat.mtimeNs) / 1e6
    this.#sink.reset()
    this.#wanted = this.#deliveredTo = this.#checkpoint = 0
    this.#markBytes = 0
    this.#anchorBytes = 0
    this.#anchorOffset = 0
    this.#head = Buffer.alloc(0)
    this.origin.historyBytes = 0
    this.origin.primedBytes = 0
    this.#changes++
    return 'truncated'
  }

  /** Head and mark of a file that is not read from its start. An error shows at the first turn. */
  #learnStart(): void {
    try {
      const headBytes = this.#window.read(this.#fd, 0, Math.min(HEAD_BYTES, this.#wanted))
      this.#head = Buffer.from(this.#window.buffer.subarray(0, headBytes))
      const markBytes = Math.min(MARK_BYTES, this.#wanted)
      this.#markBytes = this.#window.read(this.#fd, this.#wanted - markBytes, markBytes) === markBytes ? markBytes : 0
      this.#window.buffer.copy(this.#mark, 0, 0, this.#markBytes)
      this.#window.buffer.copy(this.#anchor, 0, 0, this.#markBytes)
      this.#anchorBytes = this.#markBytes
    } catch (error) {
      this.error = error as NodeJS.ErrnoException
    }
  }

  #readFrom(offset: number, endOffset: number): Chunk {
    const end = this.#window.read(this.#fd, offset, endOffset - offset)
    return { buffer: this.#window.buffer, start: 0, end, offset }
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
