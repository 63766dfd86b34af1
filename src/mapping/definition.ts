/**
 * What the numbers of a metric mean, as a short text that stays the same as long as they mean the same: type, label names, buckets,
 * and what its rules take and count. Help, limits and where it stands in which file do not matter; nor do the values of labels.
 */
import { createHash } from 'node:crypto'
import type { PriceSpec } from '../select/spec.ts'
import type { MetricSpec, RuleSpec } from './spec.ts'

export function definitionOf(metric: MetricSpec, labelNames: readonly string[]): string {
  const { type, buckets, quantiles, onePer, window } = metric
  const meaning = {
    type,
    labelNames: labelNames.toSorted(),
    buckets,
    quantiles,
    onePer,
    window,
    rules: metric.rules.map(meaningOf),
  }
  return createHash('sha256').update(JSON.stringify(meaning, plainest)).digest('hex').slice(0, 32)
}

function meaningOf({ events, derived, open, each, where, value, split, once, rise, op }: RuleSpec): unknown {
  return { events, derived, open, each, where, value, split, once, rise, op }
}

function isPrice(value: unknown): value is PriceSpec {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'model')
}

/** A field of the event may be called place, too. */
function isPlace(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'file')
}

/** For JSON: without places, and with the keys of each object in one order. */
export function plainest(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (key === 'place' && isPlace(value)) return undefined
  // A new price list says what later tokens cost, not something else.
  if (key === 'price' && isPrice(value)) return { ...value, table: undefined }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
