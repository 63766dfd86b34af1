/** What became of all that came, over all sources: from the tallies. */
import type { PageFacts } from './facts.ts'
import type { Flow, SourceView } from './model.ts'
import { sum, sumBy } from './tally-sums.ts'

export function flowOf({ own, config }: PageFacts, sources: readonly SourceView[]): Flow {
  const lines = sumBy(own.lines, 1)
  const events = sumBy(own.events, 1)
  const of = (sums: ReadonlyMap<string, number>, outcome: string): number => sums.get(outcome) ?? 0
  return {
    lines: sum(lines.values()),
    blank: of(lines, 'blank'),
    rejected: of(lines, 'rejected'),
    events: sum(events.values()) - of(events, 'primed'),
    primed: of(events, 'primed'),
    unmapped: of(events, 'unmapped'),
    unmatched: of(events, 'unmatched'),
    dropped: of(events, 'dropped'),
    mapped: of(events, 'mapped'),
    skipped: sum(sumBy(own.skippedUpdates, 1).values()),
    series: sum(sumBy(own.series, 0).values()),
    maxSeries: config.limits.series,
    overflow: sum(sumBy(own.seriesOverflow, 0).values()),
    lineRate: sources.reduce((total, source) => total + source.rate10, 0),
  }
}
