/**
 * One event as rules see it: a row of slots, one per path that the plan reads, plus what the exporter itself knows.
 * One row is reused for all events: whoever keeps a value longer than the call copies it (strings, numbers are values).
 */
import { Clocks } from '../clock/clocks.ts'
import type { LogClock } from '../clock/log-clock.ts'
import type { Origin } from '../source/source.ts'
import type { Wrapping } from './envelope/wrapping.ts'
import { type Json, readSteps, type Step } from './path.ts'

/** A path whose value is filled into `slot` before rules read it. */
export interface SlotPath {
  readonly slot: number
  readonly steps: readonly Step[]
}

/** Where nobody asks for time, none passes. */
const TIMELESS = new Clocks().gone

/** Steps that expressions may take for a line of any length, and for each byte of it; and for the longest. */
const LEAST_WORK = 2000
const WORK_PER_BYTE = 8
const MOST_WORK = 2_000_000

/** Elements that one rule may stand on and sum up, for a line of any length and for each byte of it: a list inside a list that has nothing to do with it costs the product. */
const LEAST_ELEMENTS = 1000
const ELEMENTS_PER_BYTE = 16

/** The least for one of several events of a line, so that they do not cost their number times what a line may. */
const LEAST_SHARE_OF_WORK = 200

export function elementsFor(lineBytes: number): number {
  return LEAST_ELEMENTS + ELEMENTS_PER_BYTE * lineBytes
}

/** What expressions may do for one of so many events of a line. */
export function workForShare(lineBytes: number, eventCount: number): number {
  return Math.max(LEAST_SHARE_OF_WORK, Math.floor(workFor(lineBytes) / eventCount))
}

/** What expressions may do for a line: see `select/cel/work.ts`. */
export function workFor(lineBytes: number): number {
  return Math.min(MOST_WORK, LEAST_WORK + WORK_PER_BYTE * lineBytes)
}

export class Row {
  /** Slot i holds the value of path i of the plan; undefined where it is missing. `null` counts as missing and is not stored. */
  readonly slots: Json[]
  /** The event's name; undefined if it has none. */
  name: string | undefined = undefined
  /** Which of the names that the mapping waits for this is, or -1. Set by the mapping when it applies the event. */
  nameIndex = -1
  origin: Origin
  /** What was around the line; undefined: nothing. */
  wrapping: Wrapping | undefined = undefined
  /** Bytes of the line, without its end and what was around it; its share of them where the line holds several events. */
  lineBytes = 0
  /** Which event of its line this is, from 0. */
  eventIndex = 0
  /** Steps that expressions may still take for this line; below 0: they wanted more. */
  workLeft = LEAST_WORK
  /** Elements that the rule at hand may still stand on and sum up; below 0: it wanted more. */
  elementsLeft = LEAST_ELEMENTS
  /** Nanoseconds since the epoch: the event's own time, else arrival. Set by the decoder, read on demand: parsing a time costs. */
  time: () => bigint = () => 0n
  /** The event's own; undefined if it says none that can be believed. */
  ownTime: () => bigint | undefined = () => this.time()
  /** That of its envelope. */
  envelopeTime: () => bigint | undefined = () => undefined
  /** The clock of the row's log, which shows this event's time or a later one. Set by a mapping that needs it. */
  clock: LogClock = TIMELESS

  constructor(slotCount: number, origin: Origin) {
    this.slots = new Array<Json>(slotCount).fill(undefined)
    this.origin = origin
  }
}

/** Fills the slots of paths rooted in `value`: the event, or an element that `each` stands on. */
export function fillSlots(row: Row, value: Json, paths: readonly SlotPath[]): void {
  for (let i = 0; i < paths.length; i++) {
    const path = paths[i]!
    row.slots[path.slot] = readSteps(value, path.steps)
  }
}
