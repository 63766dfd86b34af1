/** The text of a scalar, as the language compares and labels it: strings as they are, numbers shortest, digits of big integers, true and false. */
import type { Json } from '../decode/path.ts'

/** undefined: missing, an object or a list. */
export function textOf(value: Json): string | undefined {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value)
    default:
      return undefined
  }
}

const PREVIEW_LENGTH = 120

/** A value as people see it in a trace: strings quoted and cut, objects and lists by size. */
export function preview(value: Json): string {
  if (value === undefined || value === null) return 'missing'
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return `an object with ${Object.keys(value).length} keys`
  return String(value)
}

function quote(text: string): string {
  return text.length <= PREVIEW_LENGTH
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, PREVIEW_LENGTH))} (${text.length} long)`
}
