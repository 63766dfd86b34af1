/** Of the rules that wait for an event and did not take it: the one that came nearest, and the first thing it missed. */

import type { Json } from '../decode/path.ts'
import type { Standing, TakesTrace } from '../mapping/trace.ts'
import type { ConditionTrace } from '../select/trace.ts'

/** The first thing that kept a rule from taking an event. */
export type Failure =
  | { readonly kind: 'condition'; readonly on: readonly Standing[]; readonly failed: ConditionTrace }
  | { readonly kind: 'no_elements'; readonly path: string; readonly found: Json }

/** The trace whose conditions held best, with its first failure; undefined if one of them takes the event or there is none. */
export function nearestRule<T extends TakesTrace<unknown>>(
  traces: readonly T[],
): { readonly trace: T; readonly failure: Failure } | undefined {
  let best: { trace: T; failure: Failure; held: number } | undefined
  for (const trace of traces) {
    if (trace.isTaken) return undefined
    const { failure, held } = nearestElement(trace)
    if (failure !== undefined && held > (best?.held ?? -1)) best = { trace, failure, held }
  }
  return best
}

/** Of the elements of one trace, what kept the nearest from being taken. */
function nearestElement(trace: TakesTrace<unknown>): { failure: Failure | undefined; held: number } {
  let failure: Failure | undefined
  let held = -1
  for (const element of trace.elements) {
    const { on, where, empty } = element
    const part = where === undefined ? 0 : heldPart(where)
    if (part <= held) continue
    held = part
    if (where !== undefined) failure = { kind: 'condition', on, failed: firstFailed(where) }
    else if (empty !== undefined) failure = { kind: 'no_elements', path: empty.path, found: empty.found }
  }
  return { failure, held }
}

/** How much of a condition holds, in 0..1. */
function heldPart(condition: ConditionTrace): number {
  if (condition.kind === 'test' || condition.kind === 'none') return condition.holds ? 1 : 0
  const parts = condition.parts.map(heldPart)
  if (parts.length === 0) return condition.holds ? 1 : 0
  return condition.kind === 'any' ? Math.max(...parts) : parts.reduce((sum, part) => sum + part, 0) / parts.length
}

/** The first part, in the order of the mapping, for whose sake the whole does not hold. */
export function firstFailed(condition: ConditionTrace): ConditionTrace {
  if (condition.kind !== 'all') return condition
  const failed = condition.parts.find((part) => !part.holds)
  return failed === undefined ? condition : firstFailed(failed)
}
