/**
 * When to look at which open file: after a change every 5 ms, then less and less often up to 50 ms, and after ten quiet
 * seconds not at all until the scan of the directories sees it changed. So 10,000 quiet files cost one scan a second.
 */
import type { Tail } from './tail.ts'

const SHORTEST_GAP_MS = 5
const LONGEST_GAP_MS = 50
const COOLS_AFTER_MS = 10_000
const LONGEST_RETRY_MS = 10_000

interface Beat {
  dueMs: number
  gapMs: number
  changedMs: number
}

export class Pace {
  readonly #hot = new Map<Tail, Beat>()
  /** By whom they wait for. */
  readonly #waiting = new Map<Tail, Set<Tail>>()

  /** It is to be looked at now. Answers false if that is about to happen anyway. */
  heat(tail: Tail, nowMs: number): boolean {
    const beat = this.#hot.get(tail)
    if (beat === undefined) this.#hot.set(tail, { dueMs: nowMs, gapMs: SHORTEST_GAP_MS, changedMs: nowMs })
    else if (beat.dueMs <= nowMs + SHORTEST_GAP_MS || tail.error !== undefined) return false
    else beat.dueMs = nowMs
    return true
  }

  /**
   * Whether one before it is still to be read: it is not looked at until that is, however long that takes. One with nothing in it keeps
   * nobody waiting, but the one before that may.
   */
  awaits(tail: Tail): boolean {
    let before = tail.waitsFor
    while (before?.isBehind === false) before = before.waitsFor
    if (before === undefined) return false
    this.#hot.delete(tail)
    const others = this.#waiting.get(before)
    if (others === undefined) this.#waiting.set(before, new Set([tail]))
    else others.add(tail)
    return true
  }

  /** Those that have waited for it are to be looked at now, unless it is still to be read. */
  release(before: Tail, nowMs: number): void {
    const waiting = this.#waiting.get(before)
    if (waiting === undefined || before.isBehind) return
    this.#waiting.delete(before)
    for (const tail of waiting) if (tail.isFollowed) this.heat(tail, nowMs)
  }

  /** Whatever became of those that others wait for since they were looked at. */
  releaseAll(nowMs: number): void {
    for (const before of [...this.#waiting.keys()]) this.release(before, nowMs)
  }

  /** One look now; more only if that finds a change. */
  glance(tail: Tail, nowMs: number): void {
    if (!this.#hot.has(tail)) this.#hot.set(tail, { dueMs: nowMs, gapMs: LONGEST_GAP_MS, changedMs: Number.NEGATIVE_INFINITY })
  }

  cool(tail: Tail): void {
    this.#hot.delete(tail)
  }

  due(nowMs: number): Tail[] {
    const due: Tail[] = []
    for (const [tail, beat] of this.#hot) if (beat.dueMs <= nowMs) due.push(tail)
    return due
  }

  /** After a look: `again` at once if there is more, later if not, much later after an error. */
  plan(tail: Tail, again: 'now' | 'later' | 'retry', nowMs: number): void {
    const beat = this.#hot.get(tail)
    if (beat === undefined) return
    if (again === 'now' || tail.hasChanged) beat.changedMs = nowMs
    if (again === 'now') beat.gapMs = 0
    else if (again === 'retry') beat.gapMs = Math.min(LONGEST_RETRY_MS, Math.max(1000, beat.gapMs * 2))
    else if (tail.hasChanged) beat.gapMs = SHORTEST_GAP_MS
    else beat.gapMs = Math.min(LONGEST_GAP_MS, Math.max(SHORTEST_GAP_MS, beat.gapMs * 2))
    beat.dueMs = nowMs + beat.gapMs
    if (again === 'later' && nowMs - beat.changedMs > COOLS_AFTER_MS) this.#hot.delete(tail)
  }

  nextDueMs(): number {
    let nextMs = Number.POSITIVE_INFINITY
    for (const beat of this.#hot.values()) nextMs = Math.min(nextMs, beat.dueMs)
    return nextMs
  }
}
