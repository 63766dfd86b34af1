/**
 * What a family is called in OpenMetrics. There the family of `calls_total` is `calls` and that of `agent_info` is `agent`; every sample
 * keeps the name that it has in the text format. A metric whose name has not the suffix of its type, or whose family would meet another
 * one, is `unknown` (a counter) or a gauge (an info): types without suffixes.
 */
import type { IsNameTaken } from './format.ts'

export interface OpenMetricsName {
  readonly family: string
  readonly type: string
}

/** `type` as the registry or the text format names it. */
export function openMetricsName(name: string, type: string, isTaken: IsNameTaken): OpenMetricsName {
  if (type === 'counter') return withSuffix(name, '_total', type, 'unknown', isTaken)
  if (type === 'info') return withSuffix(name, '_info', type, 'gauge', isTaken)
  return { family: name, type: type === 'untyped' ? 'unknown' : type }
}

function withSuffix(name: string, suffix: string, type: string, instead: string, isTaken: IsNameTaken): OpenMetricsName {
  const family = name.endsWith(suffix) ? name.slice(0, -suffix.length) : ''
  // A counter also owns `_created`, whether it is written or not; an info gives way to the counter of its family.
  const isMet = isTaken(family) || isTaken(`${family}${type === 'counter' ? '_created' : '_total'}`)
  return family === '' || isMet ? { family: name, type: instead } : { family, type }
}

/** Units that stand at the end of a name, and are the unit then. */
const UNITS = ['seconds', 'bytes', 'ratio', 'tokens']

export function unitOf({ family, type }: OpenMetricsName): string | undefined {
  if (type === 'info') return undefined
  return UNITS.find((unit) => family.endsWith(`_${unit}`))
}
