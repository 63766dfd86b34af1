/**
 * Series that were silent for so long, by the clock of the log that last touched them: hidden if they are to go on from their values, else
 * gone. Each series has one deadline, set anew when it comes and not with each touch, so that an event costs a comparison.
 */
import { type Due, DueHeap } from '../clock/due-heap.ts'
import type { Deadline, LogClock } from '../clock/log-clock.ts'

export interface ExpiringFamily {
  readonly store: { birthOf(slot: number): number }
  /** Others go into it when they give way; it never does. */
  isOverflow(slot: number): boolean
  /** The series has run out. Answers whether it is still there, hidden. */
  expire(slot: number): boolean
  /** It was hidden, and is touched again. */
  reveal(slot: number): void
}

/** `order`: of two that ran out at the same time the one that was born first gives way first. */
interface Hidden extends Due {
  readonly slot: number
}

interface Watched {
  clock: LogClock
  touchedNs: bigint
  deadline: Deadline
  hidden: Hidden | undefined
}

export class Expiry {
  readonly #expireNs: bigint
  readonly #family: ExpiringFamily
  readonly #watched: (Watched | undefined)[] = []
  /** Those that may give way. */
  readonly #hidden = new DueHeap<Hidden>()

  constructor(expireNs: bigint, family: ExpiringFamily) {
    this.#expireNs = expireNs
    this.#family = family
  }

  /** The series that ran out first, and when; undefined: none is hidden that may give way. */
  get longestHidden(): { readonly slot: number; readonly sinceNs: bigint } | undefined {
    const { first } = this.#hidden
    return first && { slot: first.slot, sinceNs: first.dueNs }
  }

  /** The series in `slot` is touched, when `clock` shows `touchedNs`. */
  touch(slot: number, clock: LogClock, touchedNs: bigint): void {
    const watched = this.#watched[slot]
    if (watched === undefined) {
      this.#watched[slot] = this.#watch(slot, clock, touchedNs)
      return
    }
    watched.touchedNs = touchedNs
    if (watched.hidden === undefined && watched.clock === clock) return
    this.#reveal(watched)
    watched.deadline.cancel()
    watched.clock = clock
    watched.deadline = this.#deadline(slot, clock, touchedNs)
  }

  /** Of a series that was touched in a process before: if it has run out, it has so at once. */
  restore(slot: number, clock: LogClock, touchedNs: bigint): void {
    this.touch(slot, clock, touchedNs)
    if (clock.nowNs >= touchedNs + this.#expireNs) this.#ranOut(slot)
  }

  /** The series is gone, for whatever reason. */
  forget(slot: number): void {
    const watched = this.#watched[slot]
    if (watched === undefined) return
    watched.deadline.cancel()
    if (watched.hidden !== undefined) this.#hidden.remove(watched.hidden)
    this.#watched[slot] = undefined
  }

  /** Nothing runs out any more; what is hidden is shown. */
  close(): void {
    for (const watched of this.#watched) {
      if (watched === undefined) continue
      watched.deadline.cancel()
      this.#reveal(watched)
    }
    this.#watched.length = 0
  }

  #watch(slot: number, clock: LogClock, touchedNs: bigint): Watched {
    return { clock, touchedNs, deadline: this.#deadline(slot, clock, touchedNs), hidden: undefined }
  }

  #deadline(slot: number, clock: LogClock, touchedNs: bigint): Deadline {
    return clock.at(touchedNs + this.#expireNs, () => this.#ranOut(slot))
  }

  #reveal(watched: Watched): void {
    const { hidden } = watched
    if (hidden === undefined) return
    watched.hidden = undefined
    this.#hidden.remove(hidden)
    this.#family.reveal(hidden.slot)
  }

  #ranOut(slot: number): void {
    const watched = this.#watched[slot]!
    const dueNs = watched.touchedNs + this.#expireNs
    if (watched.clock.nowNs < dueNs) {
      watched.deadline.moveTo(dueNs)
      return
    }
    watched.deadline.cancel()
    if (!this.#family.expire(slot)) return
    watched.hidden = { slot, dueNs, order: this.#family.store.birthOf(slot), index: -1 }
    if (!this.#family.isOverflow(slot)) this.#hidden.add(watched.hidden)
  }
}
