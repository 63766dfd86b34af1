/** Buckets that do not suit what a histogram measures: those of another unit, or none given where the shipped ones are seconds. */
import type { Report } from '../../diag/diagnostic.ts'
import { bucketBounds } from '../buckets.ts'
import { type MappingFile, placeIn, type RawMetric } from '../raw.ts'
import { metricsOf } from './labels-of.ts'
import { unitInName } from './value-units.ts'

/** Units of the shipped lists. */
const OF_LISTS: Readonly<Record<string, string>> = {
  seconds: 'seconds',
  model_seconds: 'seconds',
  run_seconds: 'seconds',
  bytes: 'bytes',
  usd: 'dollars',
  tokens: 'tokens',
  count: 'counts',
}
/** Bounds so large that are no whole minutes are milliseconds that somebody took over. */
const LEAST_MILLISECONDS = 50
const LEAST_LARGEST_MILLISECONDS = 1000

export function checkBuckets(file: MappingFile, _: unknown, report: Report): void {
  for (const { metric, path } of metricsOf(file)) {
    if (metric.type !== 'histogram') continue
    const message = problemOf(metric, file)
    if (message === undefined) continue
    const place = placeIn(file.file, [...path, metric.buckets === undefined ? 'name' : 'buckets'])
    const hint =
      'give bounds in the unit of the value, or a shipped list: seconds, model_seconds, run_seconds, tokens, bytes, usd, count'
    report({ severity: 'warning', code: 'odd-buckets', message, place, hint })
  }
}

function problemOf(metric: RawMetric, { raw }: MappingFile): string | undefined {
  const { name, buckets } = metric
  const unit = unitInName(name) ?? (/(^|_)tokens(_|$)/.test(name) ? 'tokens' : undefined)
  if (buckets === undefined) {
    const isGiven = raw.defaults?.buckets !== undefined
    return isGiven || unit === 'seconds' ? undefined : `"${name}" gives no buckets: it gets those for seconds, 5 ms to 1 min`
  }
  if (typeof buckets === 'string') {
    const listUnit = Object.hasOwn(OF_LISTS, buckets) ? OF_LISTS[buckets] : undefined
    return unit === undefined || listUnit === undefined || listUnit === unit
      ? undefined
      : `"${name}" is in ${unit}, its buckets are for ${listUnit}`
  }
  const bounds = bucketBounds(buckets)
  if (bounds === undefined || bounds.length === 0) return undefined
  if (unit === 'seconds' && looksLikeMilliseconds(bounds))
    return `the buckets of "${name}" look like milliseconds: ${shown(bounds)}`
  if (unit === 'ratio' && bounds[0]! >= 1) return `"${name}" is between 0 and 1, its buckets begin at ${bounds[0]}`
  if (unit === 'bytes' && bounds.at(-1)! < 64) return `the buckets of "${name}" end at ${bounds.at(-1)} bytes`
  return undefined
}

function looksLikeMilliseconds(bounds: readonly number[]): boolean {
  const isLarge = bounds[0]! >= LEAST_MILLISECONDS && bounds.at(-1)! >= LEAST_LARGEST_MILLISECONDS
  return isLarge && bounds.every((bound) => bound % 60 !== 0)
}

function shown(bounds: readonly number[]): string {
  return `${bounds.slice(0, 4).join(', ')}${bounds.length > 4 ? ' …' : ''}`
}
