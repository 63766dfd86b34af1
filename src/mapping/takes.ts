/**
 * Which events a rule takes, compiled: the elements that `each` stands on, one after the other, and the condition asked of each.
 * Standing on an element fills the slots of the paths that were compiled against its name; so rules read one row all the same.
 */
import { isObject, type Json } from '../decode/path.ts'
import { elementsFor, fillSlots, type Row, type SlotPath } from '../decode/row.ts'
import type { Place, Report } from '../diag/diagnostic.ts'
import { compileWhere } from '../select/condition.ts'
import { isSecretPair, isSecretPath } from '../select/secret-paths.ts'
import type { Read, SlotTable } from '../select/slots.ts'
import type { Condition } from '../select/trace.ts'
import type { TakesSpec } from './spec.ts'
import type { ElementTrace, Standing, TakesTrace } from './trace.ts'

/** Tracing asks what it tells of several times. */
const TRACES = 8

interface Level {
  readonly name: string
  readonly path: string
  readonly list: Read
  /** Paths read from the elements of this level; it is complete once the whole rule is compiled. */
  readonly elementPaths: SlotPath[]
}

export class Takes {
  readonly place: Place
  readonly events: readonly string[] | undefined
  /** The item whose events it takes; undefined: it takes those of logs. */
  readonly derived: string | undefined
  readonly bindings: ReadonlyMap<string, SlotPath[]>
  /** Bound names whose elements stand in a list under a secret's key. */
  readonly secretNames: ReadonlySet<string>
  readonly condition: Condition | undefined
  /** Whether the last event had more elements than a line of its length is given. */
  wasCut = false
  readonly #levels: readonly Level[]

  /** `around`: what stands on elements already where this is asked. */
  constructor(spec: TakesSpec, slots: SlotTable, report: Report, around?: Pick<Takes, 'bindings' | 'secretNames'>) {
    this.place = spec.place
    this.events = spec.events
    this.derived = spec.derived?.spec
    const bindings = new Map<string, SlotPath[]>(around?.bindings)
    const secretNames = new Set<string>(around?.secretNames)
    this.#levels = spec.each.map(({ name, spec: path, place }) => {
      const list = slots.reader(path, place, report, bindings)
      const elementPaths: SlotPath[] = []
      bindings.set(`$${name}`, elementPaths)
      if (isSecretPath(path, secretNames)) secretNames.add(`$${name}`)
      return { name, path, list, elementPaths }
    })
    this.bindings = bindings
    this.secretNames = secretNames
    this.condition = spec.where && compileWhere(spec.where.spec, { slots, bindings, place: spec.where.place, report })
  }

  /** Calls `visit` for the event, or for each element, on which all of `where` holds. Answers whether there was one. */
  forEach(row: Row, visit: (row: Row) => void): boolean {
    row.elementsLeft = elementsFor(row.lineBytes)
    this.wasCut = false
    return this.#descend(row, 0, visit)
  }

  /** The same for a row on which another one stands: what this takes of its elements is taken from what that one has left. */
  forEachWithin(row: Row, visit: (row: Row) => void): boolean {
    this.wasCut = false
    return this.#descend(row, 0, visit)
  }

  #descend(row: Row, depth: number, visit: (row: Row) => void): boolean {
    const level = this.#levels[depth]
    if (level === undefined) return this.#ask(row, visit)
    const list = level.list(row)
    let taken = false
    if (Array.isArray(list)) {
      for (let i = 0; i < list.length && !this.wasCut; i++) taken = this.#stand(row, depth, list[i] as Json, visit) || taken
    } else if (isObject(list)) {
      for (const key of Object.keys(list)) {
        taken = this.#stand(row, depth, { key, value: list[key] }, visit) || taken
        if (this.wasCut) break
      }
    }
    return taken
  }

  #stand(row: Row, depth: number, element: Json, visit: (row: Row) => void): boolean {
    if (--row.elementsLeft < 0) {
      this.wasCut = true
      return false
    }
    fillSlots(row, element, this.#levels[depth]!.elementPaths)
    return this.#descend(row, depth + 1, visit)
  }

  #ask(row: Row, visit: (row: Row) => void): boolean {
    if (this.condition !== undefined && !this.condition.test(row)) return false
    visit(row)
    return true
  }

  /**
   * What became of the event, or of each element: of the first `most` in full, with what `inside` adds where it is taken; the
   * others are counted.
   */
  trace<T>(row: Row, most: number, inside: (row: Row) => T): TakesTrace<T> {
    row.elementsLeft = TRACES * elementsFor(row.lineBytes)
    const telling: Telling<T> = { most, inside, told: [], untold: 0, untoldTaken: 0 }
    this.#traceFrom(row, [], telling)
    const { told, untold, untoldTaken } = telling
    return { place: this.place, isTaken: untoldTaken > 0 || told.some((one) => one.isTaken), elements: told, untold, untoldTaken }
  }

  #traceFrom<T>(row: Row, on: readonly Standing[], telling: Telling<T>): void {
    const level = this.#levels[on.length]
    if (level === undefined) {
      this.#traceHere(row, on, telling)
      return
    }
    const list = level.list(row)
    const keys = typeof list === 'object' && list !== null ? Object.keys(list) : []
    const { name, path } = level
    if (keys.length === 0 && telling.told.length < telling.most)
      telling.told.push({ on, empty: { name, path, found: list }, isTaken: false })
    for (const key of keys) {
      if (--row.elementsLeft < 0) return
      const value = (list as Record<string, Json>)[key]
      fillSlots(row, Array.isArray(list) ? value : { key, value }, level.elementPaths)
      this.#traceFrom(row, [...on, { name, path, key, secrets: this.#secretsOf(name, key, list, value) }], telling)
    }
  }

  /** The element itself where the whole list is a secret's, its value where its key or name says so: as labels decide it. */
  #secretsOf(name: string, key: string, list: Json, value: Json): string[] {
    return [
      ...(this.secretNames.has(`$${name}`) ? [`$${name}`] : []),
      ...(isSecretPair(key, list, value) ? [`$${name}.value`] : []),
    ]
  }

  #traceHere<T>(row: Row, on: readonly Standing[], telling: Telling<T>): void {
    if (telling.told.length >= telling.most) {
      telling.untold++
      if (this.condition?.test(row) ?? true) telling.untoldTaken++
      return
    }
    const where = this.condition?.trace(row)
    const isTaken = where?.holds ?? true
    telling.told.push({ on, ...(where ? { where } : {}), isTaken, ...(isTaken ? { made: telling.inside(row) } : {}) })
  }
}

interface Telling<T> {
  readonly most: number
  readonly inside: (row: Row) => T
  readonly told: ElementTrace<T>[]
  untold: number
  untoldTaken: number
}
