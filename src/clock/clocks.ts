/**
 * The clocks of all logs, each of its own. A clock moves by the events of its log, and by the wall clock while the log stands at its end;
 * whoever moves it, what is due on the way is done first, in order, each at its time. Nothing here reads a clock or owns a timer:
 * where nobody says what the wall clock shows (`--once`, `test`, `explain`), events alone move time.
 */
import { DueHeap } from './due-heap.ts'
import { type ClockWorld, LogClock, OLD_NS } from './log-clock.ts'

/** Clocks of logs that stand at their ends are forgotten past so many, those longest known first: they show what the wall clock shows. */
const MAX_CLOCKS = 50_000

/** A clock as the record has it. */
export interface RecordedClock {
  readonly number: number
  readonly source: string
  readonly log: string
  readonly nowNs: bigint
  readonly lagNs?: bigint
  readonly hasMoved?: boolean
  readonly hasOwnTime?: boolean
}

export class Clocks {
  /** Stands for the clocks of logs that are not known any more: the wall clock moves it. */
  readonly gone: LogClock
  /** Those that have moved, were made or forgotten since the record was written. */
  readonly changed = new Set<LogClock>()
  /** Called when the wall clock has something to do earlier than before. */
  onSooner: () => void = () => {}
  readonly #world: ClockWorld
  readonly #byName = new Map<string, LogClock>()
  readonly #byNumber = new Map<number, LogClock>()
  /** Those at the end of their log that have deadlines. */
  readonly #waiting = new DueHeap<LogClock>()
  readonly #maxClocks: number
  /** How many numbers were given; none is given twice. */
  numberCount = 1

  constructor(maxClocks = MAX_CLOCKS) {
    this.#maxClocks = maxClocks
    this.#world = { wallNs: 0n, onMove: (clock) => this.changed.add(clock), onDeadline: (clock) => this.#await(clock) }
    this.gone = new LogClock({ number: 0, source: '', log: '' }, 0n, this.#world)
  }

  /** The clock of a log that is read from now on. */
  open(source: string, log: string): LogClock {
    const clock = this.of(source, log)
    clock.isRead = true
    return clock
  }

  /** The clock of a log; one that is not known stands at 0. */
  of(source: string, log: string): LogClock {
    return this.#byName.get(nameOf(source, log)) ?? this.#add({ number: this.numberCount, source, log, nowNs: 0n })
  }

  /** The clock that had this number when something was recorded. */
  numbered(number: number): LogClock {
    return this.#byNumber.get(number) ?? this.gone
  }

  all(): IterableIterator<LogClock> {
    return this.#byNumber.values()
  }

  knows(clock: LogClock): boolean {
    return this.#byNumber.get(clock.number) === clock
  }

  /** How far the wall clock has been taken in; 0 if never. */
  get wallNs(): bigint {
    return this.#world.wallNs
  }

  /** When, on the wall clock, there is something to do next; undefined: never. */
  get nextNs(): bigint | undefined {
    return this.#waiting.first?.dueNs
  }

  /** An event of this time has come in the log: all that is due up to now is done, then the clock shows its time, if it is later. */
  advance(clock: LogClock, ns: bigint): void {
    this.#advance(clock, ns, clock.hasOwnTime)
    clock.hasOwnTime = true
  }

  /** The same for an event that has its time from its envelope, unless events of its log say theirs: they may be a replay. */
  advanceByEnvelope(clock: LogClock, ns: bigint): void {
    if (clock.hasOwnTime) this.advanceByArrival(clock, ns)
    else this.#advance(clock, ns, clock.hasTime)
  }

  #advance(clock: LogClock, ns: bigint, isKnown: boolean): void {
    const isFirst = clock.isByArrival && !clock.isStanding
    clock.isByArrival = false
    // What is read may be old, though lines before that say no time came now.
    if (isFirst && ns < clock.nowNs) {
      clock.mayNotLag = clock.isGoneBy
      clock.setBack(ns)
      // Nor is what the wall clock shows, for a log that was empty. What was begun by it would not end before it is shown again.
    } else if (!isKnown && !clock.isGoneBy && ns + OLD_NS < clock.nowNs) this.#beginAt(clock, ns)
    clock.hasTime = true
    clock.hasMoved ||= ns > clock.nowNs
    this.#comeTo(clock, ns)
  }

  /**
   * An event that says no time has come now. Of a log whose events say theirs that moves the clock only at its end, where the wall clock
   * does so: such a line among those of long ago must not end what they began.
   */
  advanceByArrival(clock: LogClock, ns: bigint): void {
    if (!clock.isStanding && !clock.isByArrival && clock.nowNs > 0n) return
    if (clock.nowNs === 0n) clock.isByArrival = true
    this.#comeTo(clock, ns - clock.lagNs)
  }

  #comeTo(clock: LogClock, ns: bigint): void {
    this.#leave(clock)
    const { nowNs } = clock
    const toNs = ns > nowNs ? ns : nowNs
    const { nextNs } = clock
    if (nextNs !== undefined && nextNs <= toNs) this.#runUpTo(clock, toNs)
    clock.moveTo(toNs)
  }

  #beginAt(clock: LogClock, ns: bigint): void {
    this.#leave(clock)
    clock.setBack(ns)
    clock.hasMoved = true
  }

  /** A look found nothing more in the log, whose end was written at `writtenNs`: until its next event the wall clock moves it on. */
  stand(clock: LogClock, writtenNs?: bigint): void {
    if (clock.isStanding) return
    if (clock.hasMoved && writtenNs !== undefined) {
      const ageNs = writtenNs - clock.nowNs
      clock.lagNs = ageNs > OLD_NS && !clock.mayNotLag ? ageNs : 0n
      clock.hasMoved = false
      clock.mayNotLag = false
    }
    const wallNs = this.#world.wallNs - clock.lagNs
    this.#runUpTo(clock, wallNs > clock.nowNs ? wallNs : clock.nowNs)
    clock.stand(true)
    this.#await(clock)
    if (this.#byNumber.size > this.#maxClocks) this.#forgetOldest()
  }

  /** Once what was there at the start has been read: logs that are known from the record and that nobody reads count as at their end. */
  standUnread(): void {
    this.stand(this.gone)
    for (const clock of this.#byNumber.values()) if (!clock.isRead) this.stand(clock)
  }

  /** The wall clock shows this time. Where it went back it counts as standing still. */
  moveWall(wallNs: bigint): void {
    const toNs = wallNs > this.#world.wallNs ? wallNs : this.#world.wallNs
    for (let next = this.#waiting.first; next !== undefined && next.dueNs <= toNs; next = this.#waiting.first) runNext(next)
    this.#world.wallNs = toNs
  }

  /** As if an event came in each log, so much later than its clock shows. Those that saw none yet stay. */
  moveOn(byNs: bigint): void {
    if (byNs > 0n) for (const clock of this.#byNumber.values()) if (clock.nowNs > 0n) this.advance(clock, clock.nowNs + byNs)
  }

  /** As the record has them. None stands: what was written since is to be read first. */
  restore(clocks: readonly RecordedClock[], wallNs: bigint, numberCount = 1): void {
    this.numberCount = Math.max(this.numberCount, numberCount)
    for (const clock of clocks) if (!this.#byNumber.has(clock.number)) this.#add(clock)
    this.moveWall(wallNs)
  }

  #add({ nowNs, lagNs = 0n, hasMoved = false, hasOwnTime = nowNs > 0n, ...name }: RecordedClock): LogClock {
    const clock = new LogClock(name, nowNs, this.#world)
    clock.lagNs = lagNs
    clock.hasMoved = hasMoved
    clock.hasTime = nowNs > 0n
    clock.hasOwnTime = hasOwnTime
    this.#byName.set(nameOf(name.source, name.log), clock)
    this.#byNumber.set(name.number, clock)
    this.numberCount = Math.max(this.numberCount, name.number + 1)
    this.changed.add(clock)
    return clock
  }

  #leave(clock: LogClock): void {
    if (!clock.isStanding) return
    clock.stand(false)
    this.#waiting.remove(clock)
    if (this.knows(clock) || clock === this.gone) return
    // It was forgotten, and its log goes on all the same.
    this.#byName.set(nameOf(clock.source, clock.log), clock)
    this.#byNumber.set(clock.number, clock)
  }

  #runUpTo(clock: LogClock, ns: bigint): void {
    for (let next = clock.nextNs; next !== undefined && next <= ns; next = clock.nextNs) runNext(clock)
  }

  /** Keeps the clock where it belongs among those that wait for the wall clock. */
  #await(clock: LogClock): void {
    const { nextNs } = clock
    if (!clock.isStanding || nextNs === undefined) {
      this.#waiting.remove(clock)
      return
    }
    const before = this.nextNs
    clock.dueNs = nextNs + clock.lagNs
    if (clock.index < 0) this.#waiting.add(clock)
    else this.#waiting.move(clock)
    if (before === undefined || clock.dueNs < before) this.onSooner()
  }

  #forgetOldest(): void {
    for (const clock of this.#byNumber.values()) {
      if (!clock.isStanding || clock.nextNs !== undefined) continue
      this.#byNumber.delete(clock.number)
      this.#byName.delete(nameOf(clock.source, clock.log))
      if (clock.isRecorded) this.changed.add(clock)
      else this.changed.delete(clock)
      return
    }
  }
}

/** It is taken out before it is done: what fails is not tried again, and may set itself anew. */
function runNext(clock: LogClock): void {
  const next = clock.takeNext()!
  clock.moveTo(next.dueNs)
  next.due()
}

function nameOf(source: string, log: string): string {
  return `${source}\0${log}`
}
