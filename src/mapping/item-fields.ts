/** Which fields the events of an item have, and what is shown of it while it is open: so that a rule that asks for another is told. */
import type { DeriveSpec } from './spec.ts'

/** What each kind says itself. */
export const OWN_FIELDS = {
  pair: ['key', 'duration', 'outcome', 'age'],
  session: ['key', 'duration', 'members', 'outcome', 'age'],
  sequence: ['key', 'previous', 'value', 'position', 'repeat', 'recent', 'gap'],
  silence: ['key', 'gap', 'age'],
} as const

/** Of a derived event. */
export function fieldsOf(spec: DeriveSpec): string[] {
  return [...new Set([...OWN_FIELDS[spec.kind].filter((name) => name !== 'age'), ...namesOf(spec)])]
}

/** Of what is open: a pair knows no end yet. */
export function openFieldsOf(spec: DeriveSpec): string[] {
  const without: readonly string[] = spec.kind === 'pair' ? ['duration', 'outcome'] : ['outcome']
  const carried = Object.entries(spec.feeds).flatMap(([role, feed]) => (role === 'end' ? [] : feed.carry.map(({ name }) => name)))
  const collected = spec.collect.map(({ name }) => name)
  return [...new Set([...OWN_FIELDS[spec.kind].filter((name) => !without.includes(name)), ...collected, ...carried])]
}

function namesOf({ feeds, collect }: DeriveSpec): string[] {
  const carried = Object.values(feeds).flatMap(({ carry }) => carry.map(({ name }) => name))
  return [...new Set([...collect.map(({ name }) => name), ...carried])]
}
