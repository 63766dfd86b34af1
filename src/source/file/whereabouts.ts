/**
 * Where a file is that is closed for want of descriptors. No descriptor keeps its number from being given to another file, and none leads
 * to it when it is renamed: it is known again by number and birth, or else by what was read of it, under its name or beside that.
 */
import { type BigIntStats, statSync } from 'node:fs'
import type { Descriptors } from './descriptors.ts'
import type { FoundFile } from './folder.ts'
import { Folders, generationsBeside } from './generation-names.ts'
import { fileKey, inodeKey } from './identity.ts'
import type { Tail } from './tail.ts'

export class Whereabouts {
  readonly #descriptors: Descriptors
  #folders = new Folders()

  constructor(descriptors: Descriptors) {
    this.#descriptors = descriptors
  }

  /** What the folders hold that were looked into beside the patterns, in this scan. */
  get folders(): Folders {
    return this.#folders
  }

  beginScan(): void {
    this.#folders = new Folders()
  }

  /** Of a file that bears the number of a followed one. */
  isSame(tail: Tail, { path, stat }: FoundFile): boolean {
    if (!tail.isParked || fileKey(stat) === tail.key) return true
    try {
      return this.#descriptors.reopen(tail, path) === 'open'
    } catch {
      return false
    }
  }

  /** A closed file that left its path is looked for where it was, past links, and beside that. Answers false if it is not there any more. */
  find(tail: Tail): boolean {
    return this.#isAt(tail, tail.parkedPath) || this.#beside(tail).some(({ path }) => this.#isAt(tail, path))
  }

  /** Whether there are files that may be copies of it, by their names and age. */
  hasHeirs(tail: Tail): boolean {
    return this.#beside(tail).some(({ stat }) => stat.birthtimeNs === 0n || stat.birthtimeNs > tail.birthtimeNs)
  }

  #beside(tail: Tail): FoundFile[] {
    return generationsBeside(tail.parkedPath, this.#folders)
  }

  #isAt(tail: Tail, path: string): boolean {
    const stat = statAt(path)
    // Nobody can tell now: a folder on the way is not for us, or does not answer.
    if (stat === 'hidden') return true
    if (stat === undefined || inodeKey(stat) !== tail.inode || !this.isSame(tail, { path, stat })) return false
    tail.parkedPath = path
    tail.noteSeen(stat)
    return true
  }
}

function statAt(path: string): BigIntStats | 'hidden' | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? undefined : 'hidden'
  }
}
