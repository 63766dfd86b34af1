/**
 * What a dashboard has to be: the rules of Grafana's dashboard-linter that apply to Prometheus, by their names there, and those of this
 * house. Each complaint names its rule, the place and what was found, so `problemsOf` of a good dashboard is empty.
 */
import type { Dashboard } from './dashboard.ts'
import type { Known } from './known.ts'
import { EXPRESSION_RULES } from './rules-of-expressions.ts'
import { METRIC_RULES } from './rules-of-metrics.ts'
import { SHAPE_RULES } from './rules-of-shape.ts'
import { VARIABLE_RULES } from './rules-of-variables.ts'

/** Gives what is wrong; `known`: metrics that may be named. */
export type Rule = (dashboard: Dashboard, known: Known) => readonly string[]

export const RULES: Readonly<Record<string, Rule>> = { ...SHAPE_RULES, ...VARIABLE_RULES, ...EXPRESSION_RULES }

/** Without `known` no metric and no label is looked up. */
export function problemsOf(dashboard: Dashboard, known?: Known): string[] {
  const rules = Object.entries(known === undefined ? RULES : { ...RULES, ...METRIC_RULES })
  return rules.flatMap(([name, rule]) => rule(dashboard, known ?? new Map()).map((problem) => `${name}: ${problem}`))
}
