/**
 * Files of a source that are not open, but of which something is known: those that were open when the process ended, those that were let
 * go, and ghosts, whose bytes are gone from where they were. Bounded; what was touched longest ago goes first.
 */
import type { BigIntStats } from 'node:fs'
import type { Position, RecordedPosition, Resumption } from '../source.ts'
import { hashOf, LEAD_BYTES } from './fingerprint.ts'
import { fileKey, lastingKey } from './identity.ts'
import { appliedBytes, type PastFile, pastFileOf, positionOf, wasTruncated } from './past-file.ts'

const MAX_FILES = 10_000
/** A log that is truncated again and again, and copied to where nobody looks, leaves them behind. */
const MAX_TRUNCATED = 50
/** Of many ghosts that a file may be for all that its first bytes tell, no more are compared with it. */
const MAX_LIKELY = 64

/** A copy of a ghost that is being read. */
interface Reading {
  readonly checkpoint: number
  readonly resumption: Resumption | undefined
}

export class PastFiles {
  readonly #byId = new Map<string, PastFile>()
  /** Whole files. */
  readonly #byInode = new Map<string, PastFile>()
  readonly #ghosts = new Set<PastFile>()
  readonly #byLead = new Map<string, Set<PastFile>>()
  readonly #readings = new Map<PastFile, Reading>()
  #ghostsKept = 0

  restore(positions: readonly RecordedPosition[]): void {
    for (const position of positions) this.keep(pastFileOf(position))
  }

  positions(): Position[] {
    return [...this.#byId.values()].map((file) => positionOf(this.#asRead(file)))
  }

  /** Of which nothing was read it keeps no ghost: there is nothing to go on from. */
  keep(file: PastFile): void {
    if (file.state === 'ghost' && appliedBytes(file) === 0) return
    const before = this.#byId.get(file.id)
    if (before !== undefined) this.drop(before)
    this.#byId.set(file.id, file)
    if (!wasTruncated(file)) this.#byInode.set(lastingKey(file.key), file)
    const alike = this.#byLead.get(file.leadHash)
    if (alike === undefined) this.#byLead.set(file.leadHash, new Set([file]))
    else alike.add(file)
    if (file.state === 'ghost') this.#addGhost(file)
    if (this.#byId.size > MAX_FILES) this.drop(this.#byId.values().next().value as PastFile)
  }

  drop(file: PastFile): void {
    this.#byId.delete(file.id)
    this.#readings.delete(file)
    const inode = lastingKey(file.key)
    if (this.#byInode.get(inode) === file) this.#byInode.delete(inode)
    this.#ghosts.delete(file)
    const alike = this.#byLead.get(file.leadHash)
    alike?.delete(file)
    if (alike?.size === 0) this.#byLead.delete(file.leadHash)
  }

  has(file: PastFile): boolean {
    return this.#byId.get(file.id) === file
  }

  /** What is known of the file, if it was not truncated since. */
  of(stat: BigIntStats): PastFile | undefined {
    return this.#byInode.get(lastingKey(fileKey(stat)))
  }

  /** Those that were open when the process ended, and have not been found again. */
  missing(): PastFile[] {
    return [...this.#byId.values()].filter((file) => file.state === 'open')
  }

  get ghosts(): ReadonlySet<PastFile> {
    return this.#ghosts
  }

  /** Another number each time a ghost came. */
  get ghostsKept(): number {
    return this.#ghostsKept
  }

  /** Its copy is read now: its checkpoint is that of `reading` as soon as that has passed it. */
  beginReading(ghost: PastFile, reading: Reading): void {
    this.#readings.set(ghost, reading)
  }

  isBeingRead(ghost: PastFile): boolean {
    return this.#readings.has(ghost)
  }

  /** The copy gave no more. Another may, and is read from there. */
  endReading(ghost: PastFile): void {
    const read = this.#asRead(ghost)
    this.#readings.delete(ghost)
    if (read === ghost) return
    this.drop(ghost)
    this.keep(read)
  }

  /** Ghosts that a file may hold, by its first `LEAD_BYTES`, or fewer if it is shorter. Newest first. */
  ghostsLike(lead: Uint8Array): PastFile[] {
    const isShort = (ghost: PastFile) => ghost.headBytes < LEAD_BYTES || (ghost.head !== undefined && lead.length < LEAD_BYTES)
    const short = [...this.#ghosts].filter(isShort).reverse().slice(0, MAX_LIKELY)
    return [...this.like(lead).filter(({ state }) => state === 'ghost'), ...short]
  }

  /** All that begin so. Newest first. */
  like(lead: Uint8Array): PastFile[] {
    const alike = lead.length < LEAD_BYTES ? undefined : this.#byLead.get(hashOf(lead))
    return [...(alike ?? [])].reverse().slice(0, MAX_LIKELY)
  }

  #asRead(file: PastFile): PastFile {
    const reading = this.#readings.get(file)
    if (reading === undefined || appliedBytes(reading) <= appliedBytes(file)) return file
    const { checkpoint, resumption } = reading
    return { ...file, checkpoint, resumption }
  }

  #addGhost(file: PastFile): void {
    this.#ghosts.add(file)
    this.#ghostsKept++
    if (!wasTruncated(file)) return
    const truncated = [...this.#ghosts].filter(wasTruncated)
    if (truncated.length > MAX_TRUNCATED) this.drop(truncated[0]!)
  }
}
