/** Fields of an event that a missing path may have meant: the same key elsewhere, or a key that looks like it at the same place. */
import { isObject, type Json, parsePath, readSteps } from '../decode/path.ts'
import { alike } from '../diag/suggest.ts'
import { type Field, fieldsOf, stepText } from './field-paths.ts'

/** Keys that are compared at one place: an object may have any number of them. */
const MAX_KEYS = 200

/** Paths that exist in the event, the likeliest first; none for paths that do not read the event itself. */
export function fieldsLike(path: string, event: Json, most = 2): string[] {
  const parsed = parsePath(path)
  if (!parsed.ok || parsed.path.root !== '$') return []
  const { steps } = parsed.path
  const last = steps.at(-1)
  if (last?.kind !== 'name') return []
  const parent = readSteps(event, steps.slice(0, -1))
  const here = isObject(parent)
    ? alike(
        last.name,
        Object.keys(parent)
          .slice(0, MAX_KEYS)
          .filter((key) => parent[key] !== null),
        1,
      )
    : []
  const around = path.slice(0, Math.max(0, path.length - stepText(last.name).length))
  const typed = here.filter((key) => key !== last.name).map((key) => `${around}${stepText(key)}`)
  return [...new Set([...typed, ...elsewhere(last.name, path, fieldsOf(event))])].slice(0, most)
}

function elsewhere(key: string, path: string, fields: readonly Field[]): string[] {
  return fields.filter((field) => field.key === key && field.path !== path && field.value !== null).map((field) => field.path)
}
