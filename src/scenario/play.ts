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

export interface PlayedLog extends CaseOrigin {
  readonly log: string | Buffer
}

export interface Play extends PlayedLog {
  /** Logs that are read behind the first. */
  readonly further?: readonly PlayedLog[]
  readonly advanceMs: number
}

/** Throws what a bug in the way of a line throws. The mapping has been checked. */
export function play(config: Config, { further = [], advanceMs, ...first }: Play): Played {
  const plan = compilePlan(config, () => {})
  let nowMs = START_MS
  for (const [i, one] of [first, ...further].entries()) readLog(one, i, plan, () => nowMs)
  nowMs += advanceMs
  plan.clocks.moveOn(BigInt(Math.round(advanceMs * 1e6)))
  const { registry, own } = plan
  const exposition = new Exposition({ registry, own, others: () => [], nowMs: () => 0 })
  return { plan, mapped: exposition.mappedText(), withOwn: exposition.mappedText({ withOwn: true }) }
}

function readLog({ log, ...from }: PlayedLog, index: number, plan: Plan, wallClockMs: () => number): void {
  const { config, mappings, registry, own, cleanLabel, sightings } = plan
  const origin = originOf(config, from, index)
  const onBug = (error: unknown): never => {
    throw error
  }
  const bounds = { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
  const mapping = mappings.reading(origin.source)
  const common = { source: origin.source, mapping, own, sightings, births: registry.births, bounds, cleanLabel }
  const stream = new EventStream({
    origin,
    application: { applier: new LineApplier({ ...common, wallClockMs, onBug }, origin) },
    envelope: envelopeOf(config, from),
    format: formatOf(config, from),
    maxLineBytes: config.limits.lineBytes,
    createFramer: (options) => new LineFramer(options),
  })
  const buffer = Buffer.from(log as string)
  const at = stream.push({ buffer, start: 0, end: buffer.length, offset: 0 })
  stream.end({ buffer, start: at, end: buffer.length, offset: at })
}
