/**
 * The clocks as a part of the durable record, so that nothing runs out earlier or later because a process died. Clocks are named by their
 * numbers; whoever records something under a clock writes that.
 */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { RecordPart } from '../state/part.ts'
import type { Clocks, RecordedClock } from './clocks.ts'
import type { LogClock } from './log-clock.ts'

/** A clock: its number, source, log, state, time, and with a lag that. */
const CLOCK = 1
/** The number of one that is not known any more. */
const FORGOTTEN = 2
/** How far the wall clock was taken in, and how many numbers were given. */
const WALL = 3
const NS_PER_SECOND = 1_000_000_000n

/** States of a clock, in bits. */
const STANDS = 1
const HAS_LAG = 2
const HAS_MOVED = 4
const BY_ENVELOPE = 8

export class ClocksPart implements RecordPart {
  readonly name = 'clocks'
  readonly #clocks: Clocks
  readonly #recorded = new Map<number, RecordedClock & { readonly isStanding: boolean }>()
  #recordedWallNs = 0n
  #recordedCount = 0
  #written: readonly LogClock[] = []

  constructor(clocks: Clocks) {
    this.#clocks = clocks
  }

  /** Gives the clocks what was read, before anything that names them is restored. */
  restore(): void {
    const wallNs = this.#recordedWallNs
    const clocks = [...this.#recorded.values()].map(({ isStanding, ...clock }) => {
      const shownNs = isStanding ? wallNs - (clock.lagNs ?? 0n) : 0n
      return { ...clock, nowNs: shownNs > clock.nowNs ? shownNs : clock.nowNs }
    })
    this.#clocks.restore(clocks, wallNs, this.#recordedCount)
    this.#recorded.clear()
  }

  /** That only the wall clock moved need not be told: what is seen of it has changes of its own. */
  get hasChanges(): boolean {
    return this.#clocks.changed.size > 0
  }

  get changeCount(): number {
    return this.#clocks.changed.size
  }

  beginJournal(): void {}

  writeChanges(out: ByteWriter): void {
    this.#written = [...this.#clocks.changed]
    for (const clock of this.#written) {
      if (this.#clocks.knows(clock)) writeClock(out, clock)
      else if (clock.isRecorded) {
        out.byte(FORGOTTEN)
        out.count(clock.number)
      }
    }
    this.#writeWall(out)
  }

  acknowledge(): void {
    for (const clock of this.#written) {
      clock.isRecorded = this.#clocks.knows(clock)
      this.#clocks.changed.delete(clock)
    }
    this.#written = []
  }

  *sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void> {
    if (isFrozen) this.#written = [...this.#clocks.changed]
    for (const clock of [...this.#clocks.all()]) {
      if (!isFrozen && !clock.isRecorded) continue
      if (!this.#clocks.knows(clock)) continue
      writeClock(out, clock)
      yield
    }
    this.#writeWall(out)
  }

  openReader(): (section: ByteReader) => void {
    return (input) => {
      while (!input.isAtEnd) {
        const tag = input.byte()
        if (tag === WALL) this.#readWall(input)
        else if (tag === FORGOTTEN) this.#recorded.delete(input.count())
        else this.#readClock(input)
      }
    }
  }

  #readClock(input: ByteReader): void {
    const [number, source, log] = [input.count(), input.text(), input.text()]
    const state = input.byte()
    const nowNs = readNs(input)
    const lagNs = state & HAS_LAG ? readNs(input) : 0n
    const [isStanding, hasMoved] = [(state & STANDS) > 0, (state & HAS_MOVED) > 0]
    const hasOwnTime = nowNs > 0n && (state & BY_ENVELOPE) === 0
    this.#recorded.set(number, { number, source, log, isStanding, hasMoved, hasOwnTime, nowNs, lagNs })
  }

  #readWall(input: ByteReader): void {
    this.#recordedWallNs = readNs(input)
    this.#recordedCount = input.count()
  }

  #writeWall(out: ByteWriter): void {
    out.byte(WALL)
    writeNs(out, this.#clocks.wallNs)
    out.count(this.#clocks.numberCount)
  }
}

function writeClock(out: ByteWriter, clock: LogClock): void {
  out.byte(CLOCK)
  out.count(clock.number)
  out.text(clock.source)
  out.text(clock.log)
  // When lines came says nothing to those that are read after a restart, nor does the wall clock where no event has said its time.
  const isOfLog = clock.hasTime && !clock.isByArrival
  let state = clock.isStanding && isOfLog ? STANDS : 0
  if (clock.lagNs > 0n) state |= HAS_LAG
  if (clock.hasMoved) state |= HAS_MOVED
  if (!clock.hasOwnTime) state |= BY_ENVELOPE
  out.byte(state)
  writeNs(out, isOfLog ? clock.nowNs : 0n)
  if (clock.lagNs > 0n) writeNs(out, clock.lagNs)
}

/** A time from 1970 on. */
export function writeNs(out: ByteWriter, ns: bigint): void {
  out.count(Number(ns / NS_PER_SECOND))
  out.count(Number(ns % NS_PER_SECOND))
}

export function readNs(input: ByteReader): bigint {
  return BigInt(input.count()) * NS_PER_SECOND + BigInt(input.count())
}
