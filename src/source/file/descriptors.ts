/**
 * Which of the followed files are open, of all sources together, when there are more files than descriptors. A file that can be opened
 * again gives its descriptor away: those with nothing left to read first, and last the ones that change again and again, so that
 * many files with a line now and then do not drive out the few that are written all the time. A file that was deleted keeps
 * its descriptor until it is read to its end: with the descriptor its bytes would be gone.
 */
import { type OpenedFile, openFile } from './open-file.ts'
import type { Tail } from './tail.ts'
import { HOT_MS } from './unrest.ts'

/** Where there is no limit to be seen. */
const MOST_OPEN = 10_000
/** Even if the system refuses, this many are tried. */
const LEAST_OPEN = 4
/** Of the open files that can give way, this share does so at once: choosing them costs a look at all. */
const SHARE_PARKED = 8
/** Deleted files that wait for late writers hold at most this share, and are at most so many: each costs a look at every scan. */
const SHARE_LATE = 2
const MOST_LATE = 128

/** More changes in a row make no difference. */
const MANY_CHANGES = 16

interface Candidate {
  readonly tail: Tail
  readonly burden: number
}

/** `full`: all descriptors are held by deleted files, which are read first. `gone`: the path leads to no file, or to another one. */
export type Readiness = 'open' | 'full' | 'gone'

export class Descriptors {
  readonly #allowed: number
  /** Less than what is allowed while the system refuses. */
  #most: number
  readonly #open = new Set<Tail>()
  readonly #openFile: typeof openFile

  constructor(allowed = MOST_OPEN, open = openFile) {
    this.#allowed = allowed
    this.#most = allowed
    this.#openFile = open
  }

  get openCount(): number {
    return this.#open.size
  }

  /** Opens a file that is not followed yet; `take` it afterwards. Throws the system's errors. undefined: not a regular file. */
  open(path: string): OpenedFile | 'full' | undefined {
    if (!this.#makeRoom()) return 'full'
    try {
      return this.#openFile(path)
    } catch (error) {
      if (!isExhausted(error)) throw error
      this.#shrink()
      return 'full'
    }
  }

  take(tail: Tail): void {
    this.#makeRoom()
    this.#open.add(tail)
  }

  /** Opens a parked file again. Throws the system's errors. */
  reopen(tail: Tail, path = tail.presentPath): Readiness {
    if (!tail.isParked) return 'open'
    try {
      const opened = this.open(path)
      if (opened === 'full') return 'full'
      if (opened === undefined || !tail.resume(opened)) return 'gone'
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone'
      throw error
    }
    this.#open.add(tail)
    return 'open'
  }

  /** The system says that its descriptor is of no use: the next reading opens it anew. */
  forsake(tail: Tail): void {
    tail.forsake()
    this.#open.delete(tail)
  }

  /** It is not followed any more. */
  close(tail: Tail): void {
    tail.close()
    this.#open.delete(tail)
  }

  /**
   * Once a scan. Deleted files that only wait for late writers must not take all descriptors: those that are quiet for longest are let
   * go. And what the system refused for a while is asked for again.
   */
  tend(): void {
    this.#most = Math.min(this.#allowed, this.#most + 1)
    const late = [...this.#open].filter((tail) => tail.isUnlinked && tail.isLost && !tail.isUnread)
    const tooMany = late.length - Math.min(MOST_LATE, Math.floor(this.#most / SHARE_LATE))
    late.sort((a, b) => a.unrest.quietSinceMs - b.unrest.quietSinceMs)
    for (const tail of late.slice(0, Math.max(0, tooMany))) tail.isPressed = true
  }

  #makeRoom(): boolean {
    if (this.#open.size < this.#most) return true
    const yielding = this.#yielding()
    const restful = yielding.findIndex(({ burden }) => burden > 0)
    const restfulCount = restful < 0 ? yielding.length : restful
    const spare = Math.min(restfulCount, Math.ceil(this.#most / SHARE_PARKED))
    for (const [i, { tail }] of yielding.entries()) {
      if (this.#open.size < this.#most && i >= spare) break
      if (tail.park()) this.#open.delete(tail)
    }
    return this.#open.size < this.#most
  }

  /** Who gives way, in this order. */
  #yielding(): Candidate[] {
    const tails = [...this.#open].filter((tail) => !tail.isUnlinked)
    const newestMs = tails.reduce((newest, tail) => Math.max(newest, tail.unrest.quietSinceMs), 0)
    return tails.map((tail) => ({ tail, burden: burdenOf(tail, newestMs) })).sort(givesWayBefore)
  }

  /** Others in the process, or on the machine, have taken what was counted on. */
  #shrink(): void {
    const most = Math.min(this.#most, this.#open.size) - Math.ceil(this.#open.size / SHARE_PARKED)
    this.#most = Math.min(this.#allowed, Math.max(LEAST_OPEN, most))
  }
}

/** What would be at stake if the file were deleted while it is closed. */
function burdenOf(tail: Tail, nowMs: number): number {
  // It is likely to hold bytes already that nobody knows of.
  if (nowMs - tail.unrest.changedBeforeMs < HOT_MS) return 3 + Math.min(tail.unrest.changesInARow, MANY_CHANGES)
  if (tail.lagBytes > 0) return 2
  return tail.unrest.awaitsSecondLook ? 1 : 0
}

function givesWayBefore(a: Candidate, b: Candidate): number {
  return (
    a.burden - b.burden ||
    a.tail.unrest.changedBeforeMs - b.tail.unrest.changedBeforeMs ||
    a.tail.unrest.quietSinceMs - b.tail.unrest.quietSinceMs
  )
}

function isExhausted(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EMFILE' || code === 'ENFILE'
}
