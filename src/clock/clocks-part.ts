/**
 * The clocks as a part of the durable record, so that nothing runs out earlier or later because a process died. Clocks are named by their
 * numbers; whoever records something under a clock writes that.
 */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { RecordPart } from '../state/part.ts'
import type { Clocks, RecordedClock } from './clocks.ts'
import type { LogClock } from './log-clock.ts'

/** A clock: its number, source, log, time. */
const CLOCK = 1
/** The number of one that is not known any more. */
const FORGOTTEN = 2
/** How far the wall clock was taken in, and how many numbers were given. */
const WALL = 3
const NS_PER_SECOND = 1_000_000_000n

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
    const clocks = [...this.#recorded.values()].map(({ isStanding, ...clock }) => ({
      ...clock,
      nowNs: isStanding && wallNs > clock.nowNs ? wallNs : clock.nowNs,
    }))
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
    this.#recorded.set(number, { number, source, log, isStanding: input.byte() === 1, nowNs: readNs(input) })
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
  out.byte(clock.isStanding ? 1 : 0)
  // When lines came says nothing to those that are read after a restart.
  writeNs(out, clock.isByArrival ? 0n : clock.nowNs)
}

/** A time from 1970 on. */
export function writeNs(out: ByteWriter, ns: bigint): void {
  out.count(Number(ns / NS_PER_SECOND))
  out.count(Number(ns % NS_PER_SECOND))
}

export function readNs(input: ByteReader): bigint {
  return BigInt(input.count()) * NS_PER_SECOND + BigInt(input.count())
}
