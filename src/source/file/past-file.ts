/** Files that are not open: what is known of each, as text for the durable record and back. */
import type { Position, RecordedPosition } from '../source.ts'
import type { Fingerprint } from './fingerprint.ts'

/**
 * `open`: it was read when the process ended. `closed`: let go; it may come back under its inode. `ghost`: its bytes were truncated away
 * or its file is gone, and a copy that holds what was not read of it may turn up.
 */
export type PastState = 'open' | 'closed' | 'ghost'

export interface PastFile extends Fingerprint {
  /** Unlike that of any other log of the source. */
  readonly id: string
  /** Device, inode and birth. */
  readonly key: string
  /** Where it was seen last. */
  readonly path: string
  /** Everything before it is in the numbers. */
  readonly checkpoint: number
  /** What was there when it was first opened: not live. */
  readonly historyBytes: number
  readonly state: PastState
}

export function noteOf(file: PastFile): string {
  const { id: _, checkpoint: __, ...rest } = file
  return JSON.stringify(rest)
}

export function pastFileOf({ id, checkpoint, note }: RecordedPosition): PastFile {
  return { ...(JSON.parse(note) as Omit<PastFile, 'id' | 'checkpoint'>), id, checkpoint }
}

/** A past file does not change: its place in the record stays as it is. */
export function positionOf(file: PastFile): Position {
  return { id: file.id, checkpoint: file.checkpoint, changes: 0, note: () => noteOf(file) }
}
