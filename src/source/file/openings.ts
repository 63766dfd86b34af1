/**
 * Opens files that a scan has found. What cannot be opened now is tried again: when a descriptor is free, or some time after a refusal. A
 * file that has another name by now is found again by the next scan; those of its log that were begun after it wait for that.
 */
import { type BigIntStats, closeSync } from 'node:fs'
import type { Descriptors } from './descriptors.ts'
import type { FoundFile } from './folder.ts'
import { familyOf, ofLogBeside } from './generation-names.ts'
import { fileKey } from './identity.ts'
import type { Meter } from './meter.ts'
import type { OpenedFile } from './open-file.ts'
import { Refusals } from './refusals.ts'
import type { Tail } from './tail.ts'

/** A name may lead to another file at each look: then whatever is there is taken, until nothing has moved for a while. */
const MOST_HELD_SCANS = 5
const SCANS_TO_CALM = 10

export class Openings {
  readonly #descriptors: Descriptors
  readonly #meter: Meter
  readonly #maxFiles: number
  readonly #refusals = new Refusals()
  /** Paths that wait for a descriptor, as of the last scan. */
  readonly #waiting = new Set<string>()
  /** Logs of which a file was not where this scan had found it. */
  readonly #moved = new Set<string>()
  /** What stands beside files that were gone, by log. */
  readonly #beside = new Map<string, ReadonlySet<string>>()
  /** Scans in which files had moved, with few between in which none had; and how many since the last of them. */
  #movedScans = 0
  #calmScans = SCANS_TO_CALM

  constructor(descriptors: Descriptors, meter: Meter, maxFiles: number) {
    this.#descriptors = descriptors
    this.#meter = meter
    this.#maxFiles = maxFiles
  }

  get refusedCount(): number {
    return this.#refusals.count
  }

  get waitingCount(): number {
    return this.#waiting.size
  }

  /** Another scan is to come soon. */
  get isHeld(): boolean {
    return this.#moved.size > 0
  }

  /** Forgets what is not there any more. Answers whether files had moved since the scan before. */
  beginScan(paths: { has(path: string): boolean }): boolean {
    const wasHeld = this.isHeld
    if (this.#calmScans === 0) this.#movedScans++
    if (++this.#calmScans > SCANS_TO_CALM) this.#movedScans = 0
    this.#moved.clear()
    this.#beside.clear()
    this.#refusals.keep(paths)
    for (const path of this.#waiting) if (!paths.has(path)) this.#waiting.delete(path)
    return wasHeld
  }

  /**
   * Older ones first. `take` answers nothing for a file that is not to be followed: it is closed then. `later`: it cannot be read now, or has
   * another name, or waits for one that has.
   */
  open(
    { path, stat }: FoundFile,
    nowMs: number,
    followed: number,
    take: (opened: OpenedFile) => Tail | undefined,
  ): Tail | 'later' | undefined {
    if (!this.#refusals.mayTry(path, nowMs)) return 'later'
    const family = familyOf(path)
    if (this.#moved.has(family)) return 'later'
    try {
      if (followed >= this.#maxFiles) throw new Error(`more than ${this.#maxFiles} files are followed`)
      const opened = this.#descriptors.open(path)
      if (opened === 'full') return this.#wait(path)
      this.#waiting.delete(path)
      if (opened === undefined) return undefined
      this.#refusals.remove(path)
      const isHeld = fileKey(opened.stat) !== fileKey(stat) && this.#hold(family)
      const tail = isHeld ? undefined : take(opened)
      if (tail === undefined) closeSync(opened.fd)
      return isHeld ? 'later' : tail
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException
      // Nobody waits for what was deleted: whoever is held back for nothing may be gone, too, before the next scan.
      if (code === 'ENOENT') return this.#isBeside(path, stat) && this.#hold(family) ? 'later' : undefined
      if (syscall === undefined && followed < this.#maxFiles) throw error
      this.#refusals.add(path, nowMs)
      this.#meter.refused(code ?? (error as Error).message, path)
      return 'later'
    }
  }

  /** Under another name of its log. Where many are gone the folder is looked into once. */
  #isBeside(path: string, stat: BigIntStats): boolean {
    const family = familyOf(path)
    const known = this.#beside.get(family) ?? new Set(ofLogBeside(path).map((file) => fileKey(file.stat)))
    this.#beside.set(family, known)
    return known.has(fileKey(stat))
  }

  #hold(family: string): boolean {
    this.#calmScans = 0
    if (this.#movedScans >= MOST_HELD_SCANS) return false
    this.#moved.add(family)
    return true
  }

  /** The next scan finds it again. */
  #wait(path: string): 'later' {
    this.#waiting.add(path)
    this.#meter.warn('all file descriptors are held by deleted logs, which are read first; others wait, this one first:', path)
    return 'later'
  }
}
