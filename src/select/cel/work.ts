/**
 * How much an expression may do. The log is hostile and the mapping may nest one list in another, so what is done for a line grows with
 * its length and no faster: a line has a store of steps, which everything that is not done once per expression takes from.
 */
import { isObject, type Json } from '../../decode/path.ts'
import type { Row } from '../../decode/row.ts'

/** Characters that are compared or copied for the price of a step. */
const CHARACTERS_PER_STEP = 64
/** Making the list of an object's keys costs so much per key. */
const STEPS_PER_KEY = 4
/** No text that an expression builds is longer. */
export const MAX_BUILT_LENGTH = 1_048_576

/** Takes steps from the line's store. false: it is empty, and all that the line's expressions give from now on is missing. */
export function charge(row: Row, steps: number): boolean {
  row.workLeft -= steps
  return row.workLeft >= 0
}

export function chargeText(row: Row, characters: number): boolean {
  return charge(row, Math.ceil(characters / CHARACTERS_PER_STEP))
}

/** How many keys an object has; undefined: it is none, or there are no steps left to count them. */
export function countKeys(row: Row, value: Json): number | undefined {
  if (row.workLeft < 0 || !isObject(value)) return undefined
  const { length } = Object.keys(value)
  return charge(row, length * STEPS_PER_KEY) ? length : undefined
}
