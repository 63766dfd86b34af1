/**
 * The compiled mapping: events in, updates of series out. Compiled once, indexed by event name, so that an event meets only the
 * rules that wait for its name. Also tells the decoder which paths those rules read.
 */

import type { Clocks } from '../clock/clocks.ts'
import type { LogClock } from '../clock/log-clock.ts'
import type { DecodePlan } from '../decode/decoder.ts'
import type { Json } from '../decode/path.ts'
import { type Row, type SlotPath, workFor } from '../decode/row.ts'
import type { Consumer } from '../derive/entry.ts'
import type { Place } from '../diag/diagnostic.ts'
import type { Value, ValueTrace } from '../select/trace.ts'
import type { Origin } from '../source/source.ts'
import type { Derivation, StatefulSteps } from './derivation.ts'
import type { CompiledItem, Role } from './derived-item.ts'
import type { RememberRule } from './remembering.ts'
import type { Rule, RuleTrace } from './rule.ts'
import type { Takes } from './takes.ts'
import type { TakesTrace } from './trace.ts'
import { Waiters } from './waiters.ts'

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
  /** undefined: nothing is remembered or derived of these events. */
  readonly stateful: StatefulSteps | undefined
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
  readonly remember: readonly Reads<RememberRule>[]
  readonly items: readonly CompiledItem[]
  /** undefined: nothing is derived or remembered. */
  readonly derivation: Derivation | undefined
  readonly owners: readonly string[]
  /** Of events of logs. */
  readonly rules: readonly Reads<Rule>[]
  /** All rules, in the order of the mapping. */
  readonly allRules: readonly Rule[]
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
  readonly #derivation: Derivation | undefined
  /** Who owns what is remembered and derived here. */
  readonly owners: readonly string[]
  readonly #places: readonly Place[]

  constructor(parts: MappingParts) {
    this.slotCount = parts.slotCount
    this.readsBeyondAscii = parts.readsBeyondAscii
    this.rules = parts.allRules
    this.#derivation = parts.derivation
    this.owners = parts.owners
    this.namePaths = parts.name.paths
    this.timePaths = parts.time.paths
    this.timeZone = parts.timeZone
    this.needsClock = parts.needsClock
    this.#clocks = parts.clocks
    this.#name = parts.name.rule
    this.#time = parts.time.rule
    const waiters = waitersOf(parts)
    for (const name of namesOf(parts)) this.#byName.set(name, waitingFor(name, indexOf(name, parts.nameIndices), waiters))
    this.#others = waitingFor(undefined, -1, waiters)
    this.#places = [...takesOf(parts).map(({ place }) => place), ...this.rules.map(({ place }) => place)]
  }

  /** Event names that some rule waits for. */
  get eventNames(): readonly string[] {
    return [...this.#byName.keys()]
  }

  /** Whether some rule of a metric names events of this name. */
  waitsFor(name: string): boolean {
    return this.#byName.get(name)?.rules.some((rule) => rule.takes.events !== undefined) ?? false
  }

  /** Of all that was compiled: what is dropped, remembered and derived too. */
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

  /** Where what is derived goes that no line at hand causes; undefined: nothing is derived. */
  get consumer(): Consumer | undefined {
    return this.#derivation
  }

  /** Applies the event in the row to all series it concerns; what has run out by its time is done before. */
  apply(row: Row): Outcome {
    if (this.needsClock) this.keepTime(row)
    const waiting = this.#waiting(row.name)
    const { drop, stateful, rules, nameIndex } = waiting
    row.nameIndex = nameIndex
    for (let i = 0; i < drop.length; i++) if (drop[i]!.forEach(row, nothing)) return 'dropped'
    if (rules.length === 0 && stateful === undefined) return 'unmapped'
    let isTaken = stateful !== undefined && this.#derivation!.take(row, stateful)
    for (let i = 0; i < rules.length; i++) isTaken = rules[i]!.apply(row) || isTaken
    if (stateful !== undefined) this.#derivation!.finish()
    if (isTaken) return 'mapped'
    // Rules for every event do not wait for its name: who has mistyped it is to hear of the name.
    return waiting === this.#others && row.name !== undefined ? 'unmapped' : 'unmatched'
  }

  /** The clock of the row's log comes to the time of the event in it. For mappings that need clocks. */
  keepTime(row: Row): void {
    row.clock = this.#clockOf(row.origin)
    const own = row.ownTime()
    const around = own === undefined ? row.envelopeTime() : undefined
    if (own !== undefined) this.#clocks.advance(row.clock, own)
    else if (around !== undefined) this.#clocks.advanceByEnvelope(row.clock, around)
    else this.#clocks.advanceByArrival(row.clock, row.time())
  }

  /** The clock of a log that has said its time comes to `ns`, unless it is past it; what is due on the way counts, or prepares for later. */
  bringTo(ns: bigint, origin: Origin, counts: boolean): void {
    if (!this.needsClock) return
    const clock = this.#clockOf(origin)
    if (clock.nowNs === 0n || clock.nowNs >= ns) return
    if (counts || this.#derivation === undefined) this.#clocks.advance(clock, ns)
    else this.#derivation.priming(() => this.#clocks.advance(clock, ns))
  }

  /** All that is there of the log was read, the last of it written at `writtenNs`: until more comes the wall clock goes on for it. */
  standAtEnd(origin: Origin, writtenNs: bigint): void {
    if (this.needsClock) this.#clocks.stand(this.#clockOf(origin), writtenNs)
  }

  /** The event is history that counts nothing: what later events ask of it is remembered. */
  prime(row: Row): void {
    const derivation = this.#derivation
    if (derivation === undefined) this.#prime(row)
    else derivation.priming(() => this.#prime(row))
  }

  #prime(row: Row): void {
    if (this.needsClock) this.keepTime(row)
    const { drop, stateful, rules, nameIndex } = this.#waiting(row.name)
    row.nameIndex = nameIndex
    for (let i = 0; i < drop.length; i++) if (drop[i]!.forEach(row, nothing)) return
    if (stateful !== undefined) this.#derivation!.take(row, stateful)
    for (let i = 0; i < rules.length; i++) rules[i]!.prime(row)
    if (stateful !== undefined) this.#derivation!.finish()
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
  return new Set([...takesOf(parts), ...parts.rules.map((r) => r.rule.takes)].flatMap((t) => t.events ?? []))
}

/** Of what is dropped, remembered and derived. */
function takesOf(parts: MappingParts): Takes[] {
  return [
    ...parts.drop.map((d) => d.rule),
    ...parts.remember.map((r) => r.rule.takes),
    ...parts.items.flatMap(({ roles }) => roles.map(({ feed }) => feed.takes)),
  ]
}

function waitersOf({ drop, remember, items, rules }: MappingParts) {
  const roles = items.flatMap((item) => item.roles.filter(isOfLogs))
  return {
    drop: new Waiters(drop, ({ rule }) => rule),
    remember: new Waiters(remember, ({ rule }) => rule.takes),
    roles: new Waiters(roles, ({ feed }) => feed.takes),
    rules: new Waiters(rules, ({ rule }) => rule.takes),
  }
}

function waitingFor(name: string | undefined, nameIndex: number, waiters: ReturnType<typeof waitersOf>): Waiting {
  const drop = waiters.drop.of(name)
  const remember = waiters.remember.of(name)
  const roles = waiters.roles.of(name)
  const rules = waiters.rules.of(name)
  const paths = new Set([...drop, ...remember, ...roles, ...rules].flatMap((r) => r.paths))
  const isStateful = remember.length + roles.length > 0
  return {
    nameIndex,
    drop: drop.map((d) => d.rule),
    stateful: isStateful ? { remember: remember.map((r) => r.rule), roles } : undefined,
    rules: rules.map((r) => r.rule),
    paths: [...paths],
  }
}

function isOfLogs({ derived }: Role): boolean {
  return derived === undefined
}
