/** Which rules of the mapping the cases made count, by the rules' own places. */
import type { Place } from '../diag/diagnostic.ts'
import { locate, type Sources } from '../diag/render.ts'
import type { Mappings } from '../mapping/mappings.ts'

export interface RuleCoverage {
  readonly metric: string
  /** Event names, or `every event`. */
  readonly takes: string
  readonly file: string
  readonly line: number
  readonly hits: number
}

/** `runs`: each case's own compilation of the one mapping file. */
export function coverageOf(runs: readonly Mappings[], texts: Sources): RuleCoverage[] {
  const [first] = runs
  return (first?.rules ?? []).map((rule) => ({
    metric: rule.metric,
    takes: rule.takes.events?.join(', ') ?? 'every event',
    ...placeOf(rule.place, texts),
    hits: runs.reduce((sum, mappings) => sum + mappings.hitsAt(rule.place), 0),
  }))
}

function placeOf(place: Place, texts: Sources): { file: string; line: number } {
  const { file, line } = locate(place, texts)
  return { file, line }
}
