/**
 * The moment at which a source saw its daemon for the first time. What was written before it is history, of whatever container and in
 * whatever life of this process: so it is on record.
 */
import type { Position, RecordedPosition } from '../source.ts'
import type { LogOptions } from './container-log.ts'
import { isTime, NO_TIME } from './log-time.ts'

const ID = 'first look'

export type History = 'count' | 'skip' | 'prime'

export class HistoryMark {
  readonly #history: History
  #time: string | undefined = undefined
  #now = NO_TIME

  constructor(history: History) {
    this.#history = history
  }

  restore(positions: readonly RecordedPosition[]): void {
    const note = positions.find(isHistoryMark)?.note
    if (isTime(note) && note !== NO_TIME) this.#time = note
  }

  get isKnown(): boolean {
    return this.#now !== NO_TIME
  }

  /** The daemon's time when this process looked at it first. */
  look(now: string): void {
    this.#now = now
    this.#time ??= now
  }

  get positions(): Position[] {
    const time = this.#time
    if (time === undefined || this.#history === 'count') return []
    return [{ id: ID, checkpoint: 0, changes: 0, note: () => time }]
  }

  get bounds(): Pick<LogOptions, 'skipBefore' | 'primeBefore' | 'liveFrom'> {
    const time = this.#time ?? NO_TIME
    return {
      skipBefore: this.#history === 'skip' ? time : NO_TIME,
      primeBefore: this.#history === 'prime' ? time : NO_TIME,
      liveFrom: this.#now,
    }
  }
}

export function isHistoryMark({ id }: RecordedPosition): boolean {
  return id === ID
}
