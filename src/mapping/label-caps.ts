/** What a label's value says of its texts as they are kept: how many there may be, and whether they keep their secrets. */
import type { LongValue, ValueSpec } from '../select/spec.ts'
import type { DeriveSpec, RuleSpec } from './spec.ts'

export function maxValuesOf(value: ValueSpec): number | undefined {
  return typeof value === 'object' ? value.max_values : undefined
}

export function isUnmasked(value: ValueSpec): boolean {
  return typeof value === 'object' && value.unmasked === true
}

/** A label that shows what is carried has at most as many texts as that may have. */
export function withCarriedCaps(rule: RuleSpec, items: readonly DeriveSpec[]): RuleSpec {
  const item = items.find(({ name }) => name === (rule.derived ?? rule.open)?.spec)
  if (item === undefined) return rule
  const carried = Object.values(item.feeds).flatMap(({ carry }) => carry)
  const capOf = (path: unknown): number | undefined => {
    const spec = carried.find(
      ({ name, spec: one }) => name === path && typeof one === 'object' && one.max_values !== undefined,
    )?.spec
    return typeof spec === 'object' ? spec.max_values : undefined
  }
  const capped = ({ spec }: RuleSpec['labels'][number]): ValueSpec => {
    const long = typeof spec === 'string' ? { path: spec } : spec
    const cap = typeof long === 'object' && long.max_values === undefined ? capOf(long.path) : undefined
    return cap === undefined ? spec : { ...(long as LongValue), max_values: cap }
  }
  return { ...rule, labels: rule.labels.map((label) => ({ ...label, spec: capped(label) })) }
}
