/** When one file changed, and whether it is to be looked at a second time. */

/** A second look after a change: two changes within one tick of the file system's clock look like one. */
const SECOND_LOOK_MS = 50

/** Two changes within this time come soon after each other. */
export const HOT_MS = 10_000

export class Unrest {
  /** When it last changed, was found or was lost. */
  quietSinceMs: number
  /** When it changed the time before. */
  changedBeforeMs = Number.NEGATIVE_INFINITY
  /** How often it changed, each time soon after the time before. */
  changesInARow = 0
  #secondLookAtMs: number

  constructor(nowMs: number) {
    this.quietSinceMs = nowMs
    this.#secondLookAtMs = nowMs + SECOND_LOOK_MS
  }

  /** It will be looked at a second time, whatever happens to it. */
  get awaitsSecondLook(): boolean {
    return this.#secondLookAtMs !== Number.POSITIVE_INFINITY
  }

  isSecondLookDue(nowMs: number): boolean {
    return nowMs >= this.#secondLookAtMs
  }

  noteChange(nowMs: number): void {
    this.changesInARow = nowMs - this.quietSinceMs < HOT_MS ? this.changesInARow + 1 : 0
    this.changedBeforeMs = this.quietSinceMs
    this.quietSinceMs = nowMs
    this.#secondLookAtMs = nowMs + SECOND_LOOK_MS
  }

  noteSecondLook(): void {
    this.#secondLookAtMs = Number.POSITIVE_INFINITY
  }
}
