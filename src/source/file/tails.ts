/**
 * The set of files that the patterns name ↔ the set of open files. One tail per file however many names lead to it; a renamed
 * file keeps its tail; an unknown one is opened, oldest first; a lost one is let go when it has been quiet for long.
 */
import { type BigIntStats, closeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { OpenStream } from '../source.ts'
import { likenessOf } from './fingerprint.ts'
import { familyOf, generationsBeside } from './generation-names.ts'
import { fileKey, inodeKey } from './identity.ts'
import type { Meter } from './meter.ts'
import { openFile } from './open-file.ts'
import type { PastFile } from './past-file.ts'
import type { PastFiles } from './past-files.ts'
import type { FoundFile } from './paths.ts'
import { Refusals } from './refusals.ts'
import { Tail } from './tail.ts'
import type { Window } from './window.ts'

export interface TailsOptions {
  readonly source: string
  readonly open: OpenStream
  readonly fieldsOf: (path: string) => Readonly<Record<string, string>>
  readonly window: Window
  readonly meter: Meter
  readonly rotateWaitMs: number
  readonly maxOpenFiles: number
  /** What is known of files that are not open. */
  readonly past: PastFiles
}

/** A file that was moved away and got no successor may still be written to: it is kept this much longer. */
const PATIENCE_WITHOUT_SUCCESSOR = 10

export class Tails {
  readonly #options: TailsOptions
  readonly #byInode = new Map<string, Tail>()
  readonly #byPath = new Map<string, Tail>()
  readonly #refusals = new Refusals()

  constructor(options: TailsOptions) {
    this.#options = options
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
    const moved = this.#follow(pathOf, paths, nowMs)
    for (const file of this.#generationsOf(moved, unknown)) unknown.set(inodeKey(file.stat), file)
    const fresh = this.#openUnknown(unknown, skipsHistory, nowMs)
    this.#order(moved, fresh)
    this.#indexPaths()
    return [...stirred, ...fresh]
  }

  /** Lets go of lost files that are read and quiet. Answers them. */
  closeFinished(nowMs: number): Tail[] {
    const finished = [...this.all].filter((tail) => tail.isLost && this.#isFinished(tail, nowMs))
    for (const tail of finished) this.#letGo(tail)
    if (finished.length > 0) this.#indexPaths()
    return finished
  }

  showStates(): void {
    let rotated = 0
    for (const tail of this.all) if (tail.isRotated || tail.isLost) rotated++
    this.#options.meter.states(this.count - rotated, rotated, this.#refusals.count)
  }

  closeAll(): void {
    for (const tail of this.all) tail.close()
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

  #openUnknown(unknown: ReadonlyMap<string, FoundFile>, skipsHistory: boolean, nowMs: number): Tail[] {
    const oldestFirst = [...unknown.values()].sort((a, b) => compareAge(a.stat, b.stat))
    const fresh: Tail[] = []
    for (const { path } of oldestFirst) {
      if (!this.#refusals.mayTry(path, nowMs)) continue
      const tail = this.#open(path, skipsHistory || this.#refusals.startsAtEnd(path), nowMs)
      if (tail !== undefined) fresh.push(tail)
    }
    return fresh
  }

  #open(path: string, startsAtEnd: boolean, nowMs: number): Tail | undefined {
    const { meter, maxOpenFiles } = this.#options
    try {
      if (this.count >= maxOpenFiles) throw new Error(`more than ${maxOpenFiles} files are open`)
      const opened = openFile(path)
      if (opened === undefined) return undefined
      this.#refusals.remove(path)
      if (this.#byInode.has(inodeKey(opened.stat))) return discard(opened.fd)
      return this.#begin(path, opened.fd, opened.stat, startsAtEnd, nowMs)
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return undefined
      if (syscall === undefined && this.count < maxOpenFiles) throw error
      this.#refusals.add(path, startsAtEnd, nowMs)
      meter.warn(`cannot read a file: ${code ?? (error as Error).message}`, path)
      return undefined
    }
  }

  #begin(path: string, fd: number, stat: BigIntStats, startsAtEnd: boolean, nowMs: number): Tail {
    const { source, open, fieldsOf, window, meter } = this.#options
    const key = fileKey(stat)
    const origin = { source, log: key, file: path, stream: '', fields: fieldsOf(path) }
    const past = this.#goesOnFrom(fd, stat)
    const startOffset = past?.checkpoint ?? (startsAtEnd ? Number(stat.size) : 0)
    const history = past === undefined ? {} : { historyBytes: past.historyBytes }
    const tail = new Tail({ fd, stat, nowMs, startOffset, ...history, origin, sink: open(origin), window })
    if (past !== undefined) this.#options.past.drop(past)
    this.#byInode.set(tail.inode, tail)
    meter.count('found')
    return tail
  }

  /** What is known of the file, if what was read of it still stands in it. Otherwise it was written anew, and is read from its start. */
  #goesOnFrom(fd: number, stat: BigIntStats): PastFile | undefined {
    const { past, window, meter } = this.#options
    const known = past.of(stat)
    if (known === undefined) return undefined
    const read = (offset: number, length: number): Buffer => window.buffer.subarray(0, window.read(fd, offset, length))
    if (Number(stat.size) >= known.checkpoint && likenessOf(known, Number(stat.size), read) === 'same') return known
    past.drop(known)
    past.keep({ ...known, id: `${known.key} until ${known.checkpoint}`, state: 'ghost' })
    meter.count('truncated')
    return undefined
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

  #letGo(tail: Tail): void {
    // Nobody can finish its last line any more; a file that still has a name may come back with it finished.
    if (tail.isUnlinked) tail.end()
    else this.#options.past.keep(tail.past('closed'))
    tail.close()
    this.#byInode.delete(tail.inode)
  }

  #indexPaths(): void {
    this.#byPath.clear()
    for (const tail of this.all) if (!tail.isLost) this.#byPath.set(resolve(tail.origin.file), tail)
  }
}

/** Between scan and opening the name moved to a file that is open already: the next scan sees it there. */
function discard(fd: number): undefined {
  closeSync(fd)
}

function compareAge(a: BigIntStats, b: BigIntStats): number {
  if (a.mtimeNs !== b.mtimeNs) return a.mtimeNs < b.mtimeNs ? -1 : 1
  if (a.birthtimeNs === b.birthtimeNs) return 0
  return a.birthtimeNs < b.birthtimeNs ? -1 : 1
}
