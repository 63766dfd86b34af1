/** Files that are not open: what is known of each, as text for the durable record and back. */
import type { Position, RecordedPosition, Resumption } from '../source.ts'
import type { Fingerprint } from './fingerprint.ts'

/**
 * `open`: it was read when the process ended. `closed`: let go; it may come back under its inode. `ghost`: its bytes were truncated away
 * or its file is gone, and a copy that holds what was not read of it may turn up.
 */
export type PastState = 'open' | 'closed' | 'ghost'

export interface PastFile extends Fingerprint {
  /** Unlike that of any other log of the source; the key, but for bytes that were truncated away. */
  readonly id: string
  /** Device, inode and birth. */
  readonly key: string
  /** Where it was seen last. */
  readonly path: string
  /** Everything before it is in the numbers. */
  readonly checkpoint: number
  /** What is to be known besides it. */
  readonly resumption?: Resumption | undefined
  /** When it was begun, or truncated last; in milliseconds since the epoch. Copies of its present content are younger. */
  readonly sinceMs: number
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

/** How much of it is in the numbers, but for open parts. */
export function appliedBytes({ checkpoint, resumption }: Pick<PastFile, 'checkpoint' | 'resumption'>): number {
  return resumption?.appliedBytes ?? checkpoint
}

/** A past file does not change, unless a copy of it is read or what it has left open is. Numbers below those of followed files. */
export function positionOf(file: PastFile): Position {
  const { id, checkpoint, resumption } = file
  const hasOpen = resumption?.open !== undefined || resumption?.givenUp !== undefined
  const changes = resumption === undefined ? 0 : -(2 * resumption.appliedBytes + (hasOpen ? 1 : 0))
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
