/** What an event has that looks like its name: for logs whose events have their name elsewhere than the mapping looks. */
import type { Json } from '../decode/path.ts'
import { type Field, fieldsOf } from './field-paths.ts'

export interface NameField {
  /** What `input.event_name` would be set to. */
  readonly path: string
  readonly value: string
  /** A rule waits for events of this very name. */
  readonly isKnown: boolean
}

/** Keys that hold an event's name in the logs of agents and loggers, the likeliest first; compared without case and separators. */
const NAME_KEYS = [
  'event',
  'eventname',
  'eventtype',
  'kind',
  'type',
  'action',
  'msg',
  'message',
  'operation',
  'op',
  'method',
  'activityname',
  'activity',
  'classname',
  'subtype',
  'topic',
  'name',
]
/** Of these only a single word is a name: others are sentences. */
const SENTENCE_KEYS = new Set(['msg', 'message'])
const KNOWN_BONUS = 1000
const DEPTH_COST = 20
/** A word or a few: what people call an event, and not a sentence, a path, a number or an id. */
const NAME = /^[A-Za-z][\w.:-]*(?: [\w.:-]+){0,2}$/
const MAX_NAME_LENGTH = 64
const ID = /^[0-9a-f-]{16,}$|\d{6}/i

/** The fields that look most like the event's name, best first; those whose value a rule waits for before all others. */
export function nameFields(event: Json, isKnown: (name: string) => boolean, most = 3): NameField[] {
  const rated = fieldsOf(event).flatMap((field) => {
    const score = scoreOf(field, isKnown)
    return score === undefined ? [] : [{ field, score }]
  })
  return rated
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ field }) => ({ path: field.path, value: field.value as string, isKnown: isKnown(field.value as string) }))
}

/** undefined: it looks like no name. */
function scoreOf({ key, value, depth }: Field, isKnown: (name: string) => boolean): number | undefined {
  if (typeof value !== 'string' || value.length > MAX_NAME_LENGTH) return undefined
  const plainKey = key.toLowerCase().replace(/[^a-z]/g, '')
  const rank = NAME_KEYS.indexOf(plainKey)
  const byKey = (rank < 0 ? 0 : 2 * (NAME_KEYS.length - rank)) - DEPTH_COST * (depth - 1)
  if (isKnown(value)) return KNOWN_BONUS + byKey
  if (rank < 0 || !NAME.test(value) || ID.test(value)) return undefined
  return SENTENCE_KEYS.has(plainKey) && /[ :]/.test(value) ? undefined : byKey
}
