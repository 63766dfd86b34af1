/**
 * The clock of one log: the highest time of its events. While the log stands at its end the wall clock moves it on: to what it shows, or,
 * where the events were old when they were written (a replay, a copy), as fast as it goes. It never goes back, but from when lines came to
 * the first time that one says.
 * Only `Clocks` moves it, since what runs out on the way must be done first.
 */
import { type Due, DueHeap } from './due-heap.ts'

/** Events that were older when they were written are no news: a replay or a copy, whose time goes on from there. */
export const OLD_NS = 86_400_000_000_000n

/** Something that is to be done when a clock has come to a time. */
export interface Deadline {
  readonly dueNs: bigint
  /** It is not done any more. Does nothing once it was done. */
  cancel(): void
  /** It is due at another time. Once it was done or cancelled, it is to be done again then. */
  moveTo(dueNs: bigint): void
}

export interface ClockName {
  /** Unlike that of every other clock as long as the record lives: what outlives the process names a clock by it. */
  readonly number: number
  readonly source: string
  /** `$log`. */
  readonly log: string
}

/** What all clocks share. */
export interface ClockWorld {
  /** How far the wall clock has been taken in. */
  wallNs: bigint
  /** What the clock of a log shows, or its next deadline, is another one. */
  onMove(clock: LogClock): void
  onDeadline(clock: LogClock): void
}

export class LogClock implements ClockName, Due {
  readonly number: number
  readonly source: string
  readonly log: string
  // As one of those that wait for the wall clock.
  dueNs = 0n
  readonly order: number
  index = -1
  /** Somebody reads its log in this process, and says when it stands at its end. */
  isRead = false
  /** The record has it: it is to hear when the clock is forgotten. */
  isRecorded = false
  /** For `Clocks`: it shows when events came, since none of its log has said its time yet. */
  isByArrival = false
  /** How far behind the wall clock it goes while its log stands at its end. */
  lagNs = 0n
  /** For `Clocks`: an event moved it, and what that means for the lag is not known yet. */
  hasMoved = false
  /** For `Clocks`: an event of its log has said its time, or its envelope has; an event itself. */
  hasTime = false
  hasOwnTime = false
  /** Windows of series hold values at its times. */
  hasWindows = false
  /** For `Clocks`: it was set back from times by which something still runs out, so at the end of its log it shows the wall clock's. */
  mayNotLag = false
  readonly #world: ClockWorld
  #ownNs: bigint
  #isStanding = false
  readonly #deadlines = new DueHeap<ClockDeadline>()
  #deadlineCount = 0

  constructor({ number, source, log }: ClockName, ownNs: bigint, world: ClockWorld) {
    this.number = number
    this.order = number
    this.source = source
    this.log = log
    this.#ownNs = ownNs
    this.#world = world
  }

  /** Nanoseconds since the epoch; 0 before the first event. */
  get nowNs(): bigint {
    if (!this.#isStanding) return this.#ownNs
    const wallNs = this.#world.wallNs - this.lagNs
    return wallNs > this.#ownNs ? wallNs : this.#ownNs
  }

  /** Whether its log stands at its end. */
  get isStanding(): boolean {
    return this.#isStanding
  }

  /** Something runs out by the times that it has shown. */
  get isGoneBy(): boolean {
    return this.hasWindows || this.nextNs !== undefined
  }

  /**
   * For an event that says its time, or whose envelope does, that time; for one that came among events of long ago, as long after them as it
   * came: what it begins would else not end before the clock has come to the present.
   */
  timeOf(ns: bigint): bigint {
    if (ns <= this.nowNs + OLD_NS) return ns
    const behindNs = ns - this.lagNs
    return behindNs <= this.nowNs + OLD_NS ? behindNs : this.nowNs
  }

  /** When its next deadline is due; undefined: it has none. */
  get nextNs(): bigint | undefined {
    return this.#deadlines.first?.dueNs
  }

  /** `due` is called once this clock has come to `ns`; if it is there already, when it moves next or an event comes. */
  at(ns: bigint, due: () => void): Deadline {
    const deadline = new ClockDeadline(ns, this.#deadlineCount++, due, (one, act) => this.#change(one, act))
    deadline.moveTo(ns)
    return deadline
  }

  /** For `Clocks`: on, never back. */
  moveTo(ns: bigint): void {
    if (ns <= this.nowNs) return
    this.#ownNs = ns
    this.#world.onMove(this)
  }

  /** For `Clocks`: what it showed was no time of its log. */
  setBack(ns: bigint): void {
    this.#ownNs = ns
    this.#world.onMove(this)
  }

  /** For `Clocks`: from now on the wall clock moves it, or does not. */
  stand(isStanding: boolean): void {
    this.#ownNs = this.nowNs
    this.#isStanding = isStanding
    this.#world.onMove(this)
  }

  /** For `Clocks`: takes out the next deadline. */
  takeNext(): ClockDeadline | undefined {
    const next = this.#deadlines.first
    next?.cancel()
    return next
  }

  #change(deadline: ClockDeadline, act: (all: DueHeap<ClockDeadline>) => void): void {
    const before = this.#deadlines.first
    const beforeNs = before?.dueNs
    act(this.#deadlines)
    if (this.#deadlines.first !== before || deadline === before || this.nextNs !== beforeNs) this.#world.onDeadline(this)
  }
}

type Change = (deadline: ClockDeadline, act: (all: DueHeap<ClockDeadline>) => void) => void

class ClockDeadline implements Deadline, Due {
  dueNs: bigint
  readonly order: number
  index = -1
  readonly due: () => void
  readonly #change: Change

  constructor(dueNs: bigint, order: number, due: () => void, change: Change) {
    this.dueNs = dueNs
    this.order = order
    this.due = due
    this.#change = change
  }

  cancel(): void {
    this.#change(this, (all) => all.remove(this))
  }

  moveTo(dueNs: bigint): void {
    this.#change(this, (all) => {
      this.dueNs = dueNs
      if (this.index < 0) all.add(this)
      else all.move(this)
    })
  }
}
