/**
 * What a mapping remembers and derives: an event of a log leaves values and makes derived events, which may make others; those wait in a
 * queue until the event's own metrics are done. What runs out or is evicted comes here as well.
 */
import { fillSlots, Row, type SlotPath, workFor } from '../decode/row.ts'
import type { Derived } from '../derive/derived-event.ts'
import type { Cause, Consumer, Entry } from '../derive/entry.ts'
import type { Origin } from '../source/source.ts'
import type { CompiledItem, Role } from './derived-item.ts'
import { feedRoles } from './derived-item.ts'
import { OpenGauges, type OpenRule } from './open-gauges.ts'
import type { RememberRule } from './remembering.ts'
import type { Rule, UpdateWatch } from './rule.ts'

/** What waits for events of one name. */
export interface StatefulSteps {
  readonly remember: readonly RememberRule[]
  readonly roles: readonly Role[]
}

export interface DerivationParts {
  readonly items: readonly CompiledItem[]
  readonly rules: readonly { readonly rule: Rule; readonly item: string; readonly paths: readonly SlotPath[] }[]
  readonly gauges: readonly OpenRule[]
  readonly slotCount: number
  readonly watch?: UpdateWatch | undefined
}

/** What waits for the events of one item. */
interface Followers {
  readonly roles: readonly Role[]
  readonly rules: readonly Rule[]
  readonly paths: readonly SlotPath[]
}

/** Of an item that this mapping does not have: its source had another one when the key was touched. */
const NOBODY: Followers = { roles: [], rules: [], paths: [] }
const NOWHERE: Origin = { source: '', log: '', file: '', stream: '', fields: {} }

export class Derivation implements Consumer {
  readonly #followers: ReadonlyMap<string, Followers>
  readonly #watch: UpdateWatch | undefined
  readonly #row: Row
  readonly #cause: { -readonly [K in keyof Cause]: Cause[K] }
  readonly #gauges: OpenGauges
  #queue: Derived[] = []
  /** A line is at work: what comes in waits for its end. */
  #isAtWork = false
  #isPriming = false

  constructor({ items, rules, gauges, slotCount, watch }: DerivationParts) {
    this.#watch = watch
    this.#gauges = new OpenGauges(gauges, slotCount)
    this.#row = new Row(slotCount, NOWHERE)
    this.#cause = { origin: NOWHERE, clock: this.#row.clock, timeNs: 0n, lineBytes: 0, consumer: this }
    const names = items.map(({ spec }) => spec.name)
    this.#followers = new Map(
      names.map((name) => {
        const roles = items.flatMap((item) => item.roles.filter(({ derived }) => derived === name))
        const taking = rules.filter(({ item }) => item === name)
        const paths = [...new Set([...roles, ...taking].flatMap((one) => one.paths))]
        return [name, { roles, rules: taking.map(({ rule }) => rule), paths }]
      }),
    )
  }

  /** The event in the row is at hand: what it leaves, and what is derived of it. Answers whether anything took it. */
  take(row: Row, { remember, roles }: StatefulSteps): boolean {
    this.#isAtWork = true
    const cause = this.#cause
    cause.origin = row.origin
    cause.clock = row.clock
    cause.timeNs = roles.length > 0 ? row.clock.timeOf(row.time()) : 0n
    cause.lineBytes = row.lineBytes
    let isTaken = false
    for (let i = 0; i < remember.length; i++) isTaken = remember[i]!.read(row) || isTaken
    for (let i = 0; i < remember.length; i++) remember[i]!.settle(cause)
    isTaken = feedRoles(roles, row, cause) || isTaken
    this.#deriveFurther()
    return isTaken
  }

  /** The event's own metrics are done: now those of what was derived. */
  finish(): void {
    for (let i = 0; i < this.#queue.length; i++) this.#applyRules(this.#queue[i]!)
    this.#queue = []
    this.#isAtWork = false
  }

  /** What is derived meanwhile is of history that counts nothing. */
  priming(act: () => void): void {
    this.#isPriming = true
    try {
      act()
    } finally {
      this.#isPriming = false
    }
  }

  derived(event: Derived): void {
    this.#queue.push(event)
    if (this.#isAtWork) return
    this.#isAtWork = true
    this.#deriveFurther()
    this.finish()
  }

  opened(entry: Entry): void {
    if (!this.#isPriming) this.#gauges.opened(entry)
  }

  show(entry: Entry): void {
    this.#gauges.show(entry)
  }

  /** Items that take derived events see them in their order; what they derive stands behind. */
  #deriveFurther(): void {
    for (let i = 0; i < this.#queue.length; i++) {
      const event = this.#queue[i]!
      const { roles, paths } = this.#followers.get(event.item) ?? NOBODY
      if (roles.length === 0) continue
      feedRoles(roles, this.#filled(event, paths), { ...event, consumer: this })
    }
  }

  #applyRules(event: Derived): void {
    if (!this.#isPriming) this.#watch?.derived(event)
    const { rules, paths } = this.#followers.get(event.item) ?? NOBODY
    if (rules.length === 0) return
    const row = this.#filled(event, paths)
    for (let i = 0; i < rules.length; i++) {
      if (this.#isPriming) rules[i]!.prime(row)
      else rules[i]!.apply(row)
    }
  }

  #filled({ item, fields, origin, clock, timeNs, lineBytes }: Derived, paths: readonly SlotPath[]): Row {
    const row = this.#row
    row.name = item
    row.origin = origin
    row.clock = clock
    row.lineBytes = lineBytes
    row.workLeft = workFor(lineBytes)
    row.time = () => timeNs
    fillSlots(row, fields, paths)
    return row
  }
}
