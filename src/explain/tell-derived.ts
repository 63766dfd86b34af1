/** Events that a line derived, and what their rules counted → what is told of them. */
import type { Derived } from '../derive/derived-event.ts'
import type { Rule } from '../mapping/rule.ts'
import type { DerivedRuleTold, DerivedTold, StateTold } from './explanation.ts'
import { harmless, type LogText } from './log-text.ts'
import { type Locate, updateOf } from './tell-rule.ts'
import type { StateChange, Update } from './updates.ts'

/** What is derived of one line, at most: a reset may end all there is. */
const MAX_TOLD = 50
const MAX_TOLD_UPDATES = 50

export function stateTold(changes: readonly StateChange[], logText: LogText): StateTold[] {
  return changes.slice(0, MAX_TOLD).map(({ does, of, value }) => ({ does, of: harmless(of), value: logText.value(value, of) }))
}

export function derivedTold(events: readonly Derived[], logText: LogText): DerivedTold[] {
  return events.slice(0, MAX_TOLD).map(({ item, fields, timeNs }) => ({
    item,
    at: new Date(Number(timeNs / 1_000_000n)).toISOString(),
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        harmless(name),
        Array.isArray(value) ? logText.text(value.join(', '), name) : logText.value(value, name),
      ]),
    ),
  }))
}

/** What a rule on derived events did, in order: the traces of several events that a line derived would be many pages. */
export function derivedRuleTold(rule: Rule, updates: readonly Update[], locate: Locate): DerivedRuleTold {
  return {
    metric: rule.metric,
    place: locate(rule.place),
    updates: updates
      .flatMap((one) => (one.kind === 'recorded' ? [updateOf(rule, [], undefined, one)] : []))
      .slice(0, MAX_TOLD_UPDATES),
    skipped: [...new Set(updates.flatMap((one) => (one.kind === 'skipped' ? [one.reason] : [])))],
  }
}
