/** One case through everything a real log goes through, from bytes to exposition, in this process and without files of the log. */
import type { Config } from '../config/config.ts'
import { Exposition } from '../exposition/exposition.ts'
import { LineFramer } from '../frame/line-framer.ts'
import { EventStream } from '../pipeline/event-stream.ts'
import { LineApplier } from '../pipeline/line-applier.ts'
import { compilePlan, type Plan } from '../pipeline/plan.ts'
import { type CaseOrigin, envelopeOf, formatOf, originOf } from './case-source.ts'

/** Noon of a day without daylight saving changes: the wall clock of every case starts here. */
export const START_MS = Date.UTC(2026, 0, 1, 12)

export interface Played {
  readonly plan: Plan
  /** Exposition of the mapped metrics. */
  readonly mapped: string
  /** The same with the exporter's own. */
  readonly withOwn: string
}

export interface Play extends CaseOrigin {
  readonly log: string | Buffer
  readonly advanceMs: number
}

/** Throws what a bug in the way of a line throws. The mapping has been checked. */
export function play(config: Config, { log, advanceMs, ...from }: Play): Played {
  const plan = compilePlan(config, () => {})
  const { mappings, registry, own, cleanLabel, sightings } = plan
  let nowMs = START_MS
  const origin = originOf(config, from)
  const bounds = { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
  const applier = new LineApplier(
    {
      source: origin.source,
      mapping: mappings.ofSource(origin.source),
      own,
      sightings,
      births: registry.births,
      bounds,
      cleanLabel,
      wallClockMs: () => nowMs,
      onBug: (error) => {
        throw error
      },
    },
    origin,
  )
  const stream = new EventStream({
    origin,
    application: { applier },
    envelope: envelopeOf(config, from),
    format: formatOf(config, from),
    maxLineBytes: config.limits.lineBytes,
    createFramer: (options) => new LineFramer(options),
  })
  const buffer = Buffer.from(log as string)
  const at = stream.push({ buffer, start: 0, end: buffer.length, offset: 0 })
  stream.end({ buffer, start: at, end: buffer.length, offset: at })
  nowMs += advanceMs
  plan.clocks.moveOn(BigInt(Math.round(advanceMs * 1e6)))
  const exposition = new Exposition({ registry, own, others: () => [], nowMs: () => 0 })
  return { plan, mapped: exposition.mappedText(), withOwn: exposition.mappedText({ withOwn: true }) }
}
