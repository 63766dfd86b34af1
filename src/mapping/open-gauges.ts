/** Gauges of what is open: their series are born when something opens, and what they show is made whenever numbers are read. */
import { fillSlots, Row, type SlotPath, workFor } from '../decode/row.ts'
import type { Entry } from '../derive/entry.ts'
import type { Origin } from '../source/source.ts'
import type { Rule } from './rule.ts'

export interface OpenRule {
  readonly rule: Rule
  /** Name of the item. */
  readonly item: string
  readonly paths: readonly SlotPath[]
}

interface OfItem {
  readonly rules: readonly Rule[]
  readonly paths: readonly SlotPath[]
}

const NOWHERE: Origin = { source: '', log: '', file: '', stream: '', fields: {} }

export class OpenGauges {
  readonly #byItem = new Map<string, OfItem>()
  readonly #row: Row

  constructor(rules: readonly OpenRule[], slotCount: number) {
    this.#row = new Row(slotCount, NOWHERE)
    for (const item of new Set(rules.map((one) => one.item))) {
      const ofItem = rules.filter((one) => one.item === item)
      const paths = [...new Set(ofItem.flatMap((one) => one.paths))]
      this.#byItem.set(item, { rules: ofItem.map(({ rule }) => rule), paths })
    }
  }

  /** Something opened, or shows something else: its series are there from now on. */
  opened(entry: Entry): void {
    this.#apply(entry)
  }

  /** Adds what is open to what its gauges show. That is no event: nothing counts as taken. */
  show(entry: Entry): void {
    const ofItem = this.#byItem.get(entry.item.spec.name)
    if (ofItem === undefined) return
    const hits = ofItem.rules.map((rule) => rule.hits)
    this.#apply(entry)
    for (const [i, rule] of ofItem.rules.entries()) rule.hits = hits[i]!
  }

  #apply(entry: Entry): void {
    const { item, origin, clock } = entry
    const ofItem = this.#byItem.get(item.spec.name)
    const fields = ofItem && item.openFields(entry, clock.nowNs)
    if (fields === undefined) return
    const row = this.#row
    row.name = item.spec.name
    row.origin = origin
    row.clock = clock
    row.lineBytes = 0
    row.workLeft = workFor(0)
    row.time = () => clock.nowNs
    fillSlots(row, fields, ofItem!.paths)
    for (const rule of ofItem!.rules) rule.apply(row)
  }
}
