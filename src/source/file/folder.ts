/** What stands in a folder or at a path, without opening it; nothing if that cannot be known. */
import { type BigIntStats, readdirSync, statSync } from 'node:fs'

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Of what a link leads to. */
export function statOrNothing(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** A regular file, or none. */
export function fileAt(path: string): { readonly path: string; readonly stat: BigIntStats }[] {
  const stat = statOrNothing(path)
  return stat?.isFile() === true ? [{ path, stat }] : []
}
