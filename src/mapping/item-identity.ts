/** Who owns what is remembered or derived, and what it means: both stay the same over restarts and reloads. */
import { createHash } from 'node:crypto'

/** Sources of equal units share state, so the unit's key is a part of the name. */
export function ownerOf(unit: string, name: string): string {
  return `${unit}\0${name}`
}

/** The owner in hashes of keys: short, since each key hashes it. */
export function tagOf(owner: string): string {
  return createHash('sha256').update(owner).digest('base64').slice(0, 10)
}

/** The same as long as what is kept means the same: where it stands in which file does not matter. */
export function definitionOfItem(spec: object): string {
  return createHash('sha256').update(JSON.stringify(spec, plainest)).digest('hex').slice(0, 32)
}

function plainest(key: string, value: unknown): unknown {
  if (key === 'place') return undefined
  if (typeof value === 'bigint') return String(value)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
