/**
 * How far one stream of a container is read: the time of the last frame that was taken, and what was taken at that time. It tells frames that
 * were taken from those that were not, whatever a daemon sends again after a reconnect or a rotation.
 *
 * Asked for what there is since the cursor, a daemon sends the cursor's own frame once more, since `since` is inclusive: the echo. If it does
 * not come, something between was thrown away: a gap is suspected.
 *
 * Where the daemon's clock was set back, times do not tell before from behind. Then the order of the log does: all is skipped up to the
 * echo, and taken from there on, until the times are past the highest one before.
 */
import { NO_TIME } from './log-time.ts'
import { RecentFrames } from './recent-frames.ts'

/** Frames that are told apart by content at one time; of more only the number counts. */
const MAX_HASHES = 1024

/** As the durable record has it. */
export interface CursorState {
  readonly time: string
  /** How many frames were taken at that time. */
  readonly count: number
  readonly hashes: readonly string[]
  /** The highest time that was taken, if the clock was set back since. */
  readonly highest: string
}

export const START: CursorState = { time: NO_TIME, count: 0, hashes: [], highest: NO_TIME }

export class Cursor {
  #time: string
  #count: number
  #hashes: string[]
  #highest: string
  readonly #recent: RecentFrames
  readonly #onGap: () => void
  /** The time for which a gap was told: once is enough. */
  #gapTime = NO_TIME
  /** Of this connection: how many of the frames at the cursor came again. */
  #matched = 0
  /** Of this connection: the echo may still come. */
  #awaits = false
  #expectsEcho = false
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
    return this.#highest === this.#time ? NO_TIME : this.#time
  }

  /** What came before may be sent again, from `since` on. */
  connect(since: string): void {
    this.#matched = 0
    this.#awaits = this.#count > 0
    this.#expectsEcho = this.#awaits && since <= this.#time
    this.#ordersByLog = this.#awaits && this.#highest !== NO_TIME
  }

  /** All up to the end of the log came. */
  passed(): void {
    const isMissing = this.#awaits && this.#expectsEcho
    if (isMissing) this.#tellGap()
    // What is older than the cursor is thrown away before it: all that there is came later.
    if (isMissing && this.#ordersByLog) this.#forget()
    this.#awaits = false
    this.#matched = this.#count
  }

  /** The daemon's clock is behind the cursor: from now on the log's order counts. */
  turnBack(): void {
    if (this.#highest < this.#time) this.#highest = this.#time
  }

  get isTurnedBack(): boolean {
    return this.#highest !== NO_TIME
  }

  /** Whether a frame was not taken before. `isOpen`: parts of a message were, and the message has not ended. */
  isNew(time: string, hash: string, isOpen: boolean): boolean {
    if (this.#count === 0) return true
    if (time === this.#time) return this.#isNewNow(hash, isOpen)
    if (this.#ordersByLog) return this.#isNewInOrder(time, hash)
    if (time > this.#time) return this.#awaits ? this.#miss() : true
    // It goes back: what was at the cursor may follow once more.
    this.#matched = 0
    if (!this.#recent.covers(time)) this.hasSeenOlder ||= !this.#awaits
    return this.#recent.covers(time) && !this.#recent.has(time, hash)
  }

  /** The frame is in the numbers, or in a message that will be. */
  take(time: string, hash: string): void {
    if (this.#count > 0 && !this.#isForward(time)) {
      this.#recent.add(time, hash)
      return
    }
    if (time !== this.#time) {
      this.#time = time
      this.#count = 0
      this.#hashes = []
      if (time > this.#highest) this.#highest = NO_TIME
    }
    this.#count++
    if (this.#hashes.length < MAX_HASHES) this.#hashes.push(hash)
    this.#matched = this.#count
    this.#awaits = false
    this.#recent.add(time, hash)
  }

  /** Times say nothing: behind the echo all is new, and what goes back a second time waits for the echo again. */
  #isNewInOrder(time: string, hash: string): boolean {
    if (this.#awaits) return time > this.#highest && this.#miss()
    if (this.#recent.has(time, hash)) return false
    if (time > this.#time || this.#time === this.#highest) return true
    this.#matched = 0
    this.#awaits = true
    this.hasSeenOlder = true
    return false
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
    return time >= this.#time || this.#highest !== NO_TIME
  }

  #isNewNow(hash: string, isOpen: boolean): boolean {
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
    const before = isOpen ? -1 : this.#hashes.indexOf(hash)
    if (before !== -1) {
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
    if (this.#expectsEcho) this.#tellGap()
    return true
  }

  #tellGap(): void {
    if (this.#gapTime === this.#time) return
    this.#gapTime = this.#time
    this.#onGap()
  }

  #forget(): void {
    this.#time = NO_TIME
    this.#count = 0
    this.#hashes = []
    this.#highest = NO_TIME
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
