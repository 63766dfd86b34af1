/**
 * What a file is that is not followed yet: one that is known and goes on, a copy, or a new one. A copy of a file that is followed is not
 * read while that one keeps its bytes; one whose original lost them (`copytruncate`, a move to another file system) holds what was not
 * read of it, and is read on from where the original was left.
 */
import type { BigIntStats } from 'node:fs'
import { HEAD_BYTES, LEAD_BYTES, type Likeness, likenessOf, MARK_BYTES } from './fingerprint.ts'
import type { FoundFile } from './folder.ts'
import { isGenerationOf, isOfLogOf } from './generation-names.ts'
import { birthOf, fileKey, millisecondsOf } from './identity.ts'
import type { Meter } from './meter.ts'
import { bytesOf, type OpenedFile } from './open-file.ts'
import type { Originals } from './originals.ts'
import { appliedBytes, type PastFile, truncatedFrom } from './past-file.ts'
import type { PastFiles } from './past-files.ts'
import type { Tail } from './tail.ts'
import type { Unseen } from './unseen.ts'

export type Finding =
  | { readonly kind: 'new' }
  /** What was read of `of` stands in it: it is read on from there. The unfinished line of `endOf` is in it too. */
  | { readonly kind: 'rest'; readonly of: PastFile; readonly endOf?: Tail }
  /** All of it stands in `of`, which is followed. */
  | { readonly kind: 'copy'; readonly of: Tail }
  /** `of` was changed and that is to be looked at first. */
  | { readonly kind: 'unclear'; readonly of: Tail }
  /** What stands in it is just being read elsewhere. */
  | { readonly kind: 'later' }
  /** Named as a generation, and nothing is in it yet: a copy may be about to be made. */
  | { readonly kind: 'blank' }

const NEW: Finding = { kind: 'new' }
const LATER: Finding = { kind: 'later' }

/** A copy as it was when it was found to be one. */
interface Copy {
  readonly of: Tail
  readonly restarts: number
  readonly stat: BigIntStats
}

export interface JudgeOptions {
  readonly past: PastFiles
  readonly unseen: Unseen
  readonly meter: Meter
  /** Whether there may be copies; if not, a file is what its inode and its birth say, however like another it is. */
  readonly hasCopies: boolean
  /** Opens it, if it is closed for want of descriptors. */
  readonly isReady: (original: Tail) => boolean
}

export class Judge {
  readonly #past: PastFiles
  readonly #unseen: Unseen
  readonly #meter: Meter
  readonly #hasCopies: boolean
  readonly #isReady: (original: Tail) => boolean
  /** By key: an inode's number is given away at once. */
  readonly #copies = new Map<string, Copy>()

  constructor({ past, unseen, meter, hasCopies, isReady }: JudgeOptions) {
    this.#past = past
    this.#unseen = unseen
    this.#meter = meter
    this.#hasCopies = hasCopies
    this.#isReady = isReady
  }

  get copyCount(): number {
    return this.#copies.size
  }

  /** Whether the file was found to be a copy, and nothing has changed since. */
  isCopy({ stat }: FoundFile): boolean {
    const copy = this.#copies.get(fileKey(stat))
    if (copy === undefined || !copy.of.isFollowed || isGone(copy.of) || copy.of.restarts !== copy.restarts) return false
    return copy.stat.size === stat.size && copy.stat.mtimeNs === stat.mtimeNs
  }

  /** Forgets copies that are not there any more. */
  keepCopies(files: ReadonlyMap<string, FoundFile>): void {
    if (this.#copies.size === 0) return
    const keys = new Set([...files.values()].map(({ stat }) => fileKey(stat)))
    for (const key of this.#copies.keys()) if (!keys.has(key)) this.#copies.delete(key)
  }

  /** Throws the system's errors. */
  judge(path: string, opened: OpenedFile, among: Originals): Finding {
    if (!this.#hasCopies) return this.rest(path, opened) ?? NEW
    const key = fileKey(opened.stat)
    const copy = this.#copies.get(key)
    const originals = among.of(path, opened)
    const changed = originals.find((original) => !this.#isReady(original) || (!isGone(original) && !original.isIntact()))
    if (changed !== undefined) return { kind: 'unclear', of: changed }
    this.#copies.delete(key)
    const rest = (copy === undefined ? undefined : restOf(copy, opened)) ?? this.rest(path, opened)
    if (rest !== undefined) return rest
    if (opened.stat.size === 0n && among.names(path)) return { kind: 'blank' }
    const finding = originals.map((original) => this.#compare(original, path, opened)).find((found) => found !== NEW) ?? NEW
    if (finding.kind === 'copy') this.#copies.set(key, { of: finding.of, restarts: finding.of.restarts, stat: opened.stat })
    return finding
  }

  #compare(original: Tail, path: string, opened: OpenedFile): Finding {
    return this.#isReady(original) ? compare(original, path, opened) : { kind: 'unclear', of: original }
  }

  /** Whether something is known of the file itself, or it holds what is known of a ghost. Throws the system's errors. */
  rest(path: string, opened: OpenedFile): Finding | undefined {
    const known = this.#past.of(opened.stat)
    if (known?.state === 'unread') return this.#unread(known, opened)
    const ghost = known === undefined && this.#hasCopies ? this.#ghostIn(path, opened) : undefined
    const of = known === undefined ? ghost : this.#unlessRewritten(known, opened)
    if (of === undefined) return undefined
    return this.#past.isBeingRead(of) ? LATER : { kind: 'rest', of }
  }

  /** What was there at the first scan is history still, unless it is gone. */
  #unread(known: PastFile, { stat }: OpenedFile): Finding {
    if (Number(stat.size) >= known.historyBytes) return { kind: 'rest', of: known }
    this.#past.drop(known)
    return NEW
  }

  #unlessRewritten(known: PastFile, opened: OpenedFile): PastFile | undefined {
    if (Number(opened.stat.size) >= appliedBytes(known) && likenessIn(opened, known) === 'same') return known
    this.#past.drop(known)
    this.#past.keep(truncatedFrom(known))
    this.#unseen.note(known)
    this.#meter.count('truncated')
    return undefined
  }

  /** As far as names and content tell; of several the one that was read furthest. */
  #ghostIn(path: string, opened: OpenedFile): PastFile | undefined {
    let found: PastFile | undefined
    for (const ghost of this.#past.ghostsLike(Buffer.from(bytesOf(opened.fd, 0, LEAD_BYTES)))) {
      const isFurther = found === undefined || appliedBytes(ghost) > appliedBytes(found)
      if (isFurther && stands(ghost, path, opened)) found = ghost
    }
    return found
  }
}

/** What was known of the original when it lost its bytes, or was deleted or let go: the copy was compared with it while it had them, and grew since if anything. */
function restOf({ of, restarts, stat }: Copy, opened: OpenedFile): Finding | undefined {
  if (opened.stat.size < stat.size) return undefined
  const isThere = of.isFollowed && !isGone(of)
  const last = of.restarts !== restarts ? of.before : isThere ? undefined : of.past('ghost')
  if (last === undefined || likenessIn(opened, last) === 'other' || !beginsLike(last, opened)) return undefined
  const hasEnd = of.isFollowed && of.restarts === restarts && Number(opened.stat.size) >= appliedBytes(last)
  return { kind: 'rest', of: last, ...(hasEnd ? { endOf: of } : {}) }
}

/**
 * Content is no proof: logs may begin alike, and a wrong guess loses lines. So a file that is not named as a generation of the ghost's log
 * must have much in common with it.
 */
function stands(ghost: PastFile, path: string, opened: OpenedFile): boolean {
  const { stat } = opened
  const sizeBytes = Number(stat.size)
  if (sizeBytes === 0 || isOlder(stat.birthtimeNs, birthOf(ghost.key))) return false
  const { path: last, formerPath = last, writtenMs = Number.POSITIVE_INFINITY } = ghost
  const isGeneration = isOfLogOf(path, last) || isOfLogOf(path, formerPath)
  const likeness = likenessIn(opened, ghost)
  if (likeness === 'same') return isGeneration || ghost.headBytes >= HEAD_BYTES
  // A copy that was begun when all that was read had been written holds all of that: one that is shorter is a log of its own.
  if (likeness === 'other' || !isGeneration || millisecondsOf(stat.birthtimeNs) > writtenMs) return false
  return ghost.head === undefined ? sizeBytes >= Math.min(LEAD_BYTES, ghost.headBytes) : beginsLike(ghost, opened)
}

/** As far as the first bytes of the ghost are known, and the file goes. */
function beginsLike({ head, headBytes }: PastFile, { fd, stat }: OpenedFile): boolean {
  const bytes = Math.min(Number(stat.size), headBytes)
  return head === undefined || bytesOf(fd, 0, bytes).equals(head.subarray(0, bytes))
}

/** A copy is younger than its original, not longer, and the same in its first and last bytes. */
function compare(original: Tail, path: string, opened: OpenedFile): Finding {
  const { fd, stat } = opened
  if (isOlder(stat.birthtimeNs, original.birthtimeNs)) return NEW
  if (isGone(original)) {
    const last = original.past('ghost')
    if (appliedBytes(last) === 0 && !beginsAs(original, opened)) return NEW
    return stands(last, path, opened) ? { kind: 'rest', of: last, endOf: original } : NEW
  }
  const isGeneration = !original.isRotated && isGenerationOf(path, original.origin.file)
  if (!isGeneration && stat.size < HEAD_BYTES) return NEW
  if (isCopy(original, fd, Number(stat.size))) return { kind: 'copy', of: original }
  // It may have been truncated while it was compared.
  return original.isIntact() ? NEW : { kind: 'unclear', of: original }
}

/** Of an original of which nothing is counted, only what it holds can tell. */
function beginsAs(original: Tail, { fd, stat }: OpenedFile): boolean {
  const bytes = Math.min(HEAD_BYTES, original.lagBytes, Number(stat.size))
  return bytes > 0 && isSame(original, fd, 0, bytes)
}

function isGone(original: Tail): boolean {
  return original.isUnlinked && original.isRead()
}

/** One that is still being made may have no bytes yet. */
function isCopy(original: Tail, fd: number, sizeBytes: number): boolean {
  const headBytes = Math.min(HEAD_BYTES, sizeBytes)
  const endBytes = Math.min(MARK_BYTES, sizeBytes)
  return isSame(original, fd, 0, headBytes) && isSame(original, fd, sizeBytes - endBytes, endBytes)
}

function isSame(original: Tail, fd: number, offset: number, length: number): boolean {
  const bytes = bytesOf(fd, offset, length)
  return bytes.length === length && original.holds(bytes, offset)
}

function likenessIn({ fd, stat }: OpenedFile, past: PastFile): Likeness {
  return likenessOf(past, Number(stat.size), (offset, length) => bytesOf(fd, offset, length))
}

function isOlder(birthtimeNs: bigint, otherNs: bigint): boolean {
  return birthtimeNs !== 0n && birthtimeNs < otherNs
}
