/** Metrics with how near they are to their limits, and the values that make most of their series. */
import type { Family } from '../registry/family.ts'
import { shownText } from './examples.ts'
import type { PageFacts } from './facts.ts'
import type { LabelView, MetricView } from './model.ts'
import { sumBy } from './tally-sums.ts'

const MAX_METRICS = 500
const TOP_VALUES = 5
/** Values looked at: of one label, and of all labels together. */
const MAX_VALUES = 10_000
const MAX_ALL_VALUES = 100_000

export function gatherMetrics({ registry, own, masks }: PageFacts): MetricView[] {
  const skipped = sumBy(own.skippedUpdates, 0)
  let left = MAX_ALL_VALUES
  const labelView = (family: Family, name: string, i: number): LabelView => {
    const limit = Math.min(MAX_VALUES, left)
    const { top, looked } = topValues(family.store.textUses(i), limit)
    left -= looked
    const valueCount = family.store.textCount(i, [''])
    return {
      name,
      valueCount,
      top: top.map(([text, series]) => ({ text: shownText(text, masks), series })),
      isPartial: looked < valueCount,
    }
  }
  return registry
    .families()
    .slice(0, MAX_METRICS)
    .map((family) => ({
      name: family.spec.name,
      type: family.spec.type,
      help: family.spec.help,
      series: family.store.seriesCount,
      hidden: own.seriesHidden.at(family.spec.name).value,
      maxSeries: family.spec.maxSeries,
      overflow: own.seriesOverflow.at(family.spec.name).value,
      skipped: skipped.get(family.spec.name) ?? 0,
      labels: family.spec.labelNames.map((name, i) => labelView(family, name, i)),
    }))
}

function topValues(uses: Iterable<readonly [string, number]>, limit: number) {
  const top: (readonly [string, number])[] = []
  let looked = 0
  for (const use of uses) {
    if (use[0] === '') continue
    if (looked >= limit) break
    looked++
    if (top.length === TOP_VALUES && use[1] <= top.at(-1)![1]) continue
    top.push(use)
    top.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    top.length = Math.min(top.length, TOP_VALUES)
  }
  return { top, looked }
}
