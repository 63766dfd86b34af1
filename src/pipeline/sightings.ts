/**
 * What kinds of lines and events came, how often, and one line of each as it was written: so that people can see why something is
 * not in the numbers. Costs a line a look-up and an addition. A line is copied once per kind and `renew`, whatever many come; only
 * so many kinds are told apart, and only the head of a line is kept.
 */
import { jsonLines, type LineFormat } from '../decode/format/line-format.ts'
import type { RejectReason } from '../decode/json-line.ts'
import type { Row } from '../decode/row.ts'
import type { Outcome } from '../mapping/mapping.ts'
import { flatCopy } from '../registry/flat-text.ts'
import { headOf } from '../select/label-text.ts'
import type { Origin } from '../source/source.ts'
import { OVERFLOW } from '../telemetry/tally.ts'

/** What stands for the name of an event that has none. */
export const NAMELESS = '_none'

const MAX_EXAMPLE_BYTES = 2048
/** Names besides those that the mapping waits for. */
const MAX_FURTHER_NAMES = 100
const MAX_SKIP_KINDS = 200
const MAX_NAME_LENGTH = 128
/** Events without a name may be of many kinds: so many examples of them are kept. */
const MAX_NAMELESS_EXAMPLES = 8

/** The head of a line, with all that the line may hold: secrets too. Whoever shows it masks it. */
export interface Example {
  readonly bytes: Buffer
  /** Of the whole line; more than `bytes` holds if it was cut. */
  readonly lineBytes: number
  readonly source: string
  /** Empty for standard input. */
  readonly file: string
  readonly format: LineFormat
  /** Which event of the line it is about, from 0. */
  readonly eventIndex: number
  readonly atMs: number
}

export interface Sighting {
  count: number
  /** The newest that was kept. */
  example: Example | undefined
  /** Whether the next one is kept. */
  isDue: boolean
}

export type NameSightings = Readonly<Record<Outcome, Sighting>>

export class Sightings {
  readonly #wallClockMs: () => number
  /** By index in the names that the mapping waits for. */
  readonly #awaited: readonly NameSightings[]
  readonly #names = new Map<string, NameSightings>()
  readonly #otherNames = nameSightings()
  readonly #nameless: Example[] = []
  readonly #rejects = new Map<RejectReason, Sighting>()
  readonly #skips = new Map<string, { readonly metric: string; readonly reason: string; readonly sighting: Sighting }>()
  readonly #maxNames: number
  /** The line at hand: bytes `[start, end)`; undefined between two lines. */
  #buffer: Buffer | undefined = undefined
  #start = 0
  #end = 0
  #origin: Origin | undefined = undefined
  #format = jsonLines
  #eventIndex = 0

  /** `names`: those that the mapping waits for, which are told apart whatever else comes. */
  constructor(names: readonly string[], wallClockMs: () => number) {
    this.#wallClockMs = wallClockMs
    this.#awaited = names.map(() => nameSightings())
    for (const [i, name] of names.entries()) this.#names.set(name, this.#awaited[i]!)
    this.#maxNames = names.length + MAX_FURTHER_NAMES
  }

  /** What is seen from now on is seen in this line. */
  enter(buffer: Buffer, start: number, end: number, origin: Origin, format = jsonLines): void {
    this.#buffer = buffer
    this.#start = start
    this.#end = end
    this.#origin = origin
    this.#format = format
    this.#eventIndex = 0
  }

  leave(): void {
    this.#buffer = undefined
  }

  event({ name, nameIndex, eventIndex }: Row, outcome: Outcome): void {
    this.#eventIndex = eventIndex
    const sightings = nameIndex >= 0 ? this.#awaited[nameIndex]! : this.#ofOther(name ?? NAMELESS)
    if (name === undefined) this.#noteNameless(sightings[outcome])
    else this.#note(outcome === 'mapped' ? sightings.mapped : sightings[outcome])
  }

  reject(reason: RejectReason): void {
    const sighting = this.#rejects.get(reason) ?? unseen()
    if (sighting.count === 0) this.#rejects.set(reason, sighting)
    this.#note(sighting)
  }

  skip(metric: string, reason: string): void {
    const key = `${metric} ${reason}`
    const kind = this.#skips.get(key) ?? { metric, reason, sighting: unseen() }
    if (kind.sighting.count === 0) {
      if (this.#skips.size >= MAX_SKIP_KINDS) return
      this.#skips.set(key, kind)
    }
    this.#note(kind.sighting)
  }

  /** From now on the next line of each kind is kept: called by a clock, so that lines need not look at one. */
  renew(): void {
    for (const sighting of this.#all()) sighting.isDue = true
  }

  /** By name: those that the mapping waits for, then as they came, then `_other` if there were more. */
  names(): ReadonlyMap<string, NameSightings> {
    const hasOthers = Object.values(this.#otherNames).some((sighting) => sighting.count > 0)
    return hasOthers ? new Map([...this.#names, [OVERFLOW, this.#otherNames]]) : this.#names
  }

  /** Examples of events without a name, the newest last. */
  nameless(): readonly Example[] {
    return this.#nameless
  }

  rejects(): ReadonlyMap<RejectReason, Sighting> {
    return this.#rejects
  }

  skips(): readonly { readonly metric: string; readonly reason: string; readonly sighting: Sighting }[] {
    return [...this.#skips.values()]
  }

  #note(sighting: Sighting): void {
    sighting.count++
    if (sighting.isDue && this.#buffer !== undefined) this.#keep(sighting, this.#buffer)
  }

  /** Keeps the 1st, 2nd, 4th, 8th… besides the first of each second, so that those of one log are not all that is known. */
  #noteNameless(sighting: Sighting): void {
    if ((sighting.count & (sighting.count + 1)) === 0) sighting.isDue = true
    const before = sighting.example
    this.#note(sighting)
    if (sighting.example === before || sighting.example === undefined) return
    this.#nameless.push(sighting.example)
    if (this.#nameless.length > MAX_NAMELESS_EXAMPLES) this.#nameless.shift()
  }

  #keep(sighting: Sighting, buffer: Buffer): void {
    const { source = '', file = '' } = this.#origin ?? {}
    const lineBytes = this.#end - this.#start
    // Not from the shared pool, of which it would hold 8 KiB.
    const bytes = Buffer.allocUnsafeSlow(Math.min(lineBytes, MAX_EXAMPLE_BYTES))
    buffer.copy(bytes, 0, this.#start, this.#start + bytes.length)
    sighting.example = {
      bytes,
      lineBytes,
      source,
      file,
      format: this.#format,
      eventIndex: this.#eventIndex,
      atMs: this.#wallClockMs(),
    }
    sighting.isDue = false
  }

  #ofOther(name: string): NameSightings {
    return this.#names.get(name) ?? this.#admit(name.length > MAX_NAME_LENGTH ? `${headOf(name, MAX_NAME_LENGTH - 1)}…` : name)
  }

  #admit(name: string): NameSightings {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    if (this.#names.size >= this.#maxNames) return this.#otherNames
    const sightings = nameSightings()
    this.#names.set(flatCopy(name), sightings)
    return sightings
  }

  *#all(): IterableIterator<Sighting> {
    for (const sightings of [...this.#names.values(), this.#otherNames]) yield* Object.values(sightings)
    yield* this.#rejects.values()
    for (const { sighting } of this.#skips.values()) yield sighting
  }
}

function nameSightings(): NameSightings {
  return { mapped: unseen(), unmatched: unseen(), unmapped: unseen(), dropped: unseen() }
}

function unseen(): Sighting {
  return { count: 0, example: undefined, isDue: true }
}
