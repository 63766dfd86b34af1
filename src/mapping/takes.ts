/**
 * Which events a rule takes, compiled: the elements that `each` stands on, one after the other, and the condition asked of each.
 * Standing on an element fills the slots of the paths that were compiled against its name; so rules read one row all the same.
 */
import { isObject, type Json } from '../decode/path.ts'
import { fillSlots, type Row, type SlotPath } from '../decode/row.ts'
import type { Report } from '../diag/diagnostic.ts'
import { compileWhere } from '../select/condition.ts'
import { isSecretPath } from '../select/secret-paths.ts'
import type { Read, SlotTable } from '../select/slots.ts'
import type { Condition, Trace } from '../select/trace.ts'
import type { TakesSpec } from './spec.ts'

interface Level {
  readonly name: string
  readonly path: string
  readonly list: Read
  /** Paths read from the elements of this level; it is complete once the whole rule is compiled. */
  readonly elementPaths: SlotPath[]
}

export class Takes {
  readonly events: readonly string[] | undefined
  readonly bindings: ReadonlyMap<string, SlotPath[]>
  /** Bound names whose elements stand in a list under a secret's key. */
  readonly secretNames: ReadonlySet<string>
  readonly #levels: readonly Level[]
  readonly #condition: Condition | undefined

  constructor(spec: TakesSpec, slots: SlotTable, report: Report) {
    this.events = spec.events
    const bindings = new Map<string, SlotPath[]>()
    const secretNames = new Set<string>()
    this.#levels = spec.each.map(({ name, spec: path, place }) => {
      const list = slots.reader(path, place, report, bindings)
      const elementPaths: SlotPath[] = []
      bindings.set(`$${name}`, elementPaths)
      if (isSecretPath(path, secretNames)) secretNames.add(`$${name}`)
      return { name, path, list, elementPaths }
    })
    this.bindings = bindings
    this.secretNames = secretNames
    this.#condition = spec.where && compileWhere(spec.where.spec, { slots, bindings, place: spec.where.place, report })
  }

  /** Calls `visit` for the event, or for each element, on which all of `where` holds. Answers whether there was one. */
  forEach(row: Row, visit: (row: Row) => void): boolean {
    return this.#descend(row, 0, visit)
  }

  #descend(row: Row, depth: number, visit: (row: Row) => void): boolean {
    const level = this.#levels[depth]
    if (level === undefined) return this.#ask(row, visit)
    const list = level.list(row)
    let taken = false
    if (Array.isArray(list)) {
      for (let i = 0; i < list.length; i++) taken = this.#stand(row, depth, list[i] as Json, visit) || taken
    } else if (isObject(list)) {
      for (const key of Object.keys(list)) taken = this.#stand(row, depth, { key, value: list[key] }, visit) || taken
    }
    return taken
  }

  #stand(row: Row, depth: number, element: Json, visit: (row: Row) => void): boolean {
    fillSlots(row, element, this.#levels[depth]!.elementPaths)
    return this.#descend(row, depth + 1, visit)
  }

  #ask(row: Row, visit: (row: Row) => void): boolean {
    if (this.#condition !== undefined && !this.#condition.test(row)) return false
    visit(row)
    return true
  }

  /** One trace per element (or one for the event), each with what `inside` adds where the condition holds. */
  trace(row: Row, inside: (row: Row) => readonly Trace[]): Trace[] {
    return this.#traceFrom(row, 0, [], inside)
  }

  #traceFrom(row: Row, depth: number, on: readonly string[], inside: (row: Row) => readonly Trace[]): Trace[] {
    const level = this.#levels[depth]
    if (level === undefined) return [this.#traceHere(row, on, inside)]
    const list = level.list(row)
    const keys = typeof list === 'object' && list !== null ? Object.keys(list) : []
    if (keys.length === 0) return [{ what: `each ${level.name}: ${level.path}`, outcome: 'no elements', ok: false }]
    return keys.flatMap((key) => {
      const value = (list as Record<string, Json>)[key]
      fillSlots(row, Array.isArray(list) ? value : { key, value }, level.elementPaths)
      return this.#traceFrom(row, depth + 1, [...on, `$${level.name} = ${level.path}[${key}]`], inside)
    })
  }

  #traceHere(row: Row, on: readonly string[], inside: (row: Row) => readonly Trace[]): Trace {
    const asked = this.#condition?.trace(row)
    const ok = asked?.ok ?? true
    const steps = [...(asked ? [asked] : []), ...(ok ? inside(row) : [])]
    return { what: on.length > 0 ? on.join(', ') : 'event', outcome: ok ? 'taken' : 'not taken', ok, steps }
  }
}
