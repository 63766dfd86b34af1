/** The fields of an event with the paths that reach them, nearest to the surface first: bounded, whatever the event holds. */
import { innerJson } from '../decode/inner-json.ts'
import { isObject, type Json } from '../decode/path.ts'

export interface Field {
  /** As the mapping language writes it: `payload.type`, `"a b".c`, `log.$json.event`. */
  readonly path: string
  readonly key: string
  readonly value: Json
  /** How many steps the path has. */
  readonly depth: number
}

const MAX_FIELDS = 500
const MAX_DEPTH = 4
/** Longer texts are not looked into for JSON. */
const MAX_INNER_LENGTH = 65_536
const BARE = /^[^."()\s$][^."()\s$]*$/
const DIGITS = /^\d+$/

/** All fields of objects in objects, not of lists, and of JSON inside a text: at most 500, at most 4 steps deep. */
export function fieldsOf(event: Json): Field[] {
  const found: Field[] = []
  let level: readonly { readonly path: string; readonly value: Json; readonly depth: number }[] = [
    { path: '', value: event, depth: 0 },
  ]
  while (level.length > 0 && found.length < MAX_FIELDS) {
    const before = found.length
    for (const { path, value, depth } of level) addFields(found, path, value, depth + 1)
    level = found.slice(before).flatMap(inside)
  }
  return found
}

function addFields(found: Field[], around: string, value: Json, depth: number): void {
  if (!isObject(value)) return
  for (const key in value) {
    if (found.length >= MAX_FIELDS) return
    if (!Object.hasOwn(value, key)) continue
    found.push({ path: around === '' ? stepText(key) : `${around}.${stepText(key)}`, key, value: value[key], depth })
  }
}

function inside({ path, value, depth }: Field): { path: string; value: Json; depth: number }[] {
  if (depth >= MAX_DEPTH) return []
  if (isObject(value)) return [{ path, value, depth }]
  const isJsonText = typeof value === 'string' && value.startsWith('{') && value.length <= MAX_INNER_LENGTH
  return isJsonText ? [{ path: `${path}.$json`, value: innerJson(value), depth }] : []
}

/** One key as a step of a path. */
export function stepText(key: string): string {
  return BARE.test(key) && !DIGITS.test(key) ? key : `"${key.replace(/["\\]/g, '\\$&')}"`
}
