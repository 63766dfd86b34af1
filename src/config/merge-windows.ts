/** The window of a metric, which all of its rules share, and after how long its silent series go. */
import type { Place, Report } from '../diag/diagnostic.ts'
import type { WindowOp, WindowSpec } from '../mapping/spec.ts'
import { durationMs } from './duration.ts'
import type { RawMetric, RawRule } from './raw.ts'

/** What a gauge makes of the values in a window; each is also a check of `op`. */
export const WINDOW_OPS: readonly WindowOp[] = ['mean', 'sum', 'count', 'max', 'min', 'distinct']
/** Those that only a window has. */
export const ONLY_WINDOW_OPS: readonly string[] = ['mean', 'sum', 'count', 'distinct']

/** A rule with where it stands. */
export interface PlacedRule {
  readonly rule: RawRule
  readonly metric: RawMetric
  readonly place: Place
}

/** Nobody reads a log for longer. */
const HUNDRED_YEARS_MS = 100 * 365 * 86_400_000

/** A duration in whole nanoseconds; of more than a hundred years, so long. */
export function durationNs(text: string): bigint {
  return BigInt(Math.round(Math.min(durationMs(text), HUNDRED_YEARS_MS) * 1e6))
}

/** What the first rule says; another that says something else is an error, since a series has one window. */
export function windowOf(rules: readonly PlacedRule[], report: Report): WindowSpec | undefined {
  const [first, ...others] = rules
  if (first === undefined) return undefined
  const window = windowOfRule(first)
  for (const other of others) {
    if (textOf(windowOfRule(other)) === textOf(window)) continue
    report({
      severity: 'error',
      code: 'conflict',
      message: `rules of ${first.metric.name} have unequal windows: ${textOf(window)} and ${textOf(windowOfRule(other))}`,
      place: other.place,
      notes: [{ message: 'the first rule stands here', place: first.place }],
      hint: 'a series has one window: write op, over and last beside the name of the metric, or make it two metrics',
    })
  }
  return window
}

function windowOfRule({ rule, metric }: PlacedRule): WindowSpec | undefined {
  const over = rule.over ?? metric.over
  const last = rule.last ?? metric.last
  if ((over === undefined && last === undefined) || (metric.type !== 'gauge' && metric.type !== 'summary')) return undefined
  const op = rule.op ?? metric.op
  return {
    op:
      metric.type === 'gauge'
        ? (WINDOW_OPS as readonly (string | undefined)[]).includes(op)
          ? (op as WindowOp)
          : 'mean'
        : undefined,
    overNs: over === undefined ? undefined : durationNs(over),
    last,
  }
}

function textOf(window: WindowSpec | undefined): string {
  if (window === undefined) return 'none'
  const { op, overNs, last } = window
  const parts = [
    op && `op: ${op}`,
    overNs !== undefined && `over: ${Number(overNs) / 1e9}s`,
    last !== undefined && `last: ${last}`,
  ]
  return parts.filter(Boolean).join(', ')
}
