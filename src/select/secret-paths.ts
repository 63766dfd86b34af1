/**
 * Which values a label reads from under a secret's key: the path's own key counts, not those above it. Known when the mapping is compiled,
 * except where the event itself names the key: `$header.value` of `each`, and the first of several paths that is there.
 */
import { isObject, type Json, type Path, parsePath, type Step } from '../decode/path.ts'
import type { Row } from '../decode/row.ts'
import { isSecretKey } from '../mask/secret-keys.ts'
import type { CompileContext } from './compile-context.ts'
import type { Read } from './slots.ts'

/** Whether what the row gives is a secret's; undefined: it never is. */
export type IsSecret = (row: Row) => boolean

/** What names the key of a pair, beside its `value`. */
const PAIR_KEYS = ['key', 'name']

/** Of the first of these paths that is there. Problems of the paths are reported by whoever reads them. */
export function secrecyOf(paths: readonly string[], context: CompileContext): IsSecret | undefined {
  const quiet = { ...context, report: () => {} }
  const secrecies = paths.map((path) => secrecyOfPath(path, quiet))
  if (secrecies.every((isSecret) => isSecret === undefined)) return undefined
  const reads = paths.map((path) => readerOf(path, quiet))
  return (row) => {
    const first = reads.findIndex((read) => read(row) !== undefined)
    return secrecies[first]?.(row) ?? false
  }
}

/** Whether the path's own key is a secret's, whatever the event says. */
export function isSecretPath(text: string, secretNames: ReadonlySet<string> = new Set()): boolean {
  const parsed = parsePath(text)
  return parsed.ok && hasSecretKey(parsed.path, secretNames)
}

/** Whether the `value` of an entry of an object, or of an element of a list, is a secret's: by the entry's key, the element's `key` or `name`. */
export function isSecretPair(key: string, list: Json, element: Json): boolean {
  const names = !Array.isArray(list) ? [key] : isObject(element) ? PAIR_KEYS.map((one) => element[one]) : []
  return names.some((name) => typeof name === 'string' && isSecretKey(name))
}

function secrecyOfPath(text: string, context: CompileContext): IsSecret | undefined {
  const parsed = parsePath(text)
  if (!parsed.ok) return undefined
  if (hasSecretKey(parsed.path, context.secretNames ?? new Set())) return () => true
  const { root, steps } = parsed.path
  const [first] = steps
  if (!context.bindings.has(root) || first?.kind !== 'name' || first.name !== 'value') return undefined
  const keys = PAIR_KEYS.map((key) => readerOf(`${root}.${key}`, context))
  return (row) => keys.some((read) => isSecretText(read, row))
}

function readerOf(text: string, { slots, place, report, bindings }: CompileContext): Read {
  return slots.reader(text, place, report, bindings)
}

function isSecretText(read: Read, row: Row): boolean {
  const key = read(row)
  return typeof key === 'string' && isSecretKey(key)
}

/** Elements of a list stand under the list's key; `(name=authorization)` names the key of all that stands in that element. */
function hasSecretKey({ root, steps }: Path, secretNames: ReadonlySet<string>): boolean {
  const last = steps.findLast((step) => step.kind === 'name')
  if (last === undefined ? secretNames.has(root) : isSecretKey(last.name)) return true
  return steps.some((step) => step.kind === 'element' && isSecretKey(step.equals) && !isKeyOf(step, last))
}

function isKeyOf(element: Extract<Step, { kind: 'element' }>, step: Step | undefined): boolean {
  return step?.kind === 'name' && step.name === element.key
}
