/** When the directories are scanned: now and then, more often while something happens, and never for most of the time. */
import type { Clock } from '../wake.ts'

const BUSY_MS = 10_000
/** A hint may bring the scan forward, but scans take at most a twentieth of the time. */
const LEAST_SCAN_GAP_MS = 10
const SCAN_SHARE = 20
/** However long a scan takes, the next one begins after this, or after as long again: a line in any of many files is to be seen soon. */
const MOST_SCAN_GAP_MS = 1000
const SCAN_SHARE_OF_MANY = 1
/** What scans cost is the least that one of so many took: the rest is waiting for a busy machine. */
const SCANS_COMPARED = 4

export class ScanTimes {
  readonly #clock: Clock
  readonly #intervalMs: number
  #dueMs = Number.NEGATIVE_INFINITY
  #earliestMs = Number.NEGATIVE_INFINITY
  /** What the last scans took. */
  readonly #tookMs: number[] = new Array(SCANS_COMPARED).fill(0)
  #changedMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock
    this.#intervalMs = intervalMs
  }

  get dueMs(): number {
    return this.#dueMs
  }

  get isDue(): boolean {
    return this.#clock.nowMs() >= this.#dueMs
  }

  noteChange(nowMs: number): void {
    this.#changedMs = nowMs
  }

  /** Answers whether it comes sooner now. */
  soon(): boolean {
    const before = this.#dueMs
    this.#dueMs = Math.min(this.#dueMs, this.#earliestMs)
    return this.#dueMs < before
  }

  /** After a scan that began then. */
  plan(startMs: number): void {
    const nowMs = this.#clock.nowMs()
    this.#tookMs.shift()
    this.#tookMs.push(nowMs - startMs)
    const tookMs = Math.min(...this.#tookMs)
    const gapMs = Math.min(tookMs * SCAN_SHARE, Math.max(MOST_SCAN_GAP_MS, tookMs * SCAN_SHARE_OF_MANY))
    this.#earliestMs = nowMs + Math.max(LEAST_SCAN_GAP_MS, gapMs)
    const isBusy = nowMs - this.#changedMs < BUSY_MS
    this.#dueMs = nowMs + Math.max(isBusy ? this.#intervalMs / 4 : this.#intervalMs, gapMs)
  }
}
