/**
 * When open keys run out, by the clocks of their logs: a heap for each clock, earliest first, and of equal times the key that was opened
 * first. The clock is told of the first alone; a deadline that moves later costs nothing until its old time has come.
 */
import { DueHeap } from '../clock/due-heap.ts'
import type { Deadline, LogClock } from '../clock/log-clock.ts'
import type { Entry } from './entry.ts'

interface Waiting {
  readonly heap: DueHeap<Entry>
  readonly alarm: Deadline
}

export class Deadlines {
  readonly #byClock = new Map<LogClock, Waiting>()
  readonly #runOut: (entry: Entry, dueNs: bigint) => void

  /** `runOut` is called with what is taken out, once its time has come. */
  constructor(runOut: (entry: Entry, dueNs: bigint) => void) {
    this.#runOut = runOut
  }

  /** The deadline of the entry is as its item says now, on the clock of the log that touched it last. */
  set(entry: Entry): void {
    const ns = entry.item.deadlineNs(entry.state)
    const { clock } = entry
    if (entry.index >= 0 && (ns === undefined || entry.heapClock !== clock)) this.remove(entry)
    if (ns === undefined) return
    if (entry.index < 0) this.#add(entry, clock, ns)
    else if (ns < entry.dueNs) move(this.#byClock.get(clock)!, entry, ns)
  }

  remove(entry: Entry): void {
    if (entry.index < 0) return
    const clock = entry.heapClock!
    const waiting = this.#byClock.get(clock)!
    entry.heapClock = undefined
    waiting.heap.remove(entry)
    if (waiting.heap.size > 0) setAlarm(waiting)
    else {
      waiting.alarm.cancel()
      this.#byClock.delete(clock)
    }
  }

  #add(entry: Entry, clock: LogClock, ns: bigint): void {
    const waiting = this.#byClock.get(clock) ?? this.#waitingAt(clock, ns)
    entry.heapClock = clock
    entry.dueNs = ns
    waiting.heap.add(entry)
    setAlarm(waiting)
  }

  #waitingAt(clock: LogClock, ns: bigint): Waiting {
    const waiting: Waiting = { heap: new DueHeap(), alarm: clock.at(ns, () => this.#ring(waiting)) }
    this.#byClock.set(clock, waiting)
    return waiting
  }

  /** The first time has come. One of the same time or later is rung for anew, so that others of this clock keep their order with ours. */
  #ring(waiting: Waiting): void {
    const entry = waiting.heap.first!
    const dueNs = entry.item.deadlineNs(entry.state)
    if (dueNs !== undefined && dueNs > entry.dueNs) {
      // It was moved later since it was put here.
      move(waiting, entry, dueNs)
      return
    }
    this.remove(entry)
    if (dueNs !== undefined) this.#runOut(entry, dueNs)
  }
}

function move(waiting: Waiting, entry: Entry, ns: bigint): void {
  entry.dueNs = ns
  waiting.heap.move(entry)
  setAlarm(waiting)
}

/** Once it has rung it is set anew, even for the same time. */
function setAlarm({ heap, alarm }: Waiting): void {
  alarm.moveTo(heap.first!.dueNs)
}
