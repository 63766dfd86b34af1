/**
 * What a scan found wrong → faults. A path that is named must be there, but for a while after a rotation: its log was renamed, is read on, and
 * who writes makes the next one when it has something to write. A pattern may wait for its first file.
 */
import type { Fault } from '../fault.ts'
import type { FoundFiles } from './paths.ts'

export interface Readable {
  /** Something of the source is read. */
  readonly isUp: boolean
  readonly unreadableCount: number
  /** See `Guide.isShut`. */
  readonly isShut: boolean
}

/** What is told of a file that is followed. */
export interface Followed {
  readonly isRotated: boolean
  readonly isUnlinked: boolean
  /** Another stood at its path since. */
  readonly hasSuccessor: boolean
  readonly formerPath: string
}

type Found = Pick<FoundFiles, 'problems' | 'named' | 'refused'>

export function faultsOf({ problems, named, refused }: Found, followed: Iterable<Followed>, readable: Readable): Fault[] {
  const { isUp, unreadableCount, isShut } = readable
  const renamed = problems.size === 0 ? new Set() : renamedPaths(followed)
  const faults = [...problems].map(([what, why]): Fault => {
    if (renamed.has(what)) return { what, why: 'was renamed and is read on; no other stands there yet', isDown: false }
    return { what, why, isDown: named.has(what) || (!isUp && (isShut || refused.has(what))) }
  })
  if (unreadableCount === 0) return faults
  const what = unreadableCount === 1 ? 'a file' : `${unreadableCount} files`
  return [...faults, { what, why: 'cannot be read; the own log says which', isDown: !isUp }]
}

function renamedPaths(followed: Iterable<Followed>): Set<string> {
  const paths = new Set<string>()
  for (const { isRotated, isUnlinked, hasSuccessor, formerPath } of followed)
    if (isRotated && !isUnlinked && !hasSuccessor) paths.add(formerPath)
  return paths
}
