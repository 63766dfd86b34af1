/** What a file is that is not known by its inode: a copy of a log, or what is left of one, or a log of its own. */
import { basename, dirname, join } from 'node:path'
import type { LogFile } from './disk.ts'
import { goesOn, type Stand } from './stands.ts'

/** Files that are shorter are copies only if they are named as generations. */
const TELLING_BYTES = 1024
/** Of less the record cannot tell. */
const LEAD_BYTES = 64

/** What was counted of bytes, wherever they stand now. */
export interface Ghost {
  at: number
  /** The first `at` bytes. */
  text: string
  path: string
  readonly birth: number
  /** When these bytes were begun: with the file, or when it was written anew. */
  since: number
  /** When what was read last was written. */
  written: number
  /** Where it was before it was rotated; empty if it was not. */
  formerPath: string
  /** Known from the record alone, which has hashes and no bytes. */
  isOfRecord: boolean
}

export interface View {
  readonly held: ReadonlySet<LogFile>
  readonly stands: ReadonlyMap<LogFile, Stand>
  readonly ghosts: ReadonlySet<Ghost>
  /** Those of the held ones that this scan has found. */
  readonly fresh: ReadonlySet<LogFile>
}

/** As it was when it was found to be one. */
export interface Copy {
  readonly of: LogFile
  readonly restarts: number
  readonly version: number
  readonly bytes: number
}

export type Finding =
  | { readonly kind: 'new' | 'unclear' | 'blank' }
  | { readonly kind: 'copy'; readonly of: LogFile }
  | { readonly kind: 'rest'; readonly of: Ghost; readonly endOf?: LogFile }

/** Nothing has changed since it was found to be one. */
export function stillCopy({ of, restarts, version }: Copy, file: LogFile, view: View): boolean {
  return view.held.has(of) && !isGone(of, view) && view.stands.get(of)!.restarts === restarts && file.version === version
}

export function whatIs(file: LogFile, path: string, copy: Copy | undefined, view: View): Finding {
  const originals = originalsOf(file, path, view)
  if (originals.some((one) => !isGone(one, view) && !goesOn(view.stands.get(one)!, one.text))) return { kind: 'unclear' }
  const rest = copy === undefined ? undefined : restOf(copy, file, view)
  if (rest !== undefined) return rest
  const ghost = ghostIn(file, path, view.ghosts)
  if (ghost !== undefined) return { kind: 'rest', of: ghost }
  if (file.text === '' && mayBecomeCopy(path, view)) return { kind: 'blank' }
  for (const original of originals) {
    const finding = compare(original, file, path, view)
    if (finding.kind !== 'new') return finding
  }
  return { kind: 'new' }
}

/** It has the name that a copy of a followed log would get, in whatever folder. */
function mayBecomeCopy(path: string, { held, stands }: View): boolean {
  const names = new Set(logOf(path).map((log) => basename(log)))
  return [...held].some((one) => names.has(basename(stands.get(one)!.path)))
}

/** The ghost that was counted furthest, of those that the file holds, or of whose beginning it is a copy. */
export function ghostIn(file: LogFile, path: string, ghosts: ReadonlySet<Ghost>): Ghost | undefined {
  const fitting = [...ghosts].filter((ghost) => holds(file, path, ghost))
  return fitting.sort((a, b) => b.at - a.at)[0]
}

/**
 * A file that was a copy of a log holds what was known of that when it lost its bytes, or was deleted or let go. What came since, as long as it
 * is shorter than what was read, is what was still to be copied then.
 */
function restOf({ of, restarts, bytes }: Copy, file: LogFile, view: View): Finding | undefined {
  const stand = view.stands.get(of)
  if (stand === undefined || file.text.length < bytes) return undefined
  const isThere = view.held.has(of) && !isGone(of, view)
  const last = stand.restarts !== restarts ? stand.before : isThere ? undefined : stand
  if (last === undefined) return undefined
  const isSame = file.text.length < last.at ? file.text === '' || beginsAlike(last.text, file.text) : goesOn(last, file.text)
  if (!isSame) return undefined
  const hasEnd = view.held.has(of) && last === stand && file.text.length >= stand.at
  return { kind: 'rest', of: last, ...(hasEnd ? { endOf: of } : {}) }
}

/** The logs of which the file may be a copy by its name, then those that begin as it does. */
function originalsOf(file: LogFile, path: string, { held, stands, fresh }: View): LogFile[] {
  const isNamesake = (one: LogFile) => {
    const { path: last, isRotated, formerPath } = stands.get(one)!
    return logOf(path).includes(last) || (isRotated && logOf(path).includes(formerPath))
  }
  const head = file.text.slice(0, TELLING_BYTES)
  // Files that one scan finds and that begin alike came together, and are logs of their own.
  const isAlike = (one: LogFile) => {
    if (head.length < TELLING_BYTES) return false
    const { seen } = stands.get(one)!
    return (seen.length >= TELLING_BYTES || fresh.has(one) ? seen : one.text).startsWith(head)
  }
  return [...[...held].filter(isNamesake), ...[...held].filter((one) => !isNamesake(one) && isAlike(one))]
}

function compare(original: LogFile, file: LogFile, path: string, view: View): Finding {
  const stand = view.stands.get(original)!
  if (file.birth < original.birth) return { kind: 'new' }
  const isAnother = stand.at === 0 && !beginsAlike(original.text, file.text)
  if (isGone(original, view))
    return !isAnother && holds(file, path, stand) ? { kind: 'rest', of: stand, endOf: original } : { kind: 'new' }
  const isNamed = !stand.isRotated && isGeneration(path, stand.path)
  if (!isNamed && file.text.length < TELLING_BYTES) return { kind: 'new' }
  return original.text.startsWith(file.text) ? { kind: 'copy', of: original } : { kind: 'new' }
}

function beginsAlike(one: string, other: string): boolean {
  const bytes = Math.min(one.length, other.length, TELLING_BYTES)
  return bytes > 0 && one.slice(0, bytes) === other.slice(0, bytes)
}

/** Deleted, and read to its end. */
function isGone(file: LogFile, { stands }: View): boolean {
  return file.names.size === 0 && file.version === stands.get(file)!.version
}

function holds({ text, birth }: LogFile, path: string, ghost: Ghost): boolean {
  if (text === '' || birth < ghost.birth) return false
  const isNamed = isOfLogOf(path, ghost.path) || (ghost.formerPath !== '' && isOfLogOf(path, ghost.formerPath))
  if (text.startsWith(ghost.text)) return isNamed || ghost.text.length >= TELLING_BYTES
  // What was copied after the last lines were written has them.
  return isNamed && birth <= ghost.written && beginsAs(ghost, text)
}

/** Of a shorter one no more than the first bytes can be compared, and of the few that the record has a hash of only all. */
function beginsAs({ text, isOfRecord }: Ghost, copy: string): boolean {
  const head = Math.min(TELLING_BYTES, text.length)
  if (copy.length >= text.length) return false
  if (copy.length >= head || !isOfRecord) return copy.slice(0, head) === text.slice(0, Math.min(head, copy.length))
  return copy.length >= LEAD_BYTES && copy.slice(0, LEAD_BYTES) === text.slice(0, LEAD_BYTES)
}

export function isGeneration(path: string, live: string): boolean {
  const name = basename(path).replace(/\.gz$/, '')
  return name.startsWith(basename(live)) && /^(?:[.-]\d+)+$/.test(name.slice(basename(live).length))
}

/** The path of the log of which this is a generation, if it is one by its name. */
export function logOf(path: string): string[] {
  const name = basename(path)
  const log = name.replace(/(?:[.-]\d+)+(?:\.gz)?$/, '')
  return log === name ? [] : [join(dirname(path), log)]
}

export function isOfLogOf(path: string, other: string): boolean {
  return [other, ...logOf(other)].some((log) => isGeneration(path, log))
}
