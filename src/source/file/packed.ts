/** Ways to read `.gz` files: those that were named, those that hold the rest of a ghost, and those that were packed before anybody saw them. */

import type { RecordedPositions } from '../source.ts'
import { Archives } from './archives.ts'
import type { FoundFile } from './folder.ts'
import { GhostArchives, type GhostArchivesOptions } from './ghost-archives.ts'
import { PackedUnseen } from './packed-unseen.ts'
import type { PastFile } from './past-file.ts'
import type { Tail } from './tail.ts'

export interface PackedOptions extends Omit<GhostArchivesOptions, 'isAwaited' | 'onLooked' | 'onRead'> {
  /** If so, a packed file may be a copy of any other, and what nobody saw is not read. */
  readonly hasCopies: boolean
  /** Where a process before this one left them. */
  readonly left: RecordedPositions
}

export class Packed {
  readonly archives: Archives
  readonly #ghosts: GhostArchives
  readonly #unseen: PackedUnseen | undefined

  constructor({ hasCopies, left, ...options }: PackedOptions) {
    this.archives = new Archives(options)
    this.archives.restore(left)
    this.#unseen = hasCopies ? undefined : new PackedUnseen(Date.now())
    const onLooked = (file: FoundFile, of: PastFile | undefined) => this.#settle(file, of)
    this.#ghosts = new GhostArchives({
      ...options,
      isAwaited: (file) => this.archives.expects(file),
      onLooked,
      onRead: (file) => this.archives.forget(file, true),
    })
  }

  get isReading(): boolean {
    return this.archives.isReading || this.isLooking
  }

  /** Into files that may hold what is known. */
  get isLooking(): boolean {
    return this.#ghosts.isReading
  }

  /** After a scan. `beside`: those that may hold a ghost. `paths`: all that the patterns match. */
  look(beside: readonly FoundFile[], paths: readonly string[], tails: Iterable<Tail>): void {
    const came = this.#unseen?.find(paths, tails, this.archives) ?? []
    this.archives.start(came.filter((file) => this.#unseen?.isUnknown(file)))
    this.#ghosts.start([...beside, ...came].filter((file) => !this.archives.isDone(file)))
  }

  async done(): Promise<void> {
    await this.archives.done()
    await this.#ghosts.done()
  }

  #settle(file: FoundFile, of: PastFile | undefined): void {
    if (of !== undefined) this.archives.forget(file, false)
    else {
      this.#unseen?.noteUnknown(file)
      this.archives.start([file])
    }
  }
}
