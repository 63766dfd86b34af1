/**
 * Which of the places that are on record a source takes over: its own, but for files that its patterns do not name any more, and those that
 * others left, if the patterns name them. An archive's place says no name: it is known here, and stays where it was.
 */
import type { Position, RecordedPosition } from '../source.ts'
import { isOfArchive } from './archives.ts'
import { familyOf } from './generation-names.ts'
import { isOfFile, pastFileOf } from './past-file.ts'

/** Says in the record that there was a first scan, though it may have found nothing: what comes later is not skipped. */
export const BEGUN: Position = { id: 'first scan', checkpoint: 0, changes: 0, note: () => 'history is skipped' }

export interface Claim {
  readonly files: readonly RecordedPosition[]
  readonly archives: readonly RecordedPosition[]
  readonly refused: readonly RecordedPosition[]
  /** Nothing is known of this source. */
  readonly isFirstStart: boolean
}

/** `names`: whether a pattern gives this path. */
export function claimed(
  own: readonly RecordedPosition[],
  others: readonly RecordedPosition[],
  names: (path: string) => boolean,
): Claim {
  const known = new Set(own.map(({ id }) => id))
  const isNamed = (position: RecordedPosition): boolean => {
    const { path } = pastFileOf(position)
    return names(path) || names(familyOf(path))
  }
  const isLeft = (position: RecordedPosition): boolean => pastFileOf(position).state === 'open' && !isNamed(position)
  const files = own.filter(isOfFile)
  const left = new Set(files.filter(isLeft))
  const taken = new Set(others.filter((position) => isOfFile(position) && !known.has(position.id) && isNamed(position)))
  return {
    files: [...files.filter((position) => !left.has(position)), ...taken],
    archives: [...others.filter(isOfArchive), ...own.filter(isOfArchive)],
    refused: [...left, ...others.filter((position) => !taken.has(position))],
    isFirstStart: own.length + taken.size === 0,
  }
}
