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
