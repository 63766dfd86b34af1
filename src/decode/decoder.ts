/**
 * Lines → events: parses a line and fills the row with the slots that the rules for this event read, and with its name.
 * The time is read only when somebody asks: most events never need it. One decoder per stream set, one row, reused.
 */
import { forgetInnerJson } from './inner-json.ts'
import type { JsonBounds } from './json-bounds.ts'
import { JsonLine, type RejectReason } from './json-line.ts'
import type { Json } from './path.ts'
import { fillSlots, type Row, type SlotPath, workFor } from './row.ts'
import { timeParser } from './time.ts'

/** What the plan asks of the decoder. */
export interface DecodePlan {
  readonly namePaths: readonly SlotPath[]
  /** The event's name, once `namePaths` are filled. */
  name(row: Row): string | undefined
  readonly timePaths: readonly SlotPath[]
  /** What the line gives as its time, once `timePaths` are filled. */
  time(row: Row): Json
  /** Zone of times that name none. */
  readonly timeZone: string
  /** Whether some path has a name that is not ASCII, or goes into JSON inside a string. */
  readonly readsBeyondAscii: boolean
  /** Paths that the rules for events of this name read. */
  pathsOf(name: string | undefined): readonly SlotPath[]
}

export type Decoded = 'event' | 'blank' | RejectReason

/** Event times further ahead of the wall clock than this are not believed: arrival is taken. */
const MAX_AHEAD_NS = 600_000_000_000n

export interface TimeTrace {
  readonly ns: bigint
  readonly from: 'event' | 'arrival'
  /** Why not the event's: it gives none, nothing that is a time, or one too far ahead of the clock. */
  readonly why?: 'missing' | 'no_time' | 'ahead'
}

export class Decoder {
  readonly #plan: DecodePlan
  readonly #line: JsonLine
  readonly #wallClockMs: () => number
  readonly #parseTime: (raw: Json) => bigint | undefined

  constructor(plan: DecodePlan, bounds: JsonBounds, wallClockMs: () => number) {
    this.#plan = plan
    this.#line = new JsonLine(bounds, plan.readsBeyondAscii)
    this.#wallClockMs = wallClockMs
    this.#parseTime = timeParser(plan.timeZone)
  }

  /** Reads one line, bytes `[start, end)` without its line feed. On `event` the row holds it until the next call. */
  decode(buffer: Buffer, start: number, end: number, row: Row): Decoded {
    const rejected = this.#line.read(buffer, start, end)
    if (rejected !== undefined) return rejected
    row.lineBytes = end - start
    row.workLeft = workFor(row.lineBytes)
    this.#fill(row, this.#plan.namePaths)
    row.name = this.#plan.name(row)
    this.#fill(row, this.#plan.pathsOf(row.name))
    return 'event'
  }

  /** Whether what was read of the event in the row holds bytes that are no UTF-8. */
  get hasInvalidUtf8(): boolean {
    return this.#line.hasInvalidUtf8
  }

  /** Nanoseconds since the epoch of the event in the row: its own time if that can be believed, else arrival. */
  time(row: Row): bigint {
    const arrival = this.#arrival()
    const own = this.#ownTime(row)
    return isBelieved(own, arrival) ? own : arrival
  }

  /** `time`, with where it comes from. */
  traceTime(row: Row): TimeTrace {
    const arrival = this.#arrival()
    const own = this.#ownTime(row)
    if (isBelieved(own, arrival)) return { ns: own, from: 'event' }
    const why = this.#plan.time(row) === undefined ? 'missing' : own === undefined ? 'no_time' : 'ahead'
    return { ns: arrival, from: 'arrival', why }
  }

  /** The event in the row as its line has it, in every text and digit. */
  event(): Json {
    this.#line.parseFaithfully()
    return this.#line.body
  }

  /** Lets go of the last event; its time cannot be asked for any more. */
  forget(): void {
    this.#line.forget()
    forgetInnerJson()
  }

  #arrival(): bigint {
    return BigInt(Math.round(this.#wallClockMs())) * 1_000_000n
  }

  #ownTime(row: Row): bigint | undefined {
    this.#fill(row, this.#plan.timePaths)
    return this.#parseTime(this.#plan.time(row))
  }

  #fill(row: Row, paths: readonly SlotPath[]): void {
    const line = this.#line
    fillSlots(row, line.body, paths)
    for (let i = 0; i < paths.length && !line.isFaithful; i++) {
      if (!line.mayDiffer(row.slots[paths[i]!.slot])) continue
      line.parseFaithfully()
      fillSlots(row, line.body, paths)
    }
  }
}

function isBelieved(own: bigint | undefined, arrival: bigint): own is bigint {
  return own !== undefined && own <= arrival + MAX_AHEAD_NS
}
