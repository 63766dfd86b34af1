/**
 * Generations of one log: each is read after the one that was written before it, and finishes the messages that one has left open (Docker and
 * the kubelet rotate between two parts of one). If that one is gone, so are the heads of these messages, and their rests are no messages.
 */
import type { HeadlessMessage, Unfinished } from '../source.ts'
import { familyOf } from './generation-names.ts'
import type { PastFile } from './past-file.ts'
import type { PastFiles } from './past-files.ts'
import type { Tail } from './tail.ts'

/** `moved`: those that left their path just now; `fresh`: those that were opened just now, by age. */
export function linkGenerations(moved: readonly Tail[], fresh: readonly Tail[], all: Iterable<Tail>, past: PastFiles): void {
  if (fresh.length === 0) return
  // Fresh ones, also those that were rotated while nothing ran, wait for each other by age: two that wait for one another wait for ever.
  const isFresh = new Set(fresh)
  const rotated = byFamily([...all].filter((tail) => (tail.isRotated || tail.isLost) && !isFresh.has(tail)))
  const gone = byFamily(
    [...past.ghosts].filter(({ resumption }) => resumption?.open !== undefined || resumption?.givenUp !== undefined),
  )
  const newest = new Map([...moved].sort(bySince).map((tail) => [familyOf(tail.formerPath), tail]))
  for (const tail of fresh) {
    const family = familyOf(tail.origin.file)
    const before = nearestBefore(tail, [...(rotated.get(family) ?? []), ...optional(newest.get(family))])
    tail.waitsFor = newest.get(family) ?? before
    if (tail.waitsFor === before) before?.aimAtEnd()
    newest.set(family, tail)
    const ghost = nearestBefore(tail, gone.get(family) ?? [])
    if (ghost !== undefined && !(before !== undefined && before.sinceMs > ghost.sinceMs)) followGhost(tail, ghost, past)
    else if (before !== undefined) tail.progress.succeed(before.progress)
  }
}

/** It is gone, and what it has left open too: from now on that stands with the log that has the rests, if there is one. */
export function keepGhost(ghost: PastFile, { progress }: Pick<Tail, 'progress'>, past: PastFiles): void {
  past.keep(progress.bequeath(lostParts(ghost)) ? withoutOpen(ghost) : ghost)
}

/** It goes on being a rotated one, or was rotated while nothing ran. */
export function resumeRotation(tail: Tail, { path, formerPath = path }: PastFile): void {
  tail.isRotated = formerPath !== tail.origin.file
  tail.formerPath = tail.isRotated ? formerPath : ''
}

function followGhost({ progress }: Tail, ghost: PastFile, past: PastFiles): void {
  progress.follow(lostParts(ghost))
  past.drop(ghost)
  past.keep(withoutOpen(ghost))
}

function withoutOpen(ghost: PastFile): PastFile {
  if (ghost.resumption === undefined) return ghost
  const { open: _, givenUp: __, ...resumption } = ghost.resumption
  return { ...ghost, resumption }
}

function lostParts({ resumption }: PastFile): Unfinished {
  const lost = new Map<string, HeadlessMessage>()
  const formats = new Map(Object.entries(resumption?.formats ?? {}))
  const add = (times: Readonly<Record<string, string>> = {}, why: HeadlessMessage['why']): void => {
    for (const [stream, time] of Object.entries(times)) lost.set(stream, { why, time })
  }
  add(resumption?.open, 'lost')
  add(resumption?.givenUp, 'given up')
  return {
    partOf: (stream) => lost.get(stream),
    settle: (stream) => void lost.delete(stream),
    formatOf: (writer) => formats.get(writer),
  }
}

interface Begun {
  /** When its content was begun. */
  readonly sinceMs: number
}

/** The youngest of those that were begun before it. Where the file system knows no births, the last one is taken. */
function nearestBefore<T extends Begun>(tail: Begun, others: readonly T[]): T | undefined {
  let nearest: T | undefined
  for (const other of others) {
    const isBefore = other.sinceMs < tail.sinceMs || (other.sinceMs === 0 && tail.sinceMs === 0)
    if (isBefore && (nearest === undefined || other.sinceMs >= nearest.sinceMs)) nearest = other
  }
  return nearest
}

function bySince(a: Begun, b: Begun): number {
  return a.sinceMs - b.sinceMs
}

function byFamily<T extends Tail | PastFile>(files: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const families = new Map<string, T[]>()
  for (const file of files) {
    const family = familyOf('origin' in file ? file.origin.file : file.path)
    const known = families.get(family)
    if (known === undefined) families.set(family, [file])
    else known.push(file)
  }
  return families
}

function optional<T>(one: T | undefined): T[] {
  return one === undefined ? [] : [one]
}
