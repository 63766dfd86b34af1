/**
 * What walks a list, or the keys of an object: all, exists, exists_one, filter, map. Each element is given to the variable's place and
 * the body is asked. A condition that is missing counts as false for filter and exists_one; all and exists take it as CEL does: what
 * another element decides is decided.
 */
import type { Json } from '../../decode/path.ts'
import type { Read } from '../slots.ts'
import type { Kind } from './functions.ts'
import { charge, countKeys } from './work.ts'

/** Asks something of each element of a list, whose values `ask` gives in order. */
type Walk = (elements: readonly Json[], ask: (element: Json) => Json, take: (element: Json) => Json) => Json

interface Macro {
  readonly kind: Kind
  readonly walk: Walk
}

export const MACROS: Readonly<Record<string, Macro>> = {
  all: { kind: 'truth', walk: (elements, ask) => decided(elements, ask, false) },
  exists: { kind: 'truth', walk: (elements, ask) => decided(elements, ask, true) },
  exists_one: { kind: 'truth', walk: (elements, ask) => elements.filter((element) => ask(element) === true).length === 1 },
  filter: { kind: 'list', walk: (elements, ask) => elements.filter((element) => ask(element) === true) },
  map: { kind: 'list', walk: mapped },
}

/** `decider` if some element gives it; else missing if some gives neither; else the other. */
function decided(elements: readonly Json[], ask: (element: Json) => Json, decider: boolean): boolean | undefined {
  let isSure = true
  for (const element of elements) {
    const answer = ask(element)
    if (answer === decider) return decider
    if (typeof answer !== 'boolean') isSure = false
  }
  return isSure ? !decider : undefined
}

/** What `take` gives of the elements for which `ask` holds; missing if one of them gives nothing. */
function mapped(elements: readonly Json[], ask: (element: Json) => Json, take: (element: Json) => Json): Json {
  const out: Json[] = []
  for (const element of elements) {
    if (ask(element) !== true) continue
    const value = take(element)
    if (value === undefined) return undefined
    out.push(value)
  }
  return out
}

export interface MacroParts {
  readonly list: Read
  /** undefined: all elements. */
  readonly condition: Read | undefined
  readonly body: Read | undefined
  /** Parts of the tree that are asked per element. */
  readonly bodySize: number
}

/** `variables[index]` is where the element stands while the body is asked. */
export function compileMacro({ walk }: Macro, parts: MacroParts, variables: Json[], index: number): Read {
  const { list, condition, body, bodySize } = parts
  return (row) => {
    const found = list(row)
    const count = Array.isArray(found) ? found.length : countKeys(row, found)
    if (count === undefined || !charge(row, count * bodySize)) return undefined
    const elements = Array.isArray(found) ? (found as readonly Json[]) : Object.keys(found as object)
    const asker = (read: Read | undefined) => (element: Json) => {
      variables[index] = element ?? undefined
      if (row.workLeft < 0) return undefined
      return read === undefined || read(row)
    }
    return walk(elements, asker(condition), asker(body))
  }
}
