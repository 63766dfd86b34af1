/** The events of one name, added up: what became of them, and what their nearest rule missed. */
import type { Outcome } from '../mapping/mapping.ts'
import type { Rule } from '../mapping/rule.ts'

/** Different failures that are kept apart. */
const MAX_FAILURES = 50

export interface FailureCount {
  readonly rule: Rule
  /** With what the first event has. */
  readonly text: string
  count: number
}

/** Failures by what the mapping asks, so that it does not matter what each event has. */
export class FailureCounts {
  readonly #byKey = new Map<string, FailureCount>()

  /** `key`: what was asked; `text` is called for the first. */
  add(rule: Rule, key: string, text: () => string): void {
    const known = this.#byKey.get(key)
    if (known !== undefined) known.count++
    else if (this.#byKey.size < MAX_FAILURES) this.#byKey.set(key, { rule, text: text(), count: 1 })
  }

  commonest(): FailureCount | undefined {
    return [...this.#byKey.values()].reduce<FailureCount | undefined>(
      (best, one) => (best && best.count >= one.count ? best : one),
      undefined,
    )
  }
}

export class EventCounts {
  readonly outcomes: Record<Outcome, number> = { mapped: 0, unmatched: 0, unmapped: 0, dropped: 0 }
  readonly failures = new FailureCounts()
  /** `file:line` of the first. */
  readonly first: string
  count = 0
  tracedCount = 0

  constructor(first: string) {
    this.first = first
  }
}
