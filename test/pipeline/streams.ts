/** A log on its way from chunks to numbers, for tests that cut it themselves. */
import type { Config } from '../../src/config/config.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { EventStream } from '../../src/pipeline/event-stream.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import type { Plan } from '../../src/pipeline/plan.ts'

export interface CutStream {
  readonly sink: EventStream
  /** The next byte it wants. */
  wanted: number
}

/** `from`: bytes before it are in the numbers; those before `primedBytes` count nothing. */
export function streamOf(plan: Plan, config: Config, log: string, from: number, primedBytes = 0): CutStream {
  const { mappings, own, registry, sightings, cleanLabel } = plan
  const origin = { source: 's', log, file: `/${log}`, stream: '', fields: {}, primedBytes }
  const applier = new LineApplier(
    {
      source: 's',
      mapping: mappings.all[0]!,
      own,
      sightings,
      cleanLabel,
      births: registry.births,
      bounds: { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth },
      wallClockMs: () => Date.UTC(2027, 0, 1),
      onBug: (error) => {
        throw error
      },
    },
    origin,
  )
  const sink = new EventStream({
    origin,
    application: { applier },
    envelope: 'none',
    maxLineBytes: config.limits.lineBytes,
    createFramer: (options) => new LineFramer(options),
  })
  return { sink, wanted: from }
}
