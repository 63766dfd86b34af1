/** When to scan the directories next: soon while something happens, and never so often that scans take most of the time. */

const BUSY_MS = 10_000
/** A hint may bring the scan forward, but scans take at most a twentieth of the time. */
const LEAST_GAP_MS = 10
const SHARE = 20
/**
 * A fifth while names come and go, since a logger with a size limit may delete files again within moments; but only where so little is
 * looked at that it stays cheap.
 */
const SHARE_OF_NAMES = 5
const CHEAP_MS = 20
/** However long a scan takes, the next one begins after this, or after as long again: a line in any of many files is to be seen soon. */
const MOST_GAP_MS = 1000
const SHARE_OF_MANY = 1
/** What scans cost is the least that one of so many took: the rest is waiting for a busy machine. */
const SCANS_COMPARED = 4

export class ScanPlan {
  readonly #intervalMs: number
  #atMs = Number.NEGATIVE_INFINITY
  #earliestMs = Number.NEGATIVE_INFINITY
  #earliestForNamesMs = Number.NEGATIVE_INFINITY
  #changedMs = Number.NEGATIVE_INFINITY
  /** What the last scans took. */
  readonly #tookMs: number[] = new Array(SCANS_COMPARED).fill(0)

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  get atMs(): number {
    return this.#atMs
  }

  /** Something has happened to the files. */
  noteChange(nowMs: number): void {
    this.#changedMs = nowMs
  }

  /** After a scan that began at `startMs`. */
  plan(startMs: number, nowMs: number): void {
    this.#tookMs.shift()
    this.#tookMs.push(nowMs - startMs)
    const tookMs = Math.min(...this.#tookMs)
    const gapMs = Math.min(tookMs * SHARE, Math.max(MOST_GAP_MS, tookMs * SHARE_OF_MANY))
    this.#earliestMs = nowMs + Math.max(LEAST_GAP_MS, gapMs)
    this.#earliestForNamesMs = nowMs + Math.max(LEAST_GAP_MS, tookMs <= CHEAP_MS ? tookMs * SHARE_OF_NAMES : gapMs)
    const isBusy = nowMs - this.#changedMs < BUSY_MS
    this.#atMs = nowMs + Math.max(isBusy ? this.#intervalMs / 4 : this.#intervalMs, gapMs)
  }

  /** Answers whether the next scan is sooner now. `isOfNames`: one came, went or moved. */
  hasten(isOfNames: boolean): boolean {
    const before = this.#atMs
    this.#atMs = Math.min(before, isOfNames ? this.#earliestForNamesMs : this.#earliestMs)
    return this.#atMs < before
  }
}
