/** The updates that one event made, rule by rule, as they were made: seen by the compiled rules' watch, not computed again. */
import type { Derived, Kept } from '../derive/derived-event.ts'
import type { Rule, UpdateWatch } from '../mapping/rule.ts'
import type { SkipReason } from '../mapping/skip-reason.ts'
import type { FeedRole } from '../mapping/spec.ts'
import type { RiseTrace } from '../mapping/trace.ts'

export type Update =
  | {
      readonly kind: 'recorded'
      /** Label texts of the series, in the family's order. */
      readonly texts: readonly string[]
      readonly value: number
      /** What the series stands at afterwards; of a histogram or summary the count of its values. */
      readonly now: number
    }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  /** The element's key has counted. */
  | { readonly kind: 'repeated' }
  /** Before what became of a sample: what its numbers are to the highest seen. */
  | { readonly kind: 'rose'; readonly rise: RiseTrace }

/** So many updates of a rule by one event are kept; more are counted. */
const MAX_KEPT = 20_000

/** What an event leaves for later ones: a value that is kept, or a role in an item. */
export interface StateChange {
  readonly does: 'keeps' | FeedRole
  readonly of: string
  /** The value, or the key; empty: all of a scope. */
  readonly value: Kept
}

/** So many derived events of one event. */
const MAX_DERIVED = 1000

interface RuleUpdates {
  readonly kept: Update[]
  count: number
}

export class Updates implements UpdateWatch {
  #derived: Derived[] = []
  #state: StateChange[] = []
  readonly #byRule = new Map<Rule, RuleUpdates>()
  /** Sees every update; for sums over a whole log. */
  onUpdate: ((rule: Rule, skipped: SkipReason | undefined) => void) | undefined = undefined

  /** Forgets what the last event did. */
  clear(): void {
    this.#byRule.clear()
    this.#derived = []
    this.#state = []
  }

  /** Of one rule, in order: at most 20 000. */
  of(rule: Rule): readonly Update[] {
    return this.#byRule.get(rule)?.kept ?? []
  }

  /** Rules that took the event: each makes an update, or says why not. */
  get rules(): Iterable<Rule> {
    return this.#byRule.keys()
  }

  /** In order: at most 1000. */
  get derivedEvents(): readonly Derived[] {
    return this.#derived
  }

  /** What was kept and who took the event, in order: at most 1000. */
  get state(): readonly StateChange[] {
    return this.#state
  }

  remembered(name: string, value: Kept): void {
    if (this.#state.length < MAX_DERIVED) this.#state.push({ does: 'keeps', of: name, value })
  }

  fed(item: string, role: FeedRole, key: readonly string[]): void {
    if (this.#state.length < MAX_DERIVED) this.#state.push({ does: role, of: item, value: key.join(', ') })
  }

  derived(event: Derived): void {
    if (this.#derived.length < MAX_DERIVED) this.#derived.push(event)
  }

  recorded(rule: Rule, slot: number, value: number): void {
    this.onUpdate?.(rule, undefined)
    const updates = this.#updatesOf(rule)
    if (updates.count++ >= MAX_KEPT) return
    const { store, spec } = rule.family
    const texts = spec.labelNames.map((_, i) => store.text(slot, i))
    const { timed } = rule.family
    timed?.settleOne(slot)
    // What stands for a text says nothing to people.
    const shown = timed?.distinct === undefined ? value : 1
    updates.kept.push({ kind: 'recorded', texts, value: shown, now: nowOf(rule, slot) })
  }

  skipped(rule: Rule, reason: SkipReason): void {
    this.onUpdate?.(rule, reason)
    this.#keep(rule, { kind: 'skipped', reason })
  }

  repeated(rule: Rule): void {
    this.#keep(rule, { kind: 'repeated' })
  }

  rose(rule: Rule, rise: RiseTrace): void {
    this.#keep(rule, { kind: 'rose', rise })
  }

  #keep(rule: Rule, update: Update): void {
    const updates = this.#updatesOf(rule)
    if (updates.count++ < MAX_KEPT) updates.kept.push(update)
  }

  #updatesOf(rule: Rule): RuleUpdates {
    const known = this.#byRule.get(rule)
    if (known !== undefined) return known
    const updates: RuleUpdates = { kept: [], count: 0 }
    this.#byRule.set(rule, updates)
    return updates
  }
}

/** The cells of a series by type of metric: see registry/kinds. */
function nowOf({ family: { store, spec } }: Rule, slot: number): number {
  const row = slot * store.cellCount
  if (spec.type === 'summary') return store.cells[row + 1]!
  if (spec.type !== 'histogram') return store.cells[row]!
  let count = 0
  for (let i = 0; i <= spec.buckets.length; i++) count += store.cells[row + i]!
  return count
}
