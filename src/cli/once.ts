/** `run --once`: everything to its end, the mapped families on standard output, exit 1 if a named log could not be read. */

import { harmless } from '../explain/log-text.ts'
import { Exposition } from '../exposition/exposition.ts'
import { openMetricsFormat } from '../exposition/open-metrics-format.ts'
import { textFormat } from '../exposition/text-format.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { TimeRange } from '../pipeline/time-range.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import { EXIT } from './exit-codes.ts'
import type { MadeIntake } from './intakes.ts'
import type { Io } from './io.ts'
import type { Settings } from './settings.ts'
import { wordsOf } from './time-range.ts'

const MOST_UNPRICED = 10

export async function runOnce(
  pipeline: Pipeline,
  intakes: readonly MadeIntake[],
  { registry, own, masks }: Plan,
  settings: Settings,
  io: Io,
): Promise<number> {
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  await pipeline.run(stop.signal)
  process.off('SIGINT', interrupt)
  process.off('SIGTERM', interrupt)
  const format = settings.format === 'openmetrics' ? openMetricsFormat({ withCreated: settings.withCreated }) : textFormat
  const exposition = new Exposition({ registry, own, others: () => [], nowMs: () => performance.now(), format })
  io.stdout(exposition.mappedText({ withOwn: settings.withOwn }))
  if (settings.range !== undefined) io.stderr(rangeWords(settings.range, own))
  io.stderr(unpricedWords(own))
  const problems = intakes.flatMap(({ problems: told }) => told())
  for (const problem of problems) io.stderr(`agentlog-exporter: ${harmless(masks.text(problem))}\n`)
  return problems.length > 0 || stop.signal.aborted ? EXIT.failed : EXIT.ok
}

/** What became of the events, so that nobody takes an empty answer for a quiet day. */
function rangeWords({ fromNs, toNs }: TimeRange, { events }: OwnMetrics): string {
  const counts = new Map<string, number>()
  for (const [[, outcome], count] of events.cells()) counts.set(outcome!, (counts.get(outcome!) ?? 0) + count)
  const of = (...outcomes: readonly string[]): number => outcomes.reduce((sum, outcome) => sum + (counts.get(outcome) ?? 0), 0)
  const from = fromNs === undefined ? '' : ` from ${wordsOf(fromNs)}`
  const to = toNs === undefined ? '' : ` to ${wordsOf(toNs)}`
  const within = of('mapped', 'unmatched', 'unmapped', 'dropped')
  return (
    `agentlog-exporter: ${within} events${from}${to}, ${of('mapped')} of them counted; ` +
    `left out: ${of('primed')} before, ${of('later')} after, ${of('timeless')} that say no time\n`
  )
}

/** Models whose tokens cost nothing for want of a price; who asks for dollars is to know. Empty: all have one. */
function unpricedWords({ unpricedTokens }: OwnMetrics): string {
  const lines = [...unpricedTokens.cells()]
    .filter(([, tokens]) => tokens > 0)
    .map(([[metric, model], tokens]) => `agentlog-exporter: ${metric} has no price for ${tokens} tokens of ${harmless(model!)}\n`)
  const more = lines.length - MOST_UNPRICED
  return lines.slice(0, MOST_UNPRICED).join('') + (more > 0 ? `agentlog-exporter: and for ${more} more models\n` : '')
}
