/** One case through everything a real log goes through, from bytes to exposition, in this process and without files of the log. */
import type { Config } from '../config/config.ts'
import type { FormatChoice } from '../decode/format/choice.ts'
import { Exposition } from '../exposition/exposition.ts'
import { LineFramer } from '../frame/line-framer.ts'
import { EventStream } from '../pipeline/event-stream.ts'
import { LineApplier } from '../pipeline/line-applier.ts'
import { compilePlan, type Plan } from '../pipeline/plan.ts'
import { lineFormatOf } from '../select/line-format.ts'
import { compileRegex } from '../select/regex.ts'
import type { Origin } from '../source/source.ts'

/** Noon of a day without daylight saving changes: the wall clock of every case starts here. */
export const START_MS = Date.UTC(2026, 0, 1, 12)

export interface Played {
  readonly plan: Plan
  /** Exposition of the mapped metrics. */
  readonly mapped: string
  /** The same with the exporter's own. */
  readonly withOwn: string
}

export interface Play {
  readonly log: string | Buffer
  readonly file: string
  readonly advanceMs: number
}

/** Throws what a bug in the way of a line throws. The mapping has been checked. */
export function play(config: Config, { log, file, advanceMs }: Play): Played {
  const plan = compilePlan(config, () => {})
  const { mapping, registry, own, cleanLabel, sightings } = plan
  let nowMs = START_MS
  const origin = originOf(config, file)
  const bounds = { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
  const applier = new LineApplier(
    {
      source: origin.source,
      mapping,
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
    envelope: envelopeOf(config),
    format: formatOf(config),
    maxLineBytes: config.limits.lineBytes,
    createFramer: (options) => new LineFramer(options),
  })
  const buffer = Buffer.from(log as string)
  const at = stream.push({ buffer, start: 0, end: buffer.length, offset: 0 })
  stream.end({ buffer, start: at, end: buffer.length, offset: at })
  nowMs += advanceMs
  const exposition = new Exposition({ registry, own, others: () => [], nowMs: () => 0 })
  return { plan, mapped: exposition.mappedText(), withOwn: exposition.mappedText({ withOwn: true }) }
}

/** As if the mapping's only file source had found the file. */
export function originOf(config: Config, file: string): Origin {
  const [only] = config.sources
  const source = config.sources.length === 1 && only?.kind === 'file' ? only : undefined
  const compiled = source?.fields === undefined ? undefined : compileRegex(source.fields)
  const fields = compiled?.ok === true ? (compiled.regex.groups(file) ?? {}) : {}
  return { source: source?.name ?? 'test', log: 'log', file, stream: '', fields }
}

/** What the lines of a case are written in: as its only source says, else the mapping. */
export function formatOf({ sources, format }: Config): FormatChoice {
  const [only] = sources
  return lineFormatOf((sources.length === 1 ? only?.format : undefined) ?? format)
}

/** What wraps them. */
export function envelopeOf({ sources, envelope }: Config): Config['envelope'] {
  const [only] = sources
  return (sources.length === 1 ? only?.envelope : undefined) ?? envelope
}
