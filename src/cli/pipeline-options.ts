/** What a plan's lines are applied with. */
import type { PipelineOptions } from '../pipeline/intake.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { Log } from '../telemetry/log.ts'
import { Throttle } from '../telemetry/throttle.ts'

/** A bug in a line's way is told at most once in this time. */
const BUG_PERIOD_MS = 10_000

export function pipelineOptions({ config, mappings, own, cleanLabel, sightings, registry }: Plan, log: Log): PipelineOptions {
  const bugs = new Throttle(BUG_PERIOD_MS, () => performance.now())
  return {
    mappings,
    own,
    sightings,
    births: registry.births,
    bounds: { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth },
    maxLineBytes: config.limits.lineBytes,
    cleanLabel,
    wallClockMs: Date.now,
    onEnvelope: tellerOf('lines are wrapped, as their shape shows', 'envelope', log),
    onFormat: tellerOf('lines are no JSON, as the first of them show', 'format', log),
    onBug: (error) => {
      const hidden = bugs.pass('line')
      const where = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 4).join(' ').trim() : ''
      if (hidden !== undefined)
        log.error('a line made the exporter fail; it is counted as internal. Please report this', {
          kind: (error as Error).name,
          where,
          hidden,
        })
    },
  }
}

/** Once for each source and kind: a node may have thousands of containers. */
function tellerOf(message: string, what: 'envelope' | 'format', log: Log): NonNullable<PipelineOptions['onEnvelope']> {
  const told = new Set<string>()
  return (found, { source, file }) => {
    const key = `${source} ${found}`
    if (told.has(key)) return
    told.add(key)
    log.info(message, { source, [what]: found, file: file || undefined })
  }
}
