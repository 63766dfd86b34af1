/**
 * Files of a source that are not open, but of which something is known: those that were open when the process ended, those that were let
 * go, and generations whose bytes are gone from where they were. Bounded; what was touched longest ago goes first.
 */
import type { BigIntStats } from 'node:fs'
import type { Position, RecordedPosition } from '../source.ts'
import { fileKey, withoutDevice } from './identity.ts'
import { type PastFile, pastFileOf, positionOf } from './past-file.ts'

const MAX_CLOSED = 10_000

export class PastFiles {
  readonly #byId = new Map<string, PastFile>()

  restore(positions: readonly RecordedPosition[]): void {
    for (const position of positions) this.keep(pastFileOf(position))
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0
  }

  positions(): Position[] {
    return [...this.#byId.values()].map(positionOf)
  }

  keep(file: PastFile): void {
    this.#byId.delete(file.id)
    this.#byId.set(file.id, file)
    if (this.#byId.size <= MAX_CLOSED) return
    for (const oldest of this.#byId.keys()) {
      this.#byId.delete(oldest)
      return
    }
  }

  drop(file: PastFile): void {
    this.#byId.delete(file.id)
  }

  /** What is known of the file by its inode and birth; where no device fits, by these alone. */
  of(stat: BigIntStats): PastFile | undefined {
    const key = fileKey(stat)
    const known = this.#byId.get(key)
    if (known !== undefined || stat.birthtimeNs === 0n) return known
    const bare = withoutDevice(key)
    for (const file of this.#byId.values()) if (withoutDevice(file.key) === bare) return file
    return undefined
  }

  /** Those that were open when the process ended, and have not been found again. */
  missing(): PastFile[] {
    return [...this.#byId.values()].filter((file) => file.state === 'open')
  }
}
