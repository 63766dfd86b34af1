/**
 * When open keys run out, by the clocks of their logs: a heap for each clock, earliest first, and of equal times the key that was opened
 * first. The clock is told of the first alone; a deadline that moves later costs nothing until its old time has come.
 */
import type { Deadline, LogClock } from '../clock/log-clock.ts'
import type { Entry } from './entry.ts'

interface Waiting {
  readonly heap: Entry[]
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
    if (entry.heapIndex >= 0 && (ns === undefined || entry.heapClock !== clock)) this.remove(entry)
    if (ns === undefined) return
    if (entry.heapIndex < 0) this.#add(entry, clock, ns)
    else if (ns < entry.heapNs) {
      const waiting = this.#byClock.get(clock)!
      entry.heapNs = ns
      rise(waiting.heap, entry.heapIndex)
      setAlarm(waiting)
    }
  }

  remove(entry: Entry): void {
    const at = entry.heapIndex
    if (at < 0) return
    const clock = entry.heapClock!
    const waiting = this.#byClock.get(clock)!
    const { heap, alarm } = waiting
    entry.heapIndex = -1
    entry.heapClock = undefined
    const last = heap.pop()!
    if (last !== entry) {
      put(heap, at, last)
      rise(heap, at)
      sink(heap, last.heapIndex)
    }
    if (heap.length > 0) setAlarm(waiting)
    else {
      alarm.cancel()
      this.#byClock.delete(clock)
    }
  }

  #add(entry: Entry, clock: LogClock, ns: bigint): void {
    const waiting = this.#byClock.get(clock) ?? this.#waitingAt(clock, ns)
    const { heap } = waiting
    entry.heapClock = clock
    entry.heapNs = ns
    put(heap, heap.length, entry)
    rise(heap, entry.heapIndex)
    setAlarm(waiting)
  }

  #waitingAt(clock: LogClock, ns: bigint): Waiting {
    const waiting: Waiting = { heap: [], alarm: clock.at(ns, () => this.#ring(waiting)) }
    this.#byClock.set(clock, waiting)
    return waiting
  }

  /** The first time has come. One of the same time or later is rung for anew, so that others of this clock keep their order with ours. */
  #ring(waiting: Waiting): void {
    const [entry] = waiting.heap as [Entry]
    const dueNs = entry.item.deadlineNs(entry.state)
    if (dueNs !== undefined && dueNs > entry.heapNs) {
      // It was moved later since it was put here.
      entry.heapNs = dueNs
      sink(waiting.heap, 0)
      setAlarm(waiting)
      return
    }
    this.remove(entry)
    if (dueNs !== undefined) this.#runOut(entry, dueNs)
  }
}

/** Once it has rung it is set anew, even for the same time. */
function setAlarm({ heap, alarm }: Waiting): void {
  alarm.moveTo(heap[0]!.heapNs)
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.heapNs < b.heapNs || (a.heapNs === b.heapNs && a.birth < b.birth)
}

function put(heap: Entry[], at: number, entry: Entry): void {
  heap[at] = entry
  entry.heapIndex = at
}

function rise(heap: Entry[], from: number): void {
  const entry = heap[from]!
  let at = from
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(entry, heap[parent]!)) break
    put(heap, at, heap[parent]!)
    at = parent
  }
  put(heap, at, entry)
}

function sink(heap: Entry[], from: number): void {
  const entry = heap[from]!
  let at = from
  for (;;) {
    let child = at * 2 + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, entry)) break
    put(heap, at, heap[child]!)
    at = child
  }
  put(heap, at, entry)
}
