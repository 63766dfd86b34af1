/** Who owns what is remembered or derived, and what it means: both stay the same over restarts and reloads. */
import { createHash } from 'node:crypto'
import { plainest } from './definition.ts'

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
