/**
 * When open keys run out, by the clocks of their logs: a heap for each log, earliest first, and of equal times the key that was opened
 * first. A deadline that moves later costs nothing until its old time has come.
 */
import type { Entry } from './entry.ts'

export class Deadlines {
  readonly #heaps = new Map<string, Entry[]>()

  /** The earliest time that something of this log may run out at. */
  earliestNs(log: string): bigint | undefined {
    return this.#heaps.get(log)?.[0]?.heapNs
  }

  get logs(): Iterable<string> {
    return this.#heaps.keys()
  }

  /** The deadline of the entry is as its item says now, on the log that touched it last. */
  set(entry: Entry): void {
    const ns = entry.item.deadlineNs(entry.state)
    const { log } = entry.origin
    if (entry.heapIndex >= 0 && (ns === undefined || entry.heapLog !== log)) this.remove(entry)
    if (ns === undefined) return
    if (entry.heapIndex < 0) this.#add(entry, log, ns)
    else if (ns < entry.heapNs) {
      entry.heapNs = ns
      rise(this.#heaps.get(log)!, entry.heapIndex)
    }
  }

  remove(entry: Entry): void {
    const at = entry.heapIndex
    if (at < 0) return
    entry.heapIndex = -1
    const heap = this.#heaps.get(entry.heapLog)!
    const last = heap.pop()!
    if (heap.length === 0) this.#heaps.delete(entry.heapLog)
    if (last === entry) return
    put(heap, at, last)
    rise(heap, at)
    sink(heap, last.heapIndex)
  }

  /** Takes out the entry of this log that runs out first, if that is at `ns` or before. */
  takeDue(log: string, ns: bigint): Entry | undefined {
    for (;;) {
      const heap = this.#heaps.get(log)
      const first = heap?.[0]
      if (heap === undefined || first === undefined || first.heapNs > ns) return undefined
      const dueNs = first.item.deadlineNs(first.state)
      if (dueNs === first.heapNs) {
        this.remove(first)
        return first
      }
      // It was moved later since it was put here.
      if (dueNs === undefined) this.remove(first)
      else {
        first.heapNs = dueNs
        sink(heap, 0)
      }
    }
  }

  #add(entry: Entry, log: string, ns: bigint): void {
    let heap = this.#heaps.get(log)
    if (heap === undefined) {
      heap = []
      this.#heaps.set(log, heap)
    }
    entry.heapLog = log
    entry.heapNs = ns
    put(heap, heap.length, entry)
    rise(heap, entry.heapIndex)
  }
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
