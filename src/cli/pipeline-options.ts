/** What a plan's lines are applied with. */
import type { PipelineOptions } from '../pipeline/intake.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { Origin } from '../source/source.ts'
import type { Log } from '../telemetry/log.ts'
import { Throttle } from '../telemetry/throttle.ts'

/** Names of containers that Compose writes are in some. */
const MAX_TOLD = 1000
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
    onEnvelope: tellerOf((envelope) => ({ envelope }), 'lines are wrapped, as their shape shows', log),
    onFormat: tellerOf(({ name, why }) => ({ format: name, why }), 'lines are not all JSON, as the first of them show', log),
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
function tellerOf<Found>(
  said: (found: Found) => Readonly<Record<string, string | undefined>>,
  message: string,
  log: Log,
): (found: Found, origin: Origin) => void {
  const told = new Set<string>()
  return (found, { source, file }) => {
    const key = `${source} ${Object.values(said(found)).join(' ')}`
    if (told.has(key) || told.size >= MAX_TOLD) return
    told.add(key)
    log.info(message, { source, ...said(found), file: file || undefined })
  }
}
