/**
 * Logs that may have been rotated more than once since they were looked at: generations of them that are younger than what was known hold
 * what was never seen, also under names that the patterns do not have. Until the next look beside them.
 */
import type { BigIntStats } from 'node:fs'
import { resolve } from 'node:path'
import { logPathsOf } from './generation-names.ts'
import { millisecondsOf } from './identity.ts'
import type { PastFile } from './past-file.ts'

export class Unseen {
  readonly #sinceMs = new Map<string, number>()

  /** Absolute paths. */
  get logs(): Iterable<string> {
    return this.#sinceMs.keys()
  }

  /** Where the file system knows no births, nothing can be told. */
  note({ path, sinceMs }: Pick<PastFile, 'path' | 'sinceMs'>): void {
    const log = resolve(path)
    if (sinceMs > 0) this.#sinceMs.set(log, Math.min(sinceMs, this.#sinceMs.get(log) ?? Number.POSITIVE_INFINITY))
  }

  has(path: string, stat: BigIntStats): boolean {
    const bornMs = millisecondsOf(stat.birthtimeNs)
    return logPathsOf(path).some((log) => bornMs > (this.#sinceMs.get(log) ?? Number.POSITIVE_INFINITY))
  }

  clear(): void {
    this.#sinceMs.clear()
  }
}
