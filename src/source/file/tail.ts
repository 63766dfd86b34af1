/**
 * One file, read forward; it may be closed between two turns, and goes on where it was once it is open again. Each reading takes the 256
 * bytes before the wanted offset along, and after a change the first bytes of the file are looked at too: if either are not what they
 * were, the file was truncated and written anew. Operating errors come back as a result, never thrown; what the sink throws passes.
 */
import { type BigIntStats, fstatSync } from 'node:fs'
import type { Chunk, Position, StreamSink } from '../source.ts'
import { HEAD_BYTES } from './fingerprint.ts'
import { Handle } from './handle.ts'
import { fileKey, inodeKey, millisecondsOf } from './identity.ts'
import { Landmarks, standsIn } from './landmarks.ts'
import { bytesOf, isSystemError, type OpenedFile } from './open-file.ts'
import { noteOf, type PastFile, truncatedFrom } from './past-file.ts'
import { Progress } from './progress.ts'
import type { TailOptions, TailOrigin } from './tail-options.ts'
import { Unrest } from './unrest.ts'
import { WINDOW_BYTES, type Window } from './window.ts'

/** `more`: there is more to read now. `idle`: all that is there was delivered. `failed`: see `error`. */
export type Turn = 'more' | 'idle' | 'truncated' | 'failed'

export class Tail {
  /** Unique while the file is open; while it is closed, the number may be given to another file. */
  readonly inode: string
  readonly key: string
  readonly origin: TailOrigin
  /** Not let go of yet. */
  isFollowed = true
  /** No path that the source looks at leads to it now. */
  isLost = false
  /** Its name was given to another file, or it got another name. */
  isRotated = false
  hasSuccessor = false
  /** Another file, which is followed, holds its unfinished last line too. */
  isContinued = false
  /** The name that it had before it was rotated. */
  formerPath = ''
  /** It is a copy of what is known of this one, and brought nothing new yet. */
  ghost: PastFile | undefined = undefined
  /** The file whose bytes were written before this one's. */
  waitsFor: Tail | undefined = undefined
  /** Where the file itself was last, past all links, since it was closed. */
  parkedPath = ''
  /** Its descriptor is wanted for others: it is let go once it is read, without waiting for late writers. */
  isPressed = false
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
  /** When what it holds was begun; milliseconds since the epoch, 0 where the file system does not know. */
  sinceMs: number
  readonly unrest: Unrest
  readonly progress: Progress
  readonly #handle: Handle
  readonly #sink: StreamSink
  readonly #window: Window
  readonly #landmarks: Landmarks
  #wanted: number
  /** End of what was ever delivered: behind `#wanted` while a line is unfinished. */
  #deliveredTo: number
  #target: number
  /** It was seen to have changed, and was not read since. */
  #isUnchecked = false
  #stat: BigIntStats
  #sizeBytes: number
  /** When what was read was written; 0 if nothing was read. */
  #writtenMs = 0

  constructor({ fd, stat, nowMs, startOffset, historyBytes = 0, sinceMs, origin, sink, window }: TailOptions) {
    this.#handle = new Handle(fd)
    this.#stat = stat
    this.unrest = new Unrest(nowMs)
    this.inode = inodeKey(stat)
    this.key = fileKey(stat)
    this.origin = origin
    this.#sink = sink
    this.#window = window
    this.#sizeBytes = Number(stat.size)
    this.#target = this.#sizeBytes
    origin.historyBytes = historyBytes
    this.sinceMs = sinceMs ?? millisecondsOf(stat.birthtimeNs)
    this.progress = new Progress(sink, startOffset, origin.resumption)
    this.#wanted = this.#deliveredTo = startOffset
    this.#landmarks = new Landmarks(startOffset)
    if (startOffset > 0) this.#attempt(() => this.#landmarks.learn(this.#handle.fd, this.#wanted, this.#window))
  }

  /** Bytes that are in the file, as last seen, and not in the numbers; open parts are not counted. */
  get lagBytes(): number {
    return Math.max(0, this.#sizeBytes - this.progress.appliedBytes)
  }

  /** Its end is not in the numbers: an unfinished line, an open part. */
  get hasRest(): boolean {
    return this.#sizeBytes > this.progress.checkpoint
  }

  /** There are bytes that were never delivered, or that the sink wants again because it knows now what they are. */
  get isUnread(): boolean {
    const needBytes = this.#sink.needBytes
    return this.#sizeBytes > this.#deliveredTo || (needBytes > 0 && this.#sizeBytes - this.#wanted >= needBytes)
  }

  /** What was there when it was found, or when `aimAtEnd` was called, is not all read. A file that fails keeps nobody waiting. */
  get isBehind(): boolean {
    return this.isFollowed && this.error === undefined && this.#deliveredTo < Math.min(this.#target, this.#sizeBytes)
  }

  /** Its first bytes, as far as they were read. */
  get head(): Buffer {
    return this.#landmarks.head
  }

  get isUnlinked(): boolean {
    return this.#stat.nlink === 0n
  }

  /** By which it can be opened, as far as known. */
  get presentPath(): string {
    return this.isLost ? this.parkedPath : this.origin.file
  }

  /** Followed, but not open. */
  get isParked(): boolean {
    return this.isFollowed && !this.#handle.isOpen
  }

  /** A change was seen that was not read, or must be looked for a second time. */
  isDue(nowMs: number): boolean {
    return this.#isUnchecked || this.isUnread || this.unrest.isSecondLookDue(nowMs)
  }

  get position(): Position {
    return {
      origin: this.origin,
      id: this.key,
      checkpoint: this.progress.checkpoint,
      changes: this.progress.changes,
      envelope: this.#sink.envelope,
      format: () => this.#sink.format,
      note: () => noteOf(this.past('open')),
    }
  }

  /** What is to be remembered of it. */
  past(state: PastFile['state']): PastFile {
    return {
      id: this.key,
      key: this.key,
      path: this.origin.file,
      checkpoint: this.progress.checkpoint,
      resumption: this.#sink.resumption,
      sinceMs: this.sinceMs,
      historyBytes: this.origin.historyBytes ?? 0,
      ...(this.isRotated && { formerPath: this.formerPath }),
      ...(this.#writtenMs > 0 && { writtenMs: this.#writtenMs }),
      ...(this.origin.primedBytes && { primedBytes: this.origin.primedBytes }),
      state,
      ...(state === 'ghost' && { head: this.head.subarray(0, this.progress.appliedBytes) }),
      ...this.#landmarks.fingerprint(this.progress.appliedBytes),
    }
  }

  /** Nanoseconds since the epoch; 0 where the file system does not know. */
  get birthtimeNs(): bigint {
    return this.#stat.birthtimeNs
  }

  /** When it was written to last, as last seen; nanoseconds since the epoch. */
  get mtimeNs(): bigint {
    return this.#stat.mtimeNs
  }

  /** Whether `stat`, taken by path, shows something that the last turn did not see. */
  differs(stat: BigIntStats): boolean {
    return stat.size !== this.#stat.size || stat.mtimeNs !== this.#stat.mtimeNs
  }

  /** Its first bytes as they are now, if they were not read so far and it is open. Throws the system's errors. */
  firstBytes(): Buffer {
    const isKnown = this.head.length === HEAD_BYTES || !this.#handle.isOpen
    return isKnown ? this.head : Buffer.from(bytesOf(this.#handle.fd, 0, HEAD_BYTES))
  }

  /** Whether these bytes stand in it at `offset` now. Throws the system's errors. */
  holds(bytes: Buffer, offset: number): boolean {
    return standsIn(this.#handle.fd, bytes, offset)
  }

  /** Whether what was read of it still stands in it, as far as its mark and head tell. If not, the next turn finds it truncated. */
  isIntact(): boolean {
    const isSame = this.#landmarks.areIn(this.#handle.fd, this.progress.appliedBytes)
    this.#isUnchecked ||= !isSame
    return isSame
  }

  /** What is known of a closed file comes from a scan, or from a hint without `stat`. That it became smaller shows when it is open again. */
  noteSeen(stat?: BigIntStats): void {
    if (!this.isParked || (stat !== undefined && !this.differs(stat))) return
    this.#isUnchecked = true
    this.#sizeBytes = Math.max(this.#sizeBytes, Number(stat?.size ?? 0))
  }

  /** Gives the descriptor away until `resume`. Answers false, and keeps it, if it is all that leads to the file, or nothing can be told. */
  park(): boolean {
    if (!this.#attempt(() => this.#look()) || this.isUnlinked) return false
    this.parkedPath = this.#handle.realPath(this.origin.file)
    this.hasChanged = false
    this.#handle.close()
    return true
  }

  /** Its descriptor leads nowhere any more, as on a network file system whose server came back: it is opened anew by its path. */
  forsake(): void {
    this.parkedPath = this.#handle.realPath(this.origin.file)
    this.#isUnchecked = true
    this.#handle.close()
  }

  /** Answers whether what was opened is this file; if not, it is closed. An inode that bears another birth may still hold the same bytes. */
  resume({ fd, stat }: OpenedFile): boolean {
    this.#handle.take(fd)
    let isSame = false
    try {
      isSame =
        inodeKey(stat) === this.inode &&
        (fileKey(stat) === this.key || (this.progress.appliedBytes > 0 && this.#landmarks.areIn(fd, this.progress.appliedBytes)))
    } finally {
      if (!isSame) this.#handle.close()
    }
    return isSame
  }

  aimAtEnd(): void {
    if (!this.isParked) this.#attempt(() => this.#look())
    this.#target = this.#sizeBytes
  }

  /** Whether everything that is there now was delivered, as a new look shows. */
  isRead(): boolean {
    this.aimAtEnd()
    return !this.isUnread && !this.#isUnchecked
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
    this.#writtenMs = millisecondsOf(this.#stat.mtimeNs)
    if (this.isUnread) return 'more'
    this.#sink.noteAtEnd?.(this.#writtenMs)
    return 'idle'
  }

  /** Tells the sink that nothing follows what was read: an unterminated last line is delivered. Should more come, it is read on behind it. */
  end(isContinued = this.progress.isAwaited): void {
    try {
      this.#sink.end(this.#readFrom(this.#wanted, this.#deliveredTo), isContinued)
      const needBytes = this.#sink.needBytes
      if (needBytes > 0) this.#sink.end(this.#readFrom(this.#deliveredTo - needBytes, this.#deliveredTo), isContinued)
    } catch (error) {
      if (!isSystemError(error)) throw error
      this.error = error
    }
    const before = this.progress.appliedBytes
    this.progress.note()
    if (this.progress.appliedBytes <= before) return
    this.#wanted = this.progress.appliedBytes
    this.#attempt(() => this.#landmarks.learn(this.#handle.fd, this.#wanted, this.#window))
  }

  /** Nobody reads on in it, now or later. */
  noteGone(): void {
    this.#sink.noteAtEnd?.(this.#writtenMs)
  }

  close(): void {
    this.isFollowed = false
    this.progress.isOver = true
    this.#handle.close()
  }

  /** Bytes that came; -1 if the file is not the one that was read so far. */
  #lookAndRead(nowMs: number): number {
    this.#look()
    this.hasChanged = this.#isUnchecked
    this.wasBlank = this.hasChanged && this.progress.appliedBytes === 0
    const isSecondLook = !this.hasChanged && this.unrest.isSecondLookDue(nowMs)
    if (this.hasChanged) this.unrest.noteChange(nowMs)
    if (isSecondLook) this.unrest.noteSecondLook()
    if (this.#sizeBytes < Math.max(this.#wanted, this.progress.appliedBytes)) return -1
    if (!this.hasChanged && !isSecondLook && !this.isUnread) return 0
    this.#isUnchecked = false
    let got = this.#read()
    // An unfinished line may have become another: what is in the numbers ends before it.
    if (got < 0 && this.#stopLookingAhead()) got = this.#read()
    // After the reading: what was read before the file was written anew is not delivered then, but gone all the same.
    return (this.hasChanged || isSecondLook) && !this.#landmarks.isHeadIn(this.#handle.fd, this.progress.appliedBytes) ? -1 : got
  }

  /** Answers whether it could be done; if not, the error shows at the next turn. */
  #attempt(act: () => void): boolean {
    try {
      act()
      return true
    } catch (error) {
      this.error = error as NodeJS.ErrnoException
    }
    return false
  }

  #look(): void {
    const stat = fstatSync(this.#handle.fd, { bigint: true })
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
    const { markBytes } = this.#landmarks
    const got = this.#window.read(this.#handle.fd, this.#wanted - markBytes, markBytes + wantedBytes)
    return got >= markBytes && this.#landmarks.isMark(this.#window.buffer) ? got - markBytes : -1
  }

  #deliver(bytes: number): void {
    const start = this.#landmarks.markBytes
    const asked = this.#wanted
    const chunk = { buffer: this.#window.buffer, start, end: start + bytes, offset: asked }
    this.#landmarks.keepHead(chunk)
    const next = this.#sink.push(chunk)
    if (next > asked + bytes || next < 0) throw new Error(`a sink asked for offset ${next} after ${asked + bytes}`)
    this.#deliveredTo = Math.max(asked + bytes, next)
    this.progress.note()
    this.#wanted = next
    if (next < asked) this.#landmarks.goBackTo(next)
    else this.#landmarks.moveTo(next, chunk, this.progress.appliedBytes)
  }

  /** What was looked at behind what is in the numbers may be other lines now: no log changes without growing. Answers whether anything was. */
  #stopLookingAhead(): boolean {
    const { anchorOffset } = this.#landmarks
    if (this.#wanted <= anchorOffset) return false
    this.#wanted = anchorOffset
    this.#landmarks.goBackTo(anchorOffset)
    return true
  }

  #restart(sizeBefore: number): Turn {
    this.truncatedBytes = Math.max(0, sizeBefore - this.progress.checkpoint)
    this.before = truncatedFrom(this.past('ghost'))
    this.restarts++
    this.sinceMs = millisecondsOf(this.#stat.mtimeNs)
    this.#writtenMs = 0
    this.#sink.reset()
    this.#wanted = this.#deliveredTo = 0
    this.progress.restart()
    this.#landmarks.reset()
    this.origin.historyBytes = this.origin.primedBytes = 0
    this.origin.lacksHistory = false
    this.origin.resumption = undefined
    return 'truncated'
  }

  #readFrom(offset: number, endOffset: number): Chunk {
    const end = this.#window.read(this.#handle.fd, offset, endOffset - offset)
    return { buffer: this.#window.buffer, start: 0, end, offset }
  }
}
