/**
 * When the record is written: every second if something changed, before a scrape is answered, a slice of a due snapshot between
 * batches, a sync now and then. Owns no timer: whoever runs it calls `tick` and waits as long as it says.
 */
import type { DurableRecord } from './durable-record.ts'

export interface KeeperOptions {
  readonly record: DurableRecord
  readonly nowMs: () => number
  /** Called after each try, with what it took. */
  readonly onCommit?: (isDurable: boolean, tookMs: number) => void
}

const COMMIT_INTERVAL_MS = 1000
const SYNC_INTERVAL_MS = 5000
const SLICE_INTERVAL_MS = 10
export const SLICE_BYTES = 128 * 1024
/** A disk that refuses is asked at most so often. */
const RETRY_MS = 250
/** Not more is left to be written at once: it takes a millisecond or two. */
export const MANY_CHANGES = 5_000
/** Each batch moves the position of one log, which is as much to write as so many small entries. */
export const CHANGES_PER_BATCH = 10

export class Keeper {
  readonly #options: KeeperOptions
  #batches = 0
  #committedMs = Number.NEGATIVE_INFINITY
  #syncedMs = Number.NEGATIVE_INFINITY

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  get isDurable(): boolean {
    return this.#options.record.isDurable
  }

  /** Called after each batch. Answers whether so much has changed that it should be written as soon as this turn has ended. */
  noteBatch(): boolean {
    this.#batches++
    return this.#batches * CHANGES_PER_BATCH + this.#options.record.changeCount > MANY_CHANGES
  }

  /** Does what is due. Answers for how many milliseconds nothing is. */
  tick(): number {
    const { record, nowMs } = this.#options
    if (nowMs() - this.#committedMs >= COMMIT_INTERVAL_MS) this.#commit()
    record.writeSlice(SLICE_BYTES)
    // A snapshot that is all written waits for the commit that makes it exact.
    if (record.isWritingSnapshot) return SLICE_INTERVAL_MS
    if (nowMs() - this.#syncedMs >= SYNC_INTERVAL_MS) {
      this.#syncedMs = nowMs()
      record.syncSoon()
    }
    return COMMIT_INTERVAL_MS
  }

  /** What is exposed now is to survive: all that changed goes into the record first. */
  commitNow(): void {
    const { record, nowMs } = this.#options
    if (record.isDurable || nowMs() - this.#committedMs >= RETRY_MS) this.#commit()
  }

  #commit(): void {
    const { record, nowMs, onCommit } = this.#options
    const startMs = nowMs()
    this.#batches = 0
    const isDurable = record.commit()
    this.#committedMs = nowMs()
    onCommit?.(isDurable, this.#committedMs - startMs)
  }
}
