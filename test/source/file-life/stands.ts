/** How one file is known to the oracle, and what of that a record keeps. */
import type { Ghost } from './copies.ts'
import type { LogFile } from './disk.ts'

export const HEAD_BYTES = 1024
const MARK_BYTES = 256

/** How one file is known. */
export interface Stand extends Ghost {
  /** It was read when the process ended. */
  isOpen: boolean
  /** No name leads to it. */
  isLost: boolean
  /** In this process it lost its name, or got another. */
  isRotated: boolean
  hasSuccessor: boolean
  /** Another file has its unfinished line too. */
  isContinued: boolean
  /** The content that was looked at last. */
  version: number
  seen: string
  /** Nothing happened to it for the time of rotation. */
  isQuiet: boolean
  restarts: number
  /** What it was before it was written anew last. */
  before: Ghost | undefined
  /** What it is a copy of that brought nothing new yet. */
  ghost: Ghost | undefined
}

/** Of what was counted only the first and the last bytes can be compared. */
export function goesOn({ at, text: counted }: Ghost, text: string): boolean {
  const head = counted.slice(0, HEAD_BYTES)
  return text.length >= at && text.startsWith(head) && text.slice(0, at).endsWith(counted.slice(-MARK_BYTES))
}

export function standAt({ text, birth }: LogFile, path: string, at: number): Stand {
  return {
    ...{ at, text: text.slice(0, at), path, birth, since: birth, written: Number.POSITIVE_INFINITY, isOfRecord: false },
    ...{ isOpen: true, isLost: false, isRotated: false, hasSuccessor: false, formerPath: '', isContinued: false },
    ...{ version: -1, seen: '', isQuiet: false, restarts: 0, before: undefined, ghost: undefined },
  }
}

/** What a record keeps. Its ghosts have no texts, only hashes of them. */
export function copyOf(
  stands: ReadonlyMap<LogFile, Stand>,
  ghosts: ReadonlySet<Ghost>,
): { stands: Map<LogFile, Stand>; ghosts: Set<Ghost> } {
  const forgotten = {
    isOfRecord: true,
    isRotated: false,
    hasSuccessor: false,
    isContinued: false,
    isQuiet: false,
    restarts: 0,
    before: undefined,
    ghost: undefined,
  }
  const copies = new Map<Ghost, Stand>()
  for (const stand of stands.values()) copies.set(stand, { ...stand, ...forgotten })
  return {
    stands: new Map([...stands].map(([file, stand]) => [file, copies.get(stand)!])),
    ghosts: new Set([...ghosts].map((ghost) => copies.get(ghost) ?? { ...ghost, isOfRecord: true })),
  }
}
