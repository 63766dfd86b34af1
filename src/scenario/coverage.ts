/** Which rules of the mapping the cases made count, by the rules' own places. */
import type { Place } from '../diag/diagnostic.ts'
import { locate, type Sources } from '../diag/render.ts'
import type { Rule } from '../mapping/rule.ts'

export interface RuleCoverage {
  readonly metric: string
  /** Event names, or `every event`. */
  readonly takes: string
  readonly file: string
  readonly line: number
  readonly hits: number
}

/** `runs`: the rules of each case's own compilation of the one mapping, in the same order. */
export function coverageOf(runs: readonly (readonly Rule[])[], texts: Sources): RuleCoverage[] {
  const [first = []] = runs
  return first.map((rule, i) => ({
    metric: rule.metric,
    takes: rule.takes.events?.join(', ') ?? 'every event',
    ...placeOf(rule.place, texts),
    hits: runs.reduce((sum, rules) => sum + rules[i]!.hits, 0),
  }))
}

function placeOf(place: Place, texts: Sources): { file: string; line: number } {
  const { file, line } = locate(place, texts)
  return { file, line }
}
