/** Files that are not open: what is known of each, as text for the durable record and back. */
import type { BigIntStats } from 'node:fs'
import type { Position, RecordedPosition, Resumption } from '../source.ts'
import { type Fingerprint, fingerprintOf } from './fingerprint.ts'
import { fileKey, millisecondsOf } from './identity.ts'

/**
 * `open`: it was read when the process ended. `closed`: let go; it may come back under its inode. `ghost`: its bytes were truncated away
 * or its file is gone, and a copy that holds what was not read of it may turn up. `unread`: it was there at the first scan and could not be
 * read; its history is skipped, or primed, when it can.
 */
export type PastState = 'open' | 'closed' | 'ghost' | 'unread'

export interface PastFile extends Fingerprint {
  /** Unlike that of any other log of the source; the key, but for bytes that were truncated away. */
  readonly id: string
  /** Device, inode and birth. */
  readonly key: string
  /** Where it was seen last. */
  readonly path: string
  /** Where it was before it was rotated. Missing: it has the name that it had. */
  readonly formerPath?: string
  /** Everything before it is in the numbers. */
  readonly checkpoint: number
  /** What is to be known besides it. */
  readonly resumption?: Resumption | undefined
  /** When it was begun, or truncated last; in milliseconds since the epoch. Copies of its present content are younger. */
  readonly sinceMs: number
  /** When the last bytes were written that were read: a copy that was begun later holds them. Missing: not known. */
  readonly writtenMs?: number
  /** What was there when it was first opened: not live. */
  readonly historyBytes: number
  /** Lines in the first so many bytes count nothing. Missing: 0. */
  readonly primedBytes?: number
  readonly state: PastState
  /** Its first bytes, as long as this process has them: the record does not. */
  readonly head?: Buffer
}

export function noteOf(file: PastFile): string {
  const { id: _, checkpoint: __, head: ___, ...rest } = file
  return JSON.stringify(rest)
}

/** Whether this is the place of a file that is no archive. */
export function isOfFile({ note }: RecordedPosition): boolean {
  return note.startsWith('{')
}

export function pastFileOf({ id, checkpoint, note }: RecordedPosition): PastFile {
  return { ...(JSON.parse(note) as Omit<PastFile, 'id' | 'checkpoint'>), id, checkpoint }
}

/** A file that was there at the first scan and could not be opened. */
export function unreadAt(path: string, stat: BigIntStats): PastFile {
  const key = fileKey(stat)
  const nothing = Buffer.alloc(0)
  const known = { id: key, key, path, checkpoint: 0, sinceMs: millisecondsOf(stat.birthtimeNs), historyBytes: Number(stat.size) }
  return { ...known, state: 'unread', ...fingerprintOf(nothing, 0, nothing) }
}

/** How much of it is in the numbers, but for open parts. */
export function appliedBytes({ checkpoint, resumption }: Pick<PastFile, 'checkpoint' | 'resumption'>): number {
  return resumption?.appliedBytes ?? checkpoint
}

const STATES: readonly PastState[] = ['open', 'closed', 'ghost', 'unread']

/**
 * A past file does not change, unless a copy of it is read, or what it has left open is, or it becomes a ghost where it stands. Each has a
 * number of its own, below those of followed files.
 */
export function positionOf(file: PastFile): Position {
  const { id, checkpoint, resumption, state } = file
  const hasOpen = resumption?.open !== undefined || resumption?.givenUp !== undefined
  const progress = 2 * (resumption?.appliedBytes ?? 0) + (hasOpen ? 1 : 0)
  const changes = -(progress * STATES.length + STATES.indexOf(state)) - 1
  return { id, checkpoint, changes, note: () => noteOf(file) }
}

/** What is left behind where a file's bytes were truncated away: the file goes on under its key. */
export function truncatedFrom(file: PastFile): PastFile {
  return { ...file, id: `${file.key} until ${file.checkpoint} ${file.headHash}`, state: 'ghost' }
}

/** The bytes are gone, not the file. */
export function wasTruncated(file: PastFile): boolean {
  return file.id !== file.key
}
