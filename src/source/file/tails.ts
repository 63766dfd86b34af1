/**
 * The set of files that the patterns name ↔ the set of open files. One tail per file however many names lead to it; a renamed
 * file keeps its tail; an unknown one is opened, oldest first, unless it is a copy; a lost one is let go when it has been quiet for long.
 */
import { closeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { OpenStream } from '../source.ts'
import { familyOf, generationsBeside } from './generation-names.ts'
import { fileKey, inodeKey } from './identity.ts'
import { type Finding, Judge } from './judge.ts'
import type { Meter } from './meter.ts'
import { type OpenedFile, openFile } from './open-file.ts'
import { Originals } from './originals.ts'
import type { PastFile } from './past-file.ts'
import type { PastFiles } from './past-files.ts'
import type { FoundFile } from './paths.ts'
import { Refusals } from './refusals.ts'
import { Tail } from './tail.ts'
import type { Unseen } from './unseen.ts'
import type { Window } from './window.ts'

export interface TailsOptions {
  readonly source: string
  readonly open: OpenStream
  readonly fieldsOf: (path: string) => Readonly<Record<string, string>>
  readonly window: Window
  readonly meter: Meter
  readonly rotateWaitMs: number
  readonly maxOpenFiles: number
  /** What is skipped otherwise is read, and counts nothing. */
  readonly primes: boolean
  /** What is known of files that are not open. */
  readonly past: PastFiles
  readonly unseen: Unseen
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
  readonly #refusals = new Refusals()
  readonly #judge: Judge
  /** Files that were changed beneath their copies, to be looked at before these are. */
  readonly #unclear: Tail[] = []

  constructor(options: TailsOptions) {
    this.#options = options
    this.#judge = new Judge(options.past, options.unseen, options.meter)
  }

  /** All open files. */
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
    const pathOf = new Map<Tail, string>()
    const paths = new Set<string>()
    const unknown = new Map<string, FoundFile>()
    const stirred: Tail[] = []
    for (const file of files) {
      const inode = inodeKey(file.stat)
      const tail = this.#byInode.get(inode)
      paths.add(file.path)
      if (tail === undefined) {
        if (!unknown.has(inode)) unknown.set(inode, file)
        continue
      }
      if (!pathOf.has(tail) || file.path === tail.origin.file) pathOf.set(tail, file.path)
      if (tail.differs(file.stat)) stirred.push(tail)
    }
    this.#refusals.keep(paths)
    this.#judge.keepCopies(unknown)
    const moved = this.#follow(pathOf, paths, nowMs)
    for (const file of this.#generationsOf(moved, unknown)) unknown.set(inodeKey(file.stat), file)
    const fresh = this.#openUnknown([...unknown.values()], skipsHistory, nowMs)
    this.#order(moved, fresh)
    this.#indexPaths()
    return [...stirred, ...fresh, ...this.#unclear.splice(0)]
  }

  /** What is known of files that begin so. */
  like(lead: Buffer): PastFile[] {
    return [...this.all].filter(({ head }) => head.subarray(0, lead.length).equals(lead)).map((tail) => tail.past('open'))
  }

  /** What it held is gone. */
  noteTruncated({ before }: Tail): void {
    if (before === undefined) return
    this.#options.past.keep(before)
    this.#options.unseen.note(before)
  }

  /** Opens those of these files, which the patterns do not name, that hold the rest of a ghost or were never seen. Answers their tails. */
  openRests(files: readonly FoundFile[], nowMs: number): Tail[] {
    const { unseen } = this.#options
    const unknown = files.filter((file) => !this.#byInode.has(inodeKey(file.stat)) && !this.#judge.isCopy(file))
    const originals = new Originals(unknown.length > 0 ? this.all : [])
    const find: Find = (path, opened) => {
      const isUnseen = unseen.has(path, opened.stat)
      return isUnseen ? this.#judge.judge(path, opened, originals) : this.#judge.rest(path, opened)
    }
    const fresh = unknown.sort(compareBirths).flatMap(({ path }) => this.#open(path, find, false, nowMs))
    const unclear = this.#unclear.splice(0)
    if (unclear.length === 0) unseen.clear()
    this.#indexPaths()
    return [...fresh, ...unclear]
  }

  /** Lets go of lost files that are read and quiet. Answers them. */
  closeFinished(nowMs: number): Tail[] {
    const finished = [...this.all].filter((tail) => (tail.isLost || tail.isRotated) && this.#isFinished(tail, nowMs))
    for (const tail of finished) this.#endLastLine(tail)
    const lost = finished.filter((tail) => tail.isLost)
    for (const tail of lost) this.#letGo(tail)
    if (lost.length > 0) this.#indexPaths()
    return lost
  }

  showStates(): void {
    let rotated = 0
    for (const tail of this.all) if (tail.isRotated || tail.isLost) rotated++
    this.#options.meter.states(this.count - rotated, rotated, this.#refusals.count, this.#judge.copyCount)
  }

  closeAll(): void {
    for (const tail of this.all) tail.close()
  }

  /** Nobody will open those without a name again: what stands there is all there will be. */
  endUnlinked(): void {
    for (const tail of this.all) if (tail.isUnlinked && tail.error === undefined) this.#endLastLine(tail)
  }

  /** Gives known files their present paths, and marks those that have none. Answers those that left their path. */
  #follow(pathOf: ReadonlyMap<Tail, string>, paths: ReadonlySet<string>, nowMs: number): Map<string, Tail> {
    const moved = new Map<string, Tail>()
    for (const tail of this.all) {
      const path = pathOf.get(tail)
      const before = tail.origin.file
      if (path === before) tail.isLost = false
      else {
        tail.hasSuccessor ||= paths.has(before)
        if (path !== undefined || !tail.isLost) {
          tail.aimAtEnd()
          tail.formerPath = before
          moved.set(familyOf(before), tail)
        }
        if (path === undefined) this.#lose(tail, nowMs)
        else this.#rename(tail, path)
      }
    }
    return moved
  }

  #lose(tail: Tail, nowMs: number): void {
    if (tail.isLost) return
    tail.isLost = true
    tail.quietSinceMs = nowMs
    tail.isRotated ||= !tail.isUnlinked
    this.#options.meter.count(tail.isUnlinked ? 'vanished' : 'rotated')
  }

  #rename(tail: Tail, path: string): void {
    tail.isLost = false
    tail.isRotated = true
    tail.origin.file = path
    tail.origin.fields = this.#options.fieldsOf(path)
    tail.noteRename()
    this.#options.meter.count('rotated')
  }

  /** What is known goes on first: it tells what is a copy. A copy is younger than its original. */
  #openUnknown(unknown: readonly FoundFile[], skipsHistory: boolean, nowMs: number): Tail[] {
    const oldestFirst = [...unknown].sort(compareBirths)
    const isKnown = ({ stat }: FoundFile) => this.#options.past.of(stat) !== undefined
    const known = oldestFirst.filter(isKnown).flatMap(({ path }) => {
      return this.#open(path, (...file) => this.#judge.rest(...file) ?? { kind: 'new' }, skipsHistory, nowMs)
    })
    const others = oldestFirst.filter((file) => !this.#byInode.has(inodeKey(file.stat)) && !this.#judge.isCopy(file))
    const originals = new Originals(others.length > 0 ? this.all : [])
    const fresh = others.flatMap(({ path }) => {
      const opened = this.#open(path, (...file) => this.#judge.judge(...file, originals), skipsHistory, nowMs)
      for (const tail of opened) originals.add(tail)
      return opened
    })
    return [...known, ...fresh].sort(compareAge)
  }

  /** One tail or none. */
  #open(path: string, find: Find, skipsHistory: boolean, nowMs: number): Tail[] {
    const { meter, maxOpenFiles } = this.#options
    if (!this.#refusals.mayTry(path, nowMs)) return []
    const startsAtEnd = skipsHistory || this.#refusals.startsAtEnd(path)
    try {
      if (this.count >= maxOpenFiles) throw new Error(`more than ${maxOpenFiles} files are open`)
      const opened = openFile(path)
      if (opened === undefined) return []
      this.#refusals.remove(path)
      const tail = this.#takeOpened(path, opened, find, startsAtEnd, nowMs)
      if (tail !== undefined) return [tail]
      closeSync(opened.fd)
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return []
      if (syscall === undefined && this.count < maxOpenFiles) throw error
      this.#refusals.add(path, startsAtEnd, nowMs)
      meter.warn(`cannot read a file: ${code ?? (error as Error).message}`, path)
    }
    return []
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
    const { source, open, fieldsOf, window, meter, primes } = this.#options
    const sizeBytes = Number(stat.size)
    const primedBytes = past === undefined ? (startsAtEnd && primes ? sizeBytes : 0) : (past.primedBytes ?? 0)
    const origin = { source, log: fileKey(stat), file: path, stream: '', fields: fieldsOf(path), primedBytes }
    const startOffset = Math.min(sizeBytes, past?.checkpoint ?? (startsAtEnd && !primes ? sizeBytes : 0))
    const content = past === undefined ? {} : { sinceMs: past.sinceMs }
    const historyBytes = past?.historyBytes ?? (this.opensHistory ? sizeBytes : 0)
    const tail = new Tail({ fd, stat, nowMs, startOffset, historyBytes, ...content, origin, sink: open(origin), window })
    if (past !== undefined) this.#options.past.drop(past)
    // Of what was never read it cannot be told whether it is still the same.
    if (past?.state === 'open' && past.checkpoint === 0) this.#options.unseen.note(past)
    this.#byInode.set(tail.inode, tail)
    meter.count('found')
    return tail
  }

  /**
   * Generations of logs that left their names, under names that the patterns do not have: of a log that was open when the process ended
   * the file itself, and whatever was begun after it and rotated since.
   */
  #generationsOf(moved: ReadonlyMap<string, Tail>, unknown: ReadonlyMap<string, FoundFile>): FoundFile[] {
    const found: FoundFile[] = []
    for (const tail of moved.values()) found.push(...this.#begunAfter(tail.birthtimeNs, tail.formerPath, unknown))
    for (const past of this.#options.past.missing()) {
      const isThere = [...unknown.values()].some(({ stat }) => this.#options.past.of(stat) === past)
      if (!isThere) found.push(...this.#findAgain(past, unknown))
    }
    return found
  }

  #findAgain(past: PastFile, unknown: ReadonlyMap<string, FoundFile>): FoundFile[] {
    const beside = generationsBeside(past.path)
    const itself = beside.find(({ stat }) => this.#options.past.of(stat) === past)
    if (itself === undefined) {
      this.#options.past.drop(past)
      this.#options.past.keep({ ...past, state: 'ghost' })
      this.#options.unseen.note(past)
      return []
    }
    return [itself, ...this.#begunAfter(itself.stat.birthtimeNs, past.path, unknown)]
  }

  /** Where the file system knows no births, nothing can be told. */
  #begunAfter(birthtimeNs: bigint, path: string, unknown: ReadonlyMap<string, FoundFile>): FoundFile[] {
    if (birthtimeNs === 0n) return []
    return generationsBeside(path).filter(
      (file) =>
        file.stat.birthtimeNs > birthtimeNs &&
        !file.path.endsWith('.gz') &&
        !this.#byInode.has(inodeKey(file.stat)) &&
        !unknown.has(inodeKey(file.stat)),
    )
  }

  /** Generations of one log are read one after the other: the one that left its name first, then the new ones by age. */
  #order(moved: Map<string, Tail>, fresh: readonly Tail[]): void {
    for (const tail of fresh) {
      const family = familyOf(tail.origin.file)
      tail.waitsFor = moved.get(family)
      moved.set(family, tail)
    }
  }

  #isFinished(tail: Tail, nowMs: number): boolean {
    if (tail.isUnread && tail.error === undefined) return false
    const { rotateWaitMs } = this.#options
    const isFinal = tail.isUnlinked || tail.hasSuccessor
    return nowMs - tail.quietSinceMs >= rotateWaitMs * (isFinal ? 1 : PATIENCE_WITHOUT_SUCCESSOR)
  }

  /** Nobody can finish it any more, or had the time to: it is taken as it is. */
  #endLastLine(tail: Tail): void {
    const isFinal = tail.isUnlinked || tail.hasSuccessor
    if (isFinal && tail.lagBytes > 0 && !tail.isContinued) tail.end()
  }

  #letGo(tail: Tail): void {
    if (!tail.isUnlinked) this.#options.past.keep(tail.past('closed'))
    tail.close()
    this.#byInode.delete(tail.inode)
  }

  #indexPaths(): void {
    this.#byPath.clear()
    for (const tail of this.all) if (!tail.isLost) this.#byPath.set(resolve(tail.origin.file), tail)
  }
}

function compareAge(a: Tail, b: Tail): number {
  return compareTimes(a.mtimeNs, b.mtimeNs) || compareTimes(a.birthtimeNs, b.birthtimeNs)
}

function compareBirths(a: FoundFile, b: FoundFile): number {
  return compareTimes(a.stat.birthtimeNs, b.stat.birthtimeNs)
}

function compareTimes(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1
}
