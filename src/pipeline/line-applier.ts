/**
 * Lines of one source → numbers. Everything between two calls is consistent: a line is applied wholly or counted as rejected.
 * Counts what becomes of each line and event; knows nothing of files or series.
 */
import { type Decoded, Decoder } from '../decode/decoder.ts'
import type { Wrapping } from '../decode/envelope/wrapping.ts'
import type { LineFormat } from '../decode/format/line-format.ts'
import type { JsonBounds } from '../decode/json-bounds.ts'
import type { RejectReason } from '../decode/json-line.ts'
import { Row } from '../decode/row.ts'
import type { Mapping, Outcome } from '../mapping/mapping.ts'
import type { Births } from '../registry/births.ts'
import { flatCopy } from '../registry/flat-text.ts'
import type { CleanLabel } from '../select/label-text.ts'
import type { Origin } from '../source/source.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import type { Cell } from '../telemetry/tally.ts'
import { NAMELESS, type Sightings } from './sightings.ts'
import { type Side, sideOf, type TimeRange } from './time-range.ts'

/** Names of unmapped events whose cell is kept at hand. */
const MAX_KEPT_CELLS = 100
/** Slots keep what was read last; after a line this long they are emptied, so that no value of it stays in memory. */
const LONG_LINE_BYTES = 65_536

export interface ApplierOptions {
  readonly source: string
  readonly mapping: Mapping
  readonly bounds: JsonBounds
  /** What becomes of an event's name before it is shown. */
  readonly cleanLabel: CleanLabel
  readonly own: OwnMetrics
  readonly sightings: Sightings
  /** Told whether the line at hand is live, before it is applied. */
  readonly births: Births
  /** Only events of these times count; undefined: all do. */
  readonly range?: TimeRange | undefined
  readonly wallClockMs: () => number
  /** A line made the program fail: a bug. The line is counted as `internal`; its text is not told. */
  readonly onBug: (error: unknown) => void
}

export class LineApplier {
  readonly #options: ApplierOptions
  readonly #decoder: Decoder
  readonly #row: Row
  readonly #events: Readonly<Record<Outcome | 'primed', Cell>>
  readonly #lines: Readonly<Record<'event' | 'blank' | 'rejected', Cell>>
  readonly #bytes: Readonly<Record<'event' | 'blank' | 'rejected', Cell>>
  readonly #invalidUtf8: Cell
  readonly #lastEvent: Cell
  readonly #sightings: Sightings
  readonly #unmapped = new Map<string, Cell>()
  #hasNewEvent = false

  constructor(options: ApplierOptions, origin: Origin) {
    const { source, own, mapping } = options
    this.#options = options
    this.#sightings = options.sightings
    this.#decoder = new Decoder(mapping, options.bounds, options.wallClockMs)
    this.#row = new Row(mapping.slotCount, origin)
    this.#decoder.giveTimeTo(this.#row)
    const outcome = <T extends string>(tally: OwnMetrics['lines'], names: readonly T[]) =>
      Object.fromEntries(names.map((name) => [name, tally.at(source, name)])) as Record<T, Cell>
    this.#events = outcome(own.events, ['mapped', 'unmatched', 'unmapped', 'dropped', 'primed'])
    this.#lines = outcome(own.lines, ['event', 'blank', 'rejected'])
    this.#bytes = outcome(own.lineBytes, ['event', 'blank', 'rejected'])
    this.#invalidUtf8 = own.invalidUtf8.at(source)
    this.#lastEvent = own.lastEvent.at(source)
  }

  /** Applies the line in bytes `[start, end)`, which came from `origin`; `wrapping`: what was around it; `format`: missing, it is JSON. */
  apply(
    buffer: Buffer,
    start: number,
    end: number,
    origin: Origin,
    isLive = true,
    wrapping?: Wrapping,
    format?: LineFormat,
  ): void {
    this.#options.births.isLive = isLive
    const row = this.#row
    row.origin = origin
    this.#sightings.enter(buffer, start, end, origin, format)
    this.#tell(this.#tryApply(buffer, start, end, wrapping, format, false), end - start)
    this.#sightings.leave()
  }

  /**
   * A line that prepares for later ones (`history: prime`): nothing of it gets into a metric. What a mapping remembers of lines is filled.
   */
  prime(buffer: Buffer, start: number, end: number, origin: Origin, wrapping?: Wrapping, format?: LineFormat): void {
    this.#row.origin = origin
    this.#tell(this.#tryApply(buffer, start, end, wrapping, format, true), end - start)
  }

  /** All that is there of this log was read. `writtenMs`: when the last of it was written, as far as the source knows; by default now. */
  standAtEnd(origin: Origin, writtenMs = Number.POSITIVE_INFINITY): void {
    const { mapping, births, onBug, wallClockMs } = this.#options
    if (!mapping.needsClock) return
    births.isLive = true
    try {
      mapping.standAtEnd(origin, BigInt(Math.floor(Math.min(writtenMs, wallClockMs()))) * 1_000_000n)
    } catch (error) {
      onBug(error)
    }
  }

  /** Counts a line that made no event. */
  reject(reason: RejectReason, lineBytes: number): void {
    this.#count('rejected', lineBytes)
    this.#options.own.rejects.at(this.#options.source, reason).value++
    this.#sightings.reject(reason)
  }

  /** The same, where the line is at hand: it may be kept as an example. */
  rejectLine(reason: RejectReason, line: Buffer, origin: Origin, format?: LineFormat): void {
    this.#sightings.enter(line, 0, line.length, origin, format)
    this.reject(reason, line.length)
    this.#sightings.leave()
  }

  /** After a batch: tells the time of its last event. Once a batch and not once an event, since reading a time costs. */
  endBatch(): void {
    if (!this.#hasNewEvent) return
    this.#hasNewEvent = false
    const seconds = Number(this.#row.time() / 1_000_000n) / 1000
    if (seconds > this.#lastEvent.value) this.#lastEvent.value = seconds
  }

  #forget(): void {
    this.endBatch()
    this.#decoder.forget()
    this.#row.slots.fill(undefined)
  }

  #tryApply(
    buffer: Buffer,
    start: number,
    end: number,
    wrapping: Wrapping | undefined,
    format: LineFormat | undefined,
    isPrimed: boolean,
  ): Decoded {
    try {
      const decoded = this.#decoder.decode(buffer, start, end, this.#row, wrapping, format)
      if (decoded !== 'event') return decoded
      this.#applyEvent(isPrimed)
    } catch (error) {
      return this.#applyOthers(isPrimed, error)
    }
    return this.#decoder.eventsLeft === 0 ? 'event' : this.#applyOthers(isPrimed)
  }

  /** A bug that one event of a line meets does not take those behind it: the line is told as `internal`, once. */
  #applyOthers(isPrimed: boolean, error?: unknown): Decoded {
    const bugs: unknown[] = error === undefined ? [] : [error]
    while (this.#decoder.eventsLeft > 0) {
      try {
        if (this.#decoder.next(this.#row)) this.#applyEvent(isPrimed)
      } catch (another) {
        if (bugs.length === 0) bugs.push(another)
      }
    }
    if (bugs.length === 0) return 'event'
    const [bug] = bugs
    this.#options.onBug(bug)
    return 'internal'
  }

  #tell(decoded: Decoded, lineBytes: number): void {
    if (decoded === 'event') this.#count('event', lineBytes)
    else if (decoded === 'blank') this.#count('blank', lineBytes)
    else this.reject(decoded, lineBytes)
    if (lineBytes > LONG_LINE_BYTES) this.#forget()
  }

  #applyEvent(isPrimed: boolean): void {
    const side = this.#options.range === undefined ? 'within' : this.#enter(this.#options.range)
    if (side === 'later' || side === 'timeless') return
    if (isPrimed || side === 'earlier') {
      this.#options.mapping.prime(this.#row)
      this.#events.primed.value++
      return
    }
    const outcome = this.#options.mapping.apply(this.#row)
    this.#events[outcome].value++
    this.#hasNewEvent = true
    if (this.#decoder.hasInvalidUtf8) this.#invalidUtf8.value++
    this.#sightings.event(this.#row, outcome)
    if (outcome === 'unmapped') this.#unmappedCell(this.#row.name ?? NAMELESS).value++
  }

  /** What is due before the range begins counts nothing; what is due before it ends does, though a later event tells that it is. */
  #enter(range: TimeRange): Side {
    const { mapping, own, source } = this.#options
    const side = sideOf(range, this.#row)
    const { origin } = this.#row
    if (side !== 'earlier' && side !== 'timeless' && range.fromNs !== undefined) mapping.bringTo(range.fromNs - 1n, origin, false)
    if (side === 'later' && range.toNs !== undefined) mapping.bringTo(range.toNs - 1n, origin, true)
    if (side === 'later' || side === 'timeless') own.events.at(source, side).value++
    return side
  }

  #unmappedCell(name: string): Cell {
    const known = this.#unmapped.get(name)
    if (known !== undefined) return known
    // Both tables are kept for long, and a name may be cut from a long line.
    const kept = flatCopy(name)
    const clean = this.#options.cleanLabel(kept)
    const cell = this.#options.own.unmappedEvents.at(clean)
    if (clean === kept && this.#unmapped.size < MAX_KEPT_CELLS) this.#unmapped.set(kept, cell)
    return cell
  }

  #count(outcome: 'event' | 'blank' | 'rejected', lineBytes: number): void {
    this.#lines[outcome].value++
    this.#bytes[outcome].value += lineBytes
  }
}
