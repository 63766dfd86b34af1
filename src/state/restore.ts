/**
 * Files of the record → the parts as they were. Takes the newest snapshot that is whole, then the journals from its generation on.
 * A journal that follows another one stands on that as well as on its own snapshot, so such a snapshot can break without loss; a
 * journal that is broken costs what stands behind the break. A torn end after a kill was never exposed, but cannot
 * be told from a break, so both are treated alike.
 */
import { BrokenRecord } from './broken-record.ts'
import type { Disk } from './disk.ts'
import { type FileNote, readFrame } from './frame.ts'
import { generationsIn, journalPath, snapshotPath } from './generations.ts'
import type { RecordPart } from './part.ts'
import { readRecordFile } from './record-file.ts'

export interface Restored {
  /** The highest generation in the folder; 0 if there is none. */
  readonly newest: number
  /** The generation whose snapshot was taken; 0 if none was. */
  readonly base: number
  /** What could not be used, for people; each with the file's name. */
  readonly problems: readonly string[]
  /**
   * Something that was in the record is missing, so values that were exposed may be higher than what is known now: nothing is to be
   * exposed until the logs have been read again.
   */
  readonly isBehind: boolean
  /** More is missing than the entry that a dying process did not finish, which nobody has seen the effect of. */
  readonly isBroken: boolean
}

type Missing = 'nothing' | 'unfinished entry' | 'more'

interface FileContent {
  readonly note: FileNote
  readonly frames: readonly Buffer[]
  readonly lengthBytes: number
  readonly tornBytes: number
  readonly isUnfinished: boolean
}

type Read = (kind: FileNote['kind'], generation: number) => FileContent | undefined

/** Throws `LaterRecord` and the system's errors. */
export function restore(disk: Disk, folder: string, parts: readonly RecordPart[]): Restored {
  const { snapshots, journals } = generationsIn(disk.list(folder))
  const newest = Math.max(0, ...snapshots, ...journals)
  const problems: string[] = []
  const read = readerOf(disk, folder, problems)
  const base = [...snapshots].reverse().find((generation) => applySnapshot(generation, read, parts, problems))
  if (base === undefined) {
    if (newest > 0) problems.push('no snapshot is whole')
    return { newest, base: 0, problems, isBehind: newest > 0, isBroken: newest > 0 }
  }
  const missing = applyJournals(base, journals, read, parts, problems)
  return { newest, base, problems, isBehind: missing !== 'nothing', isBroken: missing === 'more' }
}

/** Reads each file once. */
function readerOf(disk: Disk, folder: string, problems: string[]): Read {
  const known = new Map<string, FileContent | undefined>()
  return (kind, generation) => {
    const path = kind === 'snapshot' ? snapshotPath(folder, generation) : journalPath(folder, generation)
    if (!known.has(path)) known.set(path, readOrTell(disk, path, { kind, generation }, problems))
    return known.get(path)
  }
}

function readOrTell(
  disk: Disk,
  path: string,
  expected: Pick<FileNote, 'kind' | 'generation'>,
  problems: string[],
): FileContent | undefined {
  try {
    const bytes = disk.read(path)
    const { frames, tornBytes, isUnfinished } = readRecordFile(bytes)
    const first = frames.length > 0 ? readFrame(frames[0]!) : undefined
    if (first?.kind !== 'begin') throw new BrokenRecord('it does not say what it is')
    const { kind, generation } = first.note
    if (kind !== expected.kind || generation !== expected.generation)
      throw new BrokenRecord(`it says that it is ${kind}-${generation}`)
    return { note: first.note, frames: frames.slice(1), lengthBytes: bytes.length, tornBytes, isUnfinished }
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (!(error instanceof BrokenRecord) && !isGone) throw error
    problems.push(`${path}: ${isGone ? 'it is not there' : (error as Error).message}`)
    return undefined
  }
}

function applySnapshot(generation: number, read: Read, parts: readonly RecordPart[], problems: string[]): boolean {
  const file = read('snapshot', generation)
  if (file === undefined) return false
  const last = file.frames.length > 0 ? readFrame(file.frames.at(-1)!) : undefined
  if (file.tornBytes > 0 || last?.kind !== 'end') {
    problems.push(`snapshot-${generation}: it is not whole`)
    return false
  }
  const journal = last.journalBytes > 0 ? read('journal', generation) : undefined
  if (last.journalBytes > (journal === undefined ? 0 : journal.lengthBytes - journal.tornBytes)) {
    problems.push(`snapshot-${generation}: the journal that makes it exact is not whole`)
    return false
  }
  applyFrames(file.frames, parts)
  return true
}

function applyJournals(
  base: number,
  journals: readonly number[],
  read: Read,
  parts: readonly RecordPart[],
  problems: string[],
): Missing {
  let last: FileNote['follows']
  const newest = journals.at(-1)
  for (const generation of journals.filter((generation) => generation >= base)) {
    const file = read('journal', generation)
    if (file === undefined) return 'more'
    const { follows } = file.note
    if (
      generation > base &&
      (last === undefined || follows?.generation !== last?.generation || follows?.lengthBytes !== last?.lengthBytes)
    ) {
      problems.push(`journal-${generation}: what it goes on from is missing`)
      return 'more'
    }
    last = { generation, lengthBytes: file.lengthBytes }
    applyFrames(file.frames, parts)
    if (file.tornBytes === 0) continue
    problems.push(`journal-${generation}: the ${file.tornBytes} bytes behind its last whole entry were left out`)
    return file.isUnfinished && generation === newest ? 'unfinished entry' : 'more'
  }
  return 'nothing'
}

function applyFrames(frames: readonly Buffer[], parts: readonly RecordPart[]): void {
  const readers = new Map(parts.map((part) => [part.name, part.openReader()]))
  for (const frame of frames) {
    const content = readFrame(frame)
    if (content.kind !== 'sections') continue
    // What no part of this program asks for is left: a feature that the mapping does not use any more.
    for (const section of content.sections) readers.get(section.part)?.(section.content)
  }
}
