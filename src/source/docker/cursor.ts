/**
 * How far one stream of a container is read: the time of the last frame that was taken, and what was taken at that time. It tells frames that
 * were taken from those that were not, whatever a daemon sends again after a reconnect or a rotation.
 *
 * Asked for what there is since the cursor, a daemon sends the cursor's own frame once more, since `since` is inclusive: the echo. If it does
 * not come, something between was thrown away: a gap is suspected.
 *
 * Where the daemon's clock was set back, times do not tell before from behind. Then the order of the log does: all is skipped up to the
 * echo, and taken from there on, until the times are past the highest one before. That needs answers which keep the order: those that end.
 */
import { earlier, NO_TIME } from './log-time.ts'
import { RecentFrames } from './recent-frames.ts'

/** Frames that are told apart by content at one time; of more only the number counts. */
const MAX_HASHES = 1024

/** Less than what a clock must be set back by to be noticed (container-log.ts): a frame is taken as late or in the log's order, not both ways. */
const LATE_SECONDS = 1

/** As the durable record has it. */
export interface CursorState {
  readonly time: string
  /** How many frames were taken at that time. */
  readonly count: number
  readonly hashes: readonly string[]
  /** The highest time that was taken, if the clock was set back since. */
  readonly highest: string
}

/** The last frame that was taken, which comes once more. */
export interface Echo {
  readonly time: string
  readonly hash: string
}

export const START: CursorState = { time: NO_TIME, count: 0, hashes: [], highest: NO_TIME }

export class Cursor {
  #time: string
  #count: number
  #hashes: string[]
  #highest: string
  #isTurning = false
  readonly #recent: RecentFrames
  readonly #onGap: () => void
  /** The time for which a gap was told: once is enough. */
  #gapTime = NO_TIME
  /** Which of the frames at the cursor began the last message. */
  #openIndex = 0
  /** Of this connection: how many of the frames at the cursor came again. */
  #matched = 0
  /** Of this connection: the echo may still come. */
  #awaits = false
  /** Of this connection: what must come, and has not. */
  #echo: Echo | undefined = undefined
  #ordersByLog = false
  /** Since it was last asked: a frame came that is older than all that is remembered. */
  hasSeenOlder = false

  constructor({ time, count, hashes, highest }: CursorState, onGap: () => void) {
    this.#time = time
    this.#count = count
    this.#hashes = [...hashes]
    this.#highest = highest
    this.#recent = new RecentFrames(time)
    this.#onGap = onGap
  }

  get time(): string {
    return this.#time
  }

  /** From where on a daemon is asked. If the clock was set back and nothing has come since, what follows may be of any time. */
  get since(): string {
    return this.#isTurning ? NO_TIME : this.#time
  }

  /** What the daemon must send, if it is asked for all since now. */
  get echo(): Echo | undefined {
    const hash = this.#hashes[this.#count - 1]
    return hash === undefined ? undefined : { time: this.#time, hash }
  }

  /** What came before may be sent again, from `since` on. `echo`: as it was when that was asked for. */
  connect(since: string, echo: Echo | undefined): void {
    this.#matched = 0
    this.#awaits = this.#count > 0
    this.#echo = echo !== undefined && since <= echo.time ? echo : undefined
    if (!this.#isTurning && this.#time >= this.#highest) this.#highest = NO_TIME
    this.#ordersByLog = this.isTurnedBack
  }

  /** All up to the end of the log came. Answers whether it must come once more: what was skipped in wait for the echo is new. */
  passed(): boolean {
    // What is older than the cursor is thrown away before it: all that there is came later.
    const isAllNew = this.#echo !== undefined && this.#ordersByLog && this.#awaits
    if (isAllNew) this.#forget()
    this.#missEcho()
    this.#awaits = false
    this.#matched = this.#count
    return isAllNew
  }

  /** The daemon's clock is behind the cursor: from now on the log's order counts. */
  turnBack(): void {
    this.#isTurning = true
    if (this.#highest < this.#time) this.#highest = this.#time
  }

  /** It is, and nothing has come since. */
  get isTurning(): boolean {
    return this.#isTurning
  }

  get isTurnedBack(): boolean {
    return this.#highest !== NO_TIME
  }

  /**
   * Whether a frame was not taken before. `isOpen`: parts of a message were, and the message has not ended. `mayRepeat`: a part which may well
   * come twice in a row, or in two messages of one moment.
   */
  isNew(time: string, hash: string, isOpen: boolean, mayRepeat = false): boolean {
    if (this.#echo !== undefined && this.#echo.time === time && this.#echo.hash === hash) this.#echo = undefined
    if (this.#count === 0) return true
    if (time === this.#time) return this.#isNewNow(hash, isOpen, mayRepeat)
    if (this.#ordersByLog) return this.#isNewInOrder(time, hash)
    if (time > this.#time) return this.#awaits ? this.#miss() : true
    return this.#isLate(time, hash)
  }

  /** Clocks are set back by moments now and then: a frame of a moment ago that was never taken is taken, and the cursor stays. */
  #isLate(time: string, hash: string): boolean {
    const isRemembered = this.#recent.covers(time) && time >= earlier(this.#time, LATE_SECONDS)
    if (!isRemembered && !this.#awaits) this.hasSeenOlder = true
    return isRemembered && !this.#recent.has(time, hash)
  }

  /** The frame is in the numbers, or in a message that will be: in one that is open, or it begins one. */
  take(time: string, hash: string, isOpen: boolean): void {
    if (this.#count > 0 && !this.#isForward(time)) {
      this.#recent.add(time, hash)
      return
    }
    if (time !== this.#time) {
      this.#time = time
      this.#count = 0
      this.#hashes = []
      if (this.#ordersByLog && time > this.#highest) this.#highest = time
    }
    this.#isTurning = false
    if (!isOpen) this.#openIndex = this.#count
    this.#count++
    if (this.#hashes.length < MAX_HASHES) this.#hashes.push(hash)
    this.#matched = this.#count
    this.#awaits = false
    this.#recent.add(time, hash)
  }

  /** Times say nothing: up to the echo nothing is new, and behind it everything. */
  #isNewInOrder(time: string, hash: string): boolean {
    if (this.#awaits) return time > this.#highest && this.#miss()
    return !this.#recent.has(time, hash)
  }

  /** Shares what grows: `count` and `hashCount` tell how much of it is meant. */
  mark(into: CursorMark): void {
    into.time = this.#time
    into.count = this.#count
    into.hashes = this.#hashes
    into.highest = this.#highest
  }

  /** Under the log's order a frame behind the echo may be of an earlier time. */
  #isForward(time: string): boolean {
    return time >= this.#time || this.#ordersByLog
  }

  #isNewNow(hash: string, isOpen: boolean, mayRepeat: boolean): boolean {
    const again = this.#hashes.indexOf(hash, this.#matched)
    if (again !== -1) {
      this.#match(again + 1)
      return false
    }
    if (this.#matched >= this.#hashes.length && this.#matched < this.#count) {
      this.#match(this.#matched + 1)
      return false
    }
    // The very frame again at the very time, though all had come: a follower that was sent back by a rotation.
    // Parts of an open message may equal each other, but hardly what came before them.
    const before = this.#hashes.indexOf(hash)
    if (before !== -1 && (!isOpen || (before <= this.#openIndex && !mayRepeat))) {
      this.#match(before + 1)
      return false
    }
    if (this.#ordersByLog && this.#awaits) return false
    return this.#awaits ? this.#miss() : true
  }

  #match(matched: number): void {
    this.#matched = matched
    if (matched === this.#count) this.#awaits = false
  }

  /** What follows the cursor comes, and the echo did not. */
  #miss(): true {
    this.#awaits = false
    this.#missEcho()
    return true
  }

  #missEcho(): void {
    if (this.#echo === undefined) return
    const { time } = this.#echo
    this.#echo = undefined
    if (this.#gapTime === time) return
    this.#gapTime = time
    this.#onGap()
  }

  #forget(): void {
    this.#time = NO_TIME
    this.#count = 0
    this.#hashes = []
  }
}

/** A `CursorState` that is written over at the end of each message instead of being made anew. */
export interface CursorMark {
  time: string
  count: number
  hashes: readonly string[]
  highest: string
}

export function stateOf({ time, count, hashes, highest }: CursorMark): CursorState {
  return { time, count, hashes: hashes.slice(0, count), highest }
}
