/**
 * Lines → events: parses a line and fills the row with the slots that the rules for this event read, and with its name.
 * The time is read only when somebody asks: most events never need it. One decoder per stream set, one row, reused.
 */
import { Wrapping } from './envelope/wrapping.ts'
import { jsonLines, type LineFormat, type LineReader } from './format/line-format.ts'
import { forgetInnerJson } from './inner-json.ts'
import type { JsonBounds } from './json-bounds.ts'
import { type RejectReason, trimEnd } from './json-line.ts'
import { isObject, type Json } from './path.ts'
import { fillSlots, type Row, type SlotPath, workForShare } from './row.ts'
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
  readonly from: 'event' | 'envelope' | 'arrival'
  /** Why not the event's: it gives none, nothing that is a time, or one too far ahead of the clock. `envelope`: when it was taken. */
  readonly why?: 'missing' | 'no_time' | 'ahead'
}

export class Decoder {
  readonly #plan: DecodePlan
  readonly #bounds: JsonBounds
  /** Of lines in JSON, which most are. */
  readonly #json: LineReader
  /** Of lines in other formats: one each, made when the first line comes. */
  readonly #others = new Map<LineFormat, LineReader>()
  /** Reads the line at hand. */
  #outer: LineReader
  /** The object inside a text of the outer one; not made before it is needed. */
  #inner: LineReader | undefined = undefined
  /** The one of the two that is the event. */
  #line: LineReader
  /** Of the line at hand. */
  #bytes = 0
  #eventsLeft = 0
  /** Where the event stands in the outer object. */
  #field: WrapField | undefined = undefined
  readonly #wallClockMs: () => number
  readonly #parseTime: (raw: Json) => bigint | undefined
  /** Of the event in the row: what was around later lines does not change it. */
  readonly #wrapping = new Wrapping()

  constructor(plan: DecodePlan, bounds: JsonBounds, wallClockMs: () => number) {
    this.#plan = plan
    this.#bounds = bounds
    this.#line = this.#outer = this.#json = this.#newReader(jsonLines)
    this.#wallClockMs = wallClockMs
    this.#parseTime = timeParser(plan.timeZone)
  }

  /** Reads one line, bytes `[start, end)` without its line feed. On `event` the row holds it until the next call. */
  decode(buffer: Buffer, start: number, end: number, row: Row, wrapping?: Wrapping, format = jsonLines): Decoded {
    this.#outer = format === jsonLines ? this.#json : this.#readerOf(format)
    this.#eventsLeft = 0
    const rejected = this.#outer.read(buffer, start, end)
    if (rejected !== undefined) return rejected
    if (wrapping !== undefined) this.#wrapping.copyFrom(wrapping)
    row.wrapping = wrapping && this.#wrapping
    this.#bytes = end - start
    this.#eventsLeft = (this.#outer.eventCount ?? 1) - 1
    row.eventIndex = 0
    this.#fillEvent(row)
    return 'event'
  }

  /** Of the line at hand, behind the event in the row. */
  get eventsLeft(): number {
    return this.#eventsLeft
  }

  /** The next event of the same line; false: there is none. It is passed even if it makes this throw. */
  next(row: Row): boolean {
    if (this.#eventsLeft === 0) return false
    this.#eventsLeft--
    row.eventIndex++
    if (this.#outer.next?.() !== true) return false
    this.#fillEvent(row)
    return true
  }

  /** The field of the line's object in whose text the event stands: a shipper put it there. */
  get field(): WrapField | undefined {
    return this.#field
  }

  /** Whether what was read of the event in the row holds bytes that are no UTF-8. */
  get hasInvalidUtf8(): boolean {
    return this.#outer.hasInvalidUtf8 || this.#line.hasInvalidUtf8
  }

  /** From now on the row tells the time of what is decoded into it. */
  giveTimeTo(row: Row): void {
    row.time = () => this.time(row)
    row.ownTime = () => believed(this.#ownTime(row), this.#arrival())
    row.envelopeTime = () => believed(this.#timeAround(row), this.#arrival())
  }

  /** Nanoseconds since the epoch of the event in the row: its own time if that can be believed, else its envelope's, else arrival. */
  time(row: Row): bigint {
    const arrival = this.#arrival()
    return believed(this.#ownTime(row), arrival) ?? believed(this.#timeAround(row), arrival) ?? arrival
  }

  /** `time`, with where it comes from. */
  traceTime(row: Row): TimeTrace {
    const arrival = this.#arrival()
    const own = this.#ownTime(row)
    if (isBelieved(own, arrival)) return { ns: own, from: 'event' }
    const why = this.#plan.time(row) === undefined ? 'missing' : own === undefined ? 'no_time' : 'ahead'
    const around = this.#timeAround(row)
    return isBelieved(around, arrival) ? { ns: around, from: 'envelope', why } : { ns: arrival, from: 'arrival', why }
  }

  /** The event in the row as its line has it, in every text and digit. */
  event(): Json {
    this.#line.parseFaithfully()
    return this.#line.body
  }

  /** Lets go of the last event; its time cannot be asked for any more. */
  forget(): void {
    this.#outer.forget()
    this.#inner?.forget()
    forgetInnerJson()
  }

  /** An object without a name may hold, as a text, the event that a shipper put there: one that has a name. */
  #openText(row: Row): void {
    const field = wrapFieldOf(this.#outer)
    if (field === undefined) return
    const bytes = Buffer.from((this.#outer.body as Readonly<Record<string, string>>)[field]!)
    this.#inner ??= this.#newReader(jsonLines)
    if (this.#inner.read(bytes, 0, bytes.length) !== undefined) return
    this.#line = this.#inner
    this.#fill(row, this.#plan.namePaths)
    row.name = this.#plan.name(row)
    if (row.name !== undefined) {
      this.#field = field
      row.lineBytes = trimEnd(bytes, 0, bytes.length)
      return
    }
    this.#line = this.#outer
    this.#fill(row, this.#plan.namePaths)
  }

  #fillEvent(row: Row): void {
    this.#line = this.#outer
    this.#field = undefined
    const { eventCount = 1 } = this.#outer
    row.lineBytes = Math.ceil(this.#bytes / eventCount)
    row.workLeft = workForShare(this.#bytes, eventCount)
    this.#fill(row, this.#plan.namePaths)
    row.name = this.#plan.name(row)
    if (row.name === undefined) this.#openText(row)
    this.#fill(row, this.#plan.pathsOf(row.name))
  }

  #readerOf(format: LineFormat): LineReader {
    const reader = this.#others.get(format) ?? this.#newReader(format)
    this.#others.set(format, reader)
    return reader
  }

  #newReader(format: LineFormat): LineReader {
    return format.newReader(this.#bounds, this.#plan.readsBeyondAscii)
  }

  #arrival(): bigint {
    return BigInt(Math.round(this.#wallClockMs())) * 1_000_000n
  }

  #ownTime(row: Row): bigint | undefined {
    this.#fill(row, this.#plan.timePaths)
    return this.#parseTime(this.#plan.time(row))
  }

  /** Of the object that holds the event, or of the envelope. */
  #timeAround(row: Row): bigint | undefined {
    const own = this.#field === undefined ? undefined : this.#timeIn(row, this.#outer)
    return own ?? (row.wrapping === undefined ? undefined : this.#parseTime(row.wrapping.time))
  }

  /** Rules may read the same slots: they hold the event afterwards. */
  #timeIn(row: Row, line: LineReader): bigint | undefined {
    const event = this.#line
    this.#line = line
    const time = this.#ownTime(row)
    this.#line = event
    this.#fill(row, this.#plan.timePaths)
    return time
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

function believed(ns: bigint | undefined, arrival: bigint): bigint | undefined {
  return isBelieved(ns, arrival) ? ns : undefined
}

function isBelieved(own: bigint | undefined, arrival: bigint): own is bigint {
  return own !== undefined && own <= arrival + MAX_AHEAD_NS
}

/** Names under which shippers put what a program wrote. */
const WRAP_FIELDS = ['log', 'message'] as const
export type WrapField = (typeof WRAP_FIELDS)[number]

/** The first that holds the text of an object. The text is read whole: the line is then exact in every digit and text. */
function wrapFieldOf(line: LineReader): WrapField | undefined {
  const holdsObject = (field: WrapField): boolean => {
    const { body } = line
    const text = isObject(body) && Object.hasOwn(body, field) ? body[field] : undefined
    return typeof text === 'string' && /^\s*\{/.test(text)
  }
  const field = WRAP_FIELDS.find(holdsObject)
  if (field !== undefined) line.parseFaithfully()
  return field
}
