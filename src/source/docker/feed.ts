/**
 * One stream of one container on its way to its sink: takes the frames that are new, tells where messages end, and keeps two places. The
 * cursor is behind the last frame that was taken: a reconnect goes on from there. The position is behind the last whole message: another
 * process goes on from there and asks for the parts of an open one again.
 */
import { hash as digest } from 'node:crypto'
import type { Cell } from '../../telemetry/tally.ts'
import type { OpenStream, Origin, Position, Resumption, StreamSink } from '../source.ts'
import type { BatchOwner, CriBatch } from './cri-batch.ts'
import { Cursor, type CursorMark, stateOf } from './cursor.ts'
import { type FeedState, noteOf } from './feed-note.ts'
import { FeedPlaces } from './feed-places.ts'
import type { LogFrame } from './log-frame.ts'
import { NO_TIME } from './log-time.ts'
import { PART_BYTES } from './terminal-frames.ts'

const NEWLINE = 0x0a
/** 72 bits: no two frames of one nanosecond share them by chance. */
const HASH_LENGTH = 12

export interface FrameCounts {
  readonly taken: Cell
  readonly replayed: Cell
  readonly parts: Cell
  readonly gaps: Cell
}

/** What all feeds of a source share. Times as 20 digits. */
export interface SharedOptions {
  readonly open: OpenStream
  readonly batch: CriBatch
  readonly counts: FrameCounts
  /** Frames before it are left out. */
  readonly skipBefore: string
  /** Frames before it prepare only. */
  readonly primeBefore: string
  /** Frames before it were written before the source looked. */
  readonly liveFrom: string
}

export interface FeedOptions extends SharedOptions {
  readonly id: string
  readonly origin: { -readonly [Key in keyof Origin]: Origin[Key] }
  readonly state: FeedState
}

export class Feed {
  readonly cursor: Cursor
  readonly #options: FeedOptions
  readonly #mark: CursorMark
  #owner: BatchOwner | undefined
  #offset: number
  #messages: number
  #changes = 0
  /** Behind the last whole message. */
  #doneOffset: number
  /** Of a message that was open when a process before ended, and has not come since. */
  #owedTime: string
  /** A message that has not ended: the frame that its last part came with, without its bytes. */
  #openFrame: LogFrame | undefined
  /** Its last part was as long as parts are. */
  #wasCut = false
  /** What the next sink must know: of one that was given back, or of a process before. */
  #resumption: FeedState['resumption']
  readonly #places: FeedPlaces
  #isHistory: boolean | undefined
  #isPrimed = false
  readonly position: Position

  constructor(options: FeedOptions) {
    const { state, origin, id } = options
    this.#options = options
    this.cursor = new Cursor(state.cursor, () => options.counts.gaps.value++)
    this.#mark = { ...state.cursor }
    this.#offset = this.#doneOffset = state.offset
    this.#messages = state.messages
    this.#owedTime = state.openTime
    this.#resumption = state.resumption
    this.#places = new FeedPlaces(state)
    this.position = {
      origin,
      id,
      get checkpoint() {
        return feed.#messages
      },
      get changes() {
        return feed.#changes
      },
      format: () => this.#owner?.sink.format,
      note: () => noteOf(this.state, origin.container?.name ?? ''),
    }
    const feed = this
  }

  get origin(): FeedOptions['origin'] {
    return this.#options.origin
  }

  get state(): FeedState {
    const openTime = this.#openFrame?.time ?? this.#owedTime
    const { sink } = this.#owner ?? {}
    if (sink !== undefined && sink.checkpoint < this.#doneOffset) {
      const { cursor, offset } = this.#places.before(sink.checkpoint)
      return { cursor: stateOf(cursor), openTime, offset, messages: this.#messages, ...told(sink.resumption) }
    }
    const resumption = sink === undefined ? this.#resumption : knownAt(this.#doneOffset, sink)
    return { cursor: stateOf(this.#mark), openTime, offset: this.#doneOffset, messages: this.#messages, ...told(resumption) }
  }

  /** From where on a daemon is asked. `floor`: all that is new of a stream without an open message is of this time or later. */
  since(floor: string): string {
    const { since } = this.cursor
    const isOwed = this.isOpen || this.#owedTime !== NO_TIME || this.#isReadAgain
    return since < floor && !isOwed ? floor : since
  }

  get busy(): Promise<void> | undefined {
    return this.#owner?.sink.busy
  }

  /** Messages come that a process before has given its sink. */
  get #isReadAgain(): boolean {
    return this.#doneOffset < (this.#resumption?.appliedBytes ?? 0)
  }

  get isOpen(): boolean {
    return this.#openFrame !== undefined
  }

  /** Of the message that has not ended; empty: there is none. */
  get openTime(): string {
    return this.#openFrame?.time ?? NO_TIME
  }

  /** Answers whether the frame is new. */
  take(frame: LogFrame): boolean {
    const { counts, skipBefore } = this.#options
    if (frame.time < skipBefore) return false
    const content = digest('sha256', frame.buffer.subarray(frame.start, frame.end), 'base64').slice(0, HASH_LENGTH)
    if (!this.cursor.isNew(frame.time, content, this.isOpen, this.isOpen && isOfOneByte(frame))) {
      counts.replayed.value++
      return false
    }
    // All parts of a message have its time: another time is another message, though no line end was seen.
    if (this.#openFrame !== undefined && this.#openFrame.time !== frame.time) this.close()
    this.cursor.take(frame.time, content, this.isOpen)
    counts.taken.value++
    this.#write(frame)
    return true
  }

  /** Nothing follows of a message that has not ended: it has. */
  close(): void {
    if (this.#openFrame === undefined) return
    this.#options.batch.add(this.#writer(this.#openFrame), this.#openFrame, 0, 0, false)
    this.#finish()
  }

  /** No frame comes for a long time: what its sink needs is given back. Not while a message is open. */
  rest(): void {
    if (this.#owner === undefined || this.isOpen) return
    this.#options.batch.flush()
    this.#offset = this.#owner.offset
    this.#resumption = knownAt(this.#offset, this.#owner.sink)
    this.#owner.sink.end({ buffer: Buffer.alloc(0), start: 0, end: 0, offset: this.#offset })
    this.#owner = undefined
  }

  /** All that the daemon has was taken. */
  noteAtEnd(): void {
    this.#owner?.sink.noteAtEnd?.()
  }

  #write(frame: LogFrame): void {
    const { batch } = this.#options
    const owner = this.#writer(frame)
    if (!this.isOpen && batch.isGiven(owner)) this.#places.note(owner.sink.checkpoint, this.#doneOffset, this.#mark)
    let at = frame.start
    for (;;) {
      const newline = frame.buffer.subarray(at, frame.end).indexOf(NEWLINE)
      if (newline === -1) break
      batch.add(owner, frame, at, at + newline, false)
      this.#finish()
      at += newline + 1
    }
    if (at < frame.end || frame.end === frame.start) this.#writePart(owner, frame, at)
  }

  #writePart(owner: BatchOwner, frame: LogFrame, start: number): void {
    this.#options.counts.parts.value++
    this.#options.batch.add(owner, frame, start, frame.end, true)
    const { stream, timeText, time } = frame
    if (this.#openFrame === undefined) this.#changes++
    this.#openFrame = { stream, timeText, time, buffer: EMPTY, start: 0, end: 0 }
    const isShort = frame.end - frame.start < PART_BYTES
    // A daemon cuts at 16 KiB: less behind such a part, and no line end, is an end whose line end was dropped.
    if (isShort && this.#wasCut) this.close()
    else this.#wasCut = frame.end - frame.start === PART_BYTES
  }

  /** Where lines of this frame go. Those of before and after a mark do not share a chunk. */
  #writer(frame: LogFrame): BatchOwner {
    const { origin, open, batch, primeBefore, liveFrom } = this.#options
    const isHistory = frame.time < liveFrom
    const isPrimed = frame.time < primeBefore
    if (isHistory !== this.#isHistory || isPrimed !== this.#isPrimed) {
      batch.flush()
      this.#isHistory = isHistory
      this.#isPrimed = isPrimed
      origin.historyBytes = isHistory ? Number.MAX_SAFE_INTEGER : 0
      origin.primedBytes = isPrimed ? Number.MAX_SAFE_INTEGER : 0
    }
    if (this.#owner !== undefined) return this.#owner
    origin.resumption = this.#resumption
    this.#owner = { sink: open(origin), offset: this.#offset }
    return this.#owner
  }

  #finish(): void {
    this.#openFrame = undefined
    this.#wasCut = false
    this.#owedTime = NO_TIME
    this.#doneOffset = this.#owner?.offset ?? this.#doneOffset
    this.#messages++
    this.#changes++
    this.cursor.mark(this.#mark)
  }
}

function told(resumption: Resumption | undefined): Pick<FeedState, 'resumption'> {
  return resumption === undefined ? {} : { resumption }
}

/** What a sink must know that goes on there, with nothing open. */
function knownAt(offset: number, { resumption }: StreamSink): Resumption | undefined {
  return resumption?.formats && { appliedBytes: offset, formats: resumption.formats }
}

const EMPTY = Buffer.alloc(0)

/** Blanks, padding and the like: such parts equal each other. */
function isOfOneByte({ buffer, start, end }: LogFrame): boolean {
  const first = buffer[start]
  for (let at = start + 1; at < end; at++) if (buffer[at] !== first) return false
  return true
}
