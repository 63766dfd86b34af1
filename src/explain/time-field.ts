/** Where an event has a time that the mapping does not look at. */
import type { Json } from '../decode/path.ts'
import { parseTime } from '../decode/time.ts'
import { fieldsOf } from './field-paths.ts'

const LOOKS_LIKE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/

/** The path of the first text that is a date and time; numbers may be anything. */
export function timeField(event: Json): string | undefined {
  return fieldsOf(event).find(({ value }) => typeof value === 'string' && isTime(value))?.path
}

function isTime(text: string): boolean {
  return text.length <= 64 && LOOKS_LIKE_TIME.test(text) && parseTime(text, 'UTC') !== undefined
}
