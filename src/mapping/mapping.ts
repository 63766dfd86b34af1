/**
 * The compiled mapping: events in, updates of series out. Compiled once, indexed by event name, so that an event meets only the
 * rules that wait for its name. Also tells the decoder which paths those rules read.
 */
import type { Clocks } from '../clock/clocks.ts'
import type { LogClock } from '../clock/log-clock.ts'
import type { DecodePlan } from '../decode/decoder.ts'
import type { Json } from '../decode/path.ts'
import { type Row, type SlotPath, workFor } from '../decode/row.ts'
import type { Place } from '../diag/diagnostic.ts'
import type { Value, ValueTrace } from '../select/trace.ts'
import type { Origin } from '../source/source.ts'
import type { Rule, RuleTrace } from './rule.ts'
import type { Takes } from './takes.ts'
import type { TakesTrace } from './trace.ts'

const TRACES = 8

export type Outcome = 'mapped' | 'unmatched' | 'unmapped' | 'dropped'

/** A compiled rule and the paths of the event that it reads. */
export interface Reads<T> {
  readonly rule: T
  readonly paths: readonly SlotPath[]
}

/** All that waits for events of one name, in the order of the mapping. */
interface Waiting {
  /** Where the name stands among those of all mappings in force; -1: no rule of this one names it. */
  readonly nameIndex: number
  readonly drop: readonly Takes[]
  readonly rules: readonly Rule[]
  readonly paths: readonly SlotPath[]
}

/** What the mapping makes of one event. */
export interface EventTrace {
  /** `drop` rules that wait for the event, up to the one that takes it. */
  readonly drop: readonly TakesTrace<undefined>[]
  /** Empty if it is dropped. */
  readonly rules: readonly RuleTrace[]
}

export interface MappingParts {
  readonly name: Reads<Value>
  readonly time: Reads<Value>
  readonly timeZone: string
  readonly drop: readonly Reads<Takes>[]
  readonly rules: readonly Reads<Rule>[]
  readonly slotCount: number
  readonly readsBeyondAscii: boolean
  /** Where each event name stands among those of all mappings in force; names that are new are added. */
  readonly nameIndices: Map<string, number>
  readonly clocks: Clocks
  /** Whether something in it depends on the time of events. */
  readonly needsClock: boolean
}

export class Mapping implements DecodePlan {
  readonly slotCount: number
  readonly readsBeyondAscii: boolean
  /** All rules, in the order of the mapping. */
  readonly rules: readonly Rule[]
  readonly namePaths: readonly SlotPath[]
  readonly timePaths: readonly SlotPath[]
  readonly timeZone: string
  /** Whether the clocks of logs are kept: each event then pays for its time. */
  readonly needsClock: boolean
  readonly #clocks: Clocks
  /** Of the origin asked for last. */
  #clock: LogClock | undefined = undefined
  #clockOrigin: Origin | undefined = undefined
  readonly #name: Value
  readonly #time: Value
  readonly #byName = new Map<string, Waiting>()
  /** For events of any other name, or of none. */
  readonly #others: Waiting
  readonly #places: readonly Place[]

  constructor(parts: MappingParts) {
    this.slotCount = parts.slotCount
    this.readsBeyondAscii = parts.readsBeyondAscii
    this.rules = parts.rules.map(({ rule }) => rule)
    this.namePaths = parts.name.paths
    this.timePaths = parts.time.paths
    this.timeZone = parts.timeZone
    this.needsClock = parts.needsClock
    this.#clocks = parts.clocks
    this.#name = parts.name.rule
    this.#time = parts.time.rule
    for (const name of namesOf(parts)) this.#byName.set(name, waitingFor(name, indexOf(name, parts.nameIndices), parts))
    this.#others = waitingFor(undefined, -1, parts)
    this.#places = [...parts.drop.map((drop) => drop.rule.place), ...this.rules.map(({ place }) => place)]
  }

  /** Event names that some rule waits for. */
  get eventNames(): readonly string[] {
    return [...this.#byName.keys()]
  }

  /** Whether some rule of a metric names events of this name. */
  waitsFor(name: string): boolean {
    return this.#byName.get(name)?.rules.some((rule) => rule.takes.events !== undefined) ?? false
  }

  /** Of all that was compiled, `drop` rules too. */
  get places(): readonly Place[] {
    return this.#places
  }

  /** Rules that wait for events of this name (undefined: of none). */
  rulesFor(name: string | undefined): readonly Rule[] {
    return this.#waiting(name).rules
  }

  name(row: Row): string | undefined {
    return this.#name.text(row)
  }

  time(row: Row): Json {
    return this.#time.raw(row)
  }

  pathsOf(name: string | undefined): readonly SlotPath[] {
    return this.#waiting(name).paths
  }

  /** Applies the event in the row to all series it concerns; what has run out by its time is done before. */
  apply(row: Row): Outcome {
    if (this.needsClock) this.keepTime(row)
    const { drop, rules, nameIndex } = this.#waiting(row.name)
    row.nameIndex = nameIndex
    for (let i = 0; i < drop.length; i++) if (drop[i]!.forEach(row, nothing)) return 'dropped'
    if (rules.length === 0) return 'unmapped'
    let isTaken = false
    for (let i = 0; i < rules.length; i++) isTaken = rules[i]!.apply(row) || isTaken
    return isTaken ? 'mapped' : 'unmatched'
  }

  /** The event is history that counts nothing: what later events ask of it is remembered. */
  prime(row: Row): void {
    if (this.needsClock) this.keepTime(row)
    const { drop, rules, nameIndex } = this.#waiting(row.name)
    row.nameIndex = nameIndex
    for (let i = 0; i < drop.length; i++) if (drop[i]!.forEach(row, nothing)) return
    for (let i = 0; i < rules.length; i++) rules[i]!.prime(row)
  }

  /** The clock of the row's log comes to the time of the event in it. For mappings that need clocks. */
  keepTime(row: Row): void {
    row.clock = this.#clockOf(row.origin)
    this.#clocks.advance(row.clock, row.time())
  }

  /** All that is there of the log was read: until more comes the wall clock goes on for it. */
  standAtEnd(origin: Origin): void {
    if (this.needsClock) this.#clocks.stand(this.#clockOf(origin))
  }

  /** What every rule that waits for the event makes of it, and why not; of at most `most` elements each in full. Changes nothing. */
  trace(row: Row, most = Number.POSITIVE_INFINITY): EventTrace {
    const { drop, rules } = this.#waiting(row.name)
    // Tracing asks everything several times.
    row.workLeft = TRACES * workFor(row.lineBytes)
    const told: TakesTrace<undefined>[] = []
    for (const takes of drop) {
      told.push(takes.trace(row, most, () => undefined))
      if (told.at(-1)!.isTaken) return { drop: told, rules: [] }
    }
    return { drop: told, rules: rules.map((rule) => rule.trace(row, most)) }
  }

  /** How the event's name comes about. */
  traceName(row: Row): ValueTrace {
    return this.#name.trace(row)
  }

  /** How what the line gives as its time comes about, once the time was asked for. */
  traceTime(row: Row): ValueTrace {
    return this.#time.trace(row)
  }

  #clockOf(origin: Origin): LogClock {
    if (this.#clock === undefined || origin !== this.#clockOrigin) {
      this.#clock = this.#clocks.open(origin.source, origin.log)
      this.#clockOrigin = origin
    }
    return this.#clock
  }

  #waiting(name: string | undefined): Waiting {
    return (name === undefined ? undefined : this.#byName.get(name)) ?? this.#others
  }
}

function nothing(): void {}

function indexOf(name: string, indices: Map<string, number>): number {
  const index = indices.get(name) ?? indices.size
  indices.set(name, index)
  return index
}

function namesOf(parts: MappingParts): Set<string> {
  const takes = [...parts.drop.map((d) => d.rule), ...parts.rules.map((r) => r.rule.takes)]
  return new Set(takes.flatMap((t) => t.events ?? []))
}

function waitingFor(name: string | undefined, nameIndex: number, parts: MappingParts): Waiting {
  const waits = (takes: Takes): boolean => takes.events === undefined || (name !== undefined && takes.events.includes(name))
  const drop = parts.drop.filter((d) => waits(d.rule))
  const rules = parts.rules.filter((r) => waits(r.rule.takes))
  const paths = new Set([...drop, ...rules].flatMap((r) => r.paths))
  return { nameIndex, drop: drop.map((d) => d.rule), rules: rules.map((r) => r.rule), paths: [...paths] }
}
