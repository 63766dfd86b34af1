/**
 * The set of files that the patterns name ↔ the set of followed files. One tail per file however many names lead to it; a renamed
 * file keeps its tail; an unknown one is opened, oldest first, unless it is a copy; a lost one is let go when it has been quiet for long.
 */
import { closeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { OpenStream, Origin } from '../source.ts'
import { compareAge, compareBirths } from './age.ts'
import type { Descriptors } from './descriptors.ts'
import type { FoundFile } from './folder.ts'
import { isGenerationOf } from './generation-names.ts'
import { Generations } from './generations.ts'
import { endOfHistory } from './history-end.ts'
import { fileKey, inodeKey } from './identity.ts'
import { type Finding, Judge } from './judge.ts'
import type { Meter } from './meter.ts'
import type { OpenedFile } from './open-file.ts'
import { Openings } from './openings.ts'
import { Originals } from './originals.ts'
import { appliedBytes, type PastFile, unreadAt } from './past-file.ts'
import type { PastFiles } from './past-files.ts'
import { keepGhost, linkGenerations, resumeRotation } from './succession.ts'
import { Tail } from './tail.ts'
import type { Unseen } from './unseen.ts'
import { Whereabouts } from './whereabouts.ts'
import type { Window } from './window.ts'

export interface TailsOptions {
  readonly source: string
  readonly open: OpenStream
  /** What origins say of a path. */
  readonly about: (path: string) => Pick<Origin, 'fields'> & Partial<Origin>
  readonly window: Window
  readonly meter: Meter
  readonly rotateWaitMs: number
  readonly descriptors: Descriptors
  readonly maxFiles: number
  readonly maxLineBytes: number
  /** What is skipped otherwise is read, and counts nothing. */
  readonly primes: boolean
  /** What is skipped is never read. */
  readonly skips: boolean
  /** What is known of files that are not open. */
  readonly past: PastFiles
  readonly unseen: Unseen
  /** See `Guide.hasCopies`. */
  readonly hasCopies: boolean
}

type Find = (path: string, opened: OpenedFile) => Finding | undefined

/** A file that was moved away and got no successor may still be written to: it is kept this much longer. */
const PATIENCE_WITHOUT_SUCCESSOR = 10

export class Tails {
  /** What stands in files that are opened now was there before anybody looked: it is history. Later files are live from their start. */
  opensHistory = true
  readonly #options: TailsOptions
  readonly #byInode = new Map<string, Tail>()
  readonly #byPath = new Map<string, Tail>()
  readonly #openings: Openings
  readonly #judge: Judge
  readonly #whereabouts: Whereabouts
  readonly #generations: Generations
  /** Found to be gone while they were closed, since `closeFinished`. */
  readonly #missed: Tail[] = []
  /** Found by the last scan. */
  #pathCount = 0
  /** Files that were changed beneath their copies, to be looked at before these are. */
  readonly #unclear: Tail[] = []

  constructor(options: TailsOptions) {
    this.#options = options
    this.#judge = new Judge({ ...options, isReady: (tail) => this.#isReady(tail) })
    this.#whereabouts = new Whereabouts(options.descriptors)
    this.#generations = new Generations({ ...options, isFollowed: (inode) => this.#byInode.has(inode) })
    this.#openings = new Openings(options.descriptors, options.meter, options.maxFiles)
  }

  /** All followed files. */
  get all(): IterableIterator<Tail> {
    return this.#byInode.values()
  }

  get count(): number {
    return this.#byInode.size
  }

  at(path: string): Tail | undefined {
    return this.#byPath.get(path)
  }

  /** Takes what a scan found. `skipsHistory`: what is unknown is read from its end. Answers the tails to look at: new or changed. */
  reconcile(files: readonly FoundFile[], skipsHistory: boolean, nowMs: number): Tail[] {
    this.#whereabouts.beginScan()
    const pathOf = new Map<Tail, string>()
    const paths = new Set<string>()
    const unknown = new Map<string, FoundFile>()
    const stirred: Tail[] = []
    const { past } = this.#options
    for (const file of files) {
      const inode = inodeKey(file.stat)
      const tail = this.#byInode.get(inode)
      paths.add(file.path)
      if (tail === undefined || !this.#whereabouts.isSame(tail, file)) {
        if (tail !== undefined) this.#miss(tail)
        if (!unknown.has(inode) || past.of(file.stat)?.path === file.path) unknown.set(inode, file)
        continue
      }
      if (!pathOf.has(tail) || file.path === tail.origin.file) pathOf.set(tail, file.path)
      tail.noteSeen(file.stat)
      if (tail.differs(file.stat) || (tail.isParked && tail.isDue(nowMs))) stirred.push(tail)
    }
    const isSecond = this.#openings.beginScan(paths)
    this.#judge.keepCopies(unknown)
    const moved = this.#follow(pathOf, paths, nowMs)
    const { folders } = this.#whereabouts
    for (const file of this.#generations.find(moved, { folders, unknown, isSecond })) unknown.set(inodeKey(file.stat), file)
    const fresh = this.#openUnknown([...unknown.values()], skipsHistory, nowMs)
    linkGenerations(moved, fresh, this.all, this.#options.past)
    this.#indexPaths()
    this.#pathCount = paths.size
    return [...stirred, ...fresh, ...this.#unclear.splice(0)]
  }

  /** What is known of files that begin so. */
  like(lead: Buffer, isUnlinked: boolean): PastFile[] {
    const tails = [...this.all].filter((tail) => tail.isUnlinked === isUnlinked)
    return tails.filter(({ head }) => head.subarray(0, lead.length).equals(lead)).map((tail) => tail.past('open'))
  }

  /** What it held is gone. */
  noteTruncated({ before }: Tail): void {
    if (before === undefined) return
    this.#options.past.keep(before)
    this.#options.unseen.note(before)
  }

  /** A copy that grew is the one that holds the rest: what others have of it is the same. */
  noteRead(tail: Tail): void {
    if (tail.ghost === undefined || tail.progress.appliedBytes <= appliedBytes(tail.ghost)) return
    if (this.#options.past.has(tail.ghost)) this.#options.past.drop(tail.ghost)
    tail.ghost = undefined
  }

  /**
   * Opens those of these files, which the patterns do not name, that hold the rest of a ghost or were never seen. Answers their tails.
   * `isSteady`: they have the names that they had.
   */
  openRests(files: readonly FoundFile[], nowMs: number, isSteady: () => boolean): Tail[] {
    const { unseen } = this.#options
    const unknown = files.filter((file) => !this.#byInode.has(inodeKey(file.stat)) && !this.#judge.isCopy(file))
    const originals = this.#originals(unknown.length > 0)
    const find: Find = (path, opened) => {
      const isUnseen = unseen.has(path, opened.stat)
      return isUnseen ? this.#judge.judge(path, opened, originals) : this.#judge.rest(path, opened)
    }
    const fresh = unknown.sort(compareBirths).flatMap((file) => {
      const opened = this.#open(file, find, false, nowMs)
      for (const tail of opened) originals.add(tail)
      return opened
    })
    const unclear = this.#unclear.splice(0)
    if (unclear.length === 0 && isSteady()) unseen.clear()
    if (fresh.length > 0) this.#indexPaths()
    return [...fresh, ...unclear]
  }

  /** Files have moved since the scan, and others wait for them. */
  get isHeld(): boolean {
    return this.#openings.isHeld
  }

  /** Every file that was found is followed and no other: another scan that finds the same changes nothing. */
  get isSettled(): boolean {
    if (this.isHeld || this.count !== this.#pathCount) return false
    for (const tail of this.all) if (tail.isLost) return false
    return true
  }

  /** Lets go of lost files that are read and quiet. Answers them. `isUnpacking`: copies of deleted ones are being looked for. */
  closeFinished(nowMs: number, isUnpacking: boolean): Tail[] {
    const finished = [...this.all].filter((tail) => {
      const isOver = (tail.isLost || (tail.isRotated && tail.hasRest)) && this.#isFinished(tail, nowMs)
      // By what is known of a deleted one its packed copy is known, too.
      return isOver && !(isUnpacking && tail.isUnlinked && !tail.isPressed)
    })
    for (const tail of finished) this.#endLastLine(tail)
    const lost = finished.filter((tail) => tail.isLost && !(tail.hasRest && tail.progress.isAwaited))
    for (const tail of lost) this.letGo(tail)
    this.#options.descriptors.tend()
    return [...lost, ...this.#missed.splice(0)]
  }

  /** Before `reconcile`, or of a lost file. */
  letGo(tail: Tail): void {
    if (!tail.isUnlinked) this.#options.past.keep(tail.past('closed'))
    tail.noteGone()
    this.#options.descriptors.close(tail)
    this.#byInode.delete(tail.inode)
  }

  showStates(): void {
    let failing = 0
    let rotated = 0
    for (const tail of this.all) {
      if (tail.error !== undefined) failing++
      else if (tail.isRotated || tail.isLost) rotated++
    }
    this.#options.meter.states({
      open: this.count - failing - rotated,
      rotated,
      unreadable: this.#openings.refusedCount + failing,
      copies: this.#judge.copyCount,
      waiting: this.#openings.waitingCount,
    })
  }

  closeAll(): void {
    for (const tail of this.all) this.#options.descriptors.close(tail)
  }

  /** Nobody will open those without a name again: what stands there is all there will be. */
  endUnlinked(): void {
    for (const tail of this.all) if (tail.isUnlinked && tail.error === undefined) this.#endLastLine(tail)
  }

  /** Gives known files their present paths, and marks those that have none. Answers those that left their path. */
  #follow(pathOf: ReadonlyMap<Tail, string>, paths: ReadonlySet<string>, nowMs: number): Tail[] {
    const moved: Tail[] = []
    for (const tail of this.all) {
      const path = pathOf.get(tail)
      const before = tail.origin.file
      if (path === before) {
        tail.isLost = false
        tail.hasSuccessor ||= tail.isRotated && paths.has(tail.formerPath)
      } else {
        const isGone = path === undefined && tail.isParked && !this.#whereabouts.find(tail)
        tail.hasSuccessor ||= paths.has(before) || (tail.isRotated && paths.has(tail.formerPath))
        if (path !== undefined || !tail.isLost) {
          tail.aimAtEnd()
          const isGeneration = tail.isRotated && isGenerationOf(before, tail.formerPath)
          if (path !== undefined || !isGeneration) tail.formerPath = before
          moved.push(tail)
        }
        if (path !== undefined) this.#rename(tail, path, nowMs)
        else if (isGone) this.#miss(tail)
        else this.#lose(tail, nowMs)
      }
    }
    return moved
  }

  #lose(tail: Tail, nowMs: number): void {
    if (tail.isLost) return
    tail.isLost = true
    tail.unrest.quietSinceMs = nowMs
    tail.isRotated ||= !tail.isUnlinked
    this.#options.meter.count(tail.isUnlinked ? 'vanished' : 'rotated')
  }

  /** It was deleted, or moved out of sight, while it was closed: what was known to be in it and is not in the numbers is lost, but for copies. */
  #miss(tail: Tail): void {
    const { meter, descriptors, past } = this.#options
    meter.count('vanished')
    meter.missedBytes(tail.lagBytes)
    tail.noteGone()
    if (tail.hasRest || this.#whereabouts.hasHeirs(tail)) keepGhost(tail.past('ghost'), tail, past)
    descriptors.close(tail)
    this.#byInode.delete(tail.inode)
    this.#missed.push(tail)
  }

  #isReady(tail: Tail): boolean {
    try {
      return this.#options.descriptors.reopen(tail) === 'open'
    } catch {
      return false
    }
  }

  #rename(tail: Tail, path: string, nowMs: number): void {
    tail.isLost = false
    tail.isRotated = true
    tail.unrest.quietSinceMs = nowMs
    tail.origin.file = path
    Object.assign(tail.origin, this.#options.about(path))
    tail.progress.changes++
    this.#options.meter.count('rotated')
  }

  /** What is known goes on first: it tells what is a copy. A copy is younger than its original. */
  #openUnknown(unknown: readonly FoundFile[], skipsHistory: boolean, nowMs: number): Tail[] {
    const oldestFirst = [...unknown].sort(compareBirths)
    const isKnown = ({ stat }: FoundFile) => this.#options.past.of(stat) !== undefined
    const known = oldestFirst.filter(isKnown).flatMap((found) => {
      return this.#open(found, (...file) => this.#judge.rest(...file) ?? { kind: 'new' }, skipsHistory, nowMs)
    })
    const others = oldestFirst.filter((file) => !this.#byInode.has(inodeKey(file.stat)) && !this.#judge.isCopy(file))
    const originals = this.#originals(others.length > 0)
    const fresh = others.flatMap((found) => {
      const opened = this.#open(found, (...file) => this.#judge.judge(...file, originals), skipsHistory, nowMs)
      for (const tail of opened) originals.add(tail)
      return opened
    })
    return [...known, ...fresh].sort(compareAge)
  }

  /** Their first bytes are read, so only where an unknown file may be a copy of one. */
  #originals(isAsked: boolean): Originals {
    return new Originals(isAsked && this.#options.hasCopies ? this.all : [])
  }

  /** One tail or none. */
  #open(file: FoundFile, find: Find, skipsHistory: boolean, nowMs: number): Tail[] {
    const take = (opened: OpenedFile) => this.#takeOpened(file.path, opened, find, skipsHistory, nowMs)
    const opened = this.#openings.open(file, nowMs, this.count, take)
    // What stands in it now is history whoever opens it, and when.
    if (opened === 'later' && skipsHistory) this.#options.past.keep(unreadAt(file.path, file.stat))
    return opened === 'later' || opened === undefined ? [] : [opened]
  }

  /** Nothing, if it is not to be followed. Closes it if it fails. */
  #takeOpened(path: string, opened: OpenedFile, find: Find, startsAtEnd: boolean, nowMs: number): Tail | undefined {
    // Between scan and opening the name may have moved to a file that is open already: the next scan sees it there.
    if (this.#byInode.has(inodeKey(opened.stat))) return undefined
    try {
      const finding = find(path, opened)
      if (finding?.kind === 'copy') this.#options.meter.warn(`not read, as it is a copy of ${finding.of.origin.file}:`, path)
      if (finding?.kind === 'unclear') this.#unclear.push(finding.of)
      if (finding?.kind === 'new') return this.#begin(path, opened, undefined, startsAtEnd, nowMs)
      if (finding?.kind !== 'rest') return undefined
      if (finding.endOf !== undefined) finding.endOf.isContinued = true
      return this.#begin(path, opened, finding.of, false, nowMs)
    } catch (error) {
      closeSync(opened.fd)
      throw error
    }
  }

  #begin(path: string, { fd, stat }: OpenedFile, past: PastFile | undefined, startsAtEnd: boolean, nowMs: number): Tail {
    const { source, open, about, window, meter, primes, skips, maxLineBytes } = this.#options
    const sizeBytes = Number(stat.size)
    const isUnread = past?.state === 'unread'
    const toSkipBytes = isUnread ? past.historyBytes : startsAtEnd ? sizeBytes : 0
    const primedBytes = past === undefined || isUnread ? (primes ? toSkipBytes : 0) : (past.primedBytes ?? 0)
    const historyBytes = past?.historyBytes ?? (this.opensHistory ? sizeBytes : 0)
    const origin = {
      source,
      log: fileKey(stat),
      file: path,
      stream: '',
      ...about(path),
      primedBytes,
      lacksHistory: skips && historyBytes > 0,
      resumption: past?.resumption,
    }
    const firstOffset = primes ? 0 : endOfHistory(fd, toSkipBytes, maxLineBytes, window)
    const startOffset = Math.min(sizeBytes, isUnread ? firstOffset : (past?.checkpoint ?? firstOffset))
    // What is skipped tells nothing of what comes.
    if ((past === undefined || isUnread) && startOffset > 0) origin.resumption = { appliedBytes: startOffset, formats: {} }
    const content = past === undefined ? {} : { sinceMs: past.sinceMs }
    const tail = new Tail({ fd, stat, nowMs, startOffset, historyBytes, ...content, origin, sink: open(origin), window })
    if (past?.state === 'open' && past.key === fileKey(stat)) resumeRotation(tail, past)
    // A copy that brings nothing leaves the ghost to a longer one.
    if (past !== undefined && (appliedBytes(past) < sizeBytes || past.key === fileKey(stat))) this.#options.past.drop(past)
    else tail.ghost = past
    // Of what was never read it cannot be told whether it is still the same.
    if (past?.state === 'open' && appliedBytes(past) === 0) this.#options.unseen.note(past)
    this.#byInode.set(tail.inode, tail)
    this.#options.descriptors.take(tail)
    meter.count('found')
    return tail
  }

  #isFinished(tail: Tail, nowMs: number): boolean {
    const { rotateWaitMs } = this.#options
    const isFinal = tail.isUnlinked || tail.hasSuccessor
    const waitMs = tail.isPressed ? 0 : rotateWaitMs * (isFinal ? 1 : PATIENCE_WITHOUT_SUCCESSOR)
    if (nowMs - tail.unrest.quietSinceMs < waitMs) return false
    return tail.isRead() || tail.error !== undefined
  }

  /** Nobody can finish it any more, or had the time to: it is taken as it is. */
  #endLastLine(tail: Tail): void {
    const isFinal = tail.isUnlinked || tail.hasSuccessor
    if (isFinal && tail.hasRest && !tail.isContinued && this.#isReady(tail)) tail.end()
  }

  #indexPaths(): void {
    this.#byPath.clear()
    for (const tail of this.all) if (!tail.isLost) this.#byPath.set(resolve(tail.origin.file), tail)
  }
}
