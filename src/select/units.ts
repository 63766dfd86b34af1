/**
 * `unit` and `scale`: numbers to base units (seconds, bytes, ratio). Divides where the factor is below 1, so that an integer gives
 * the double nearest to the true quotient: 153 ms is 0.153, which 153 * 0.001 is not for every number.
 */
import type { Json } from '../decode/path.ts'
import { goDuration, isoDuration, secsNanos } from './durations.ts'
import type { Numeric } from './numeric.ts'
import type { Unit } from './spec.ts'

/** Reads the value itself, before any arithmetic. */
export type ReadUnit = (value: Json) => number | undefined

const READ_FIRST: ReadonlyMap<Unit, ReadUnit> = new Map([
  ['go_duration', goDuration],
  ['iso_duration', isoDuration],
  ['secs_nanos', secsNanos],
])

/** Power of ten for decimal fractions, else a multiplier. */
const FACTORS: ReadonlyMap<Unit, { readonly times: number } | { readonly digits: number }> = new Map([
  ['ns', { digits: 9 }],
  ['us', { digits: 6 }],
  ['ms', { digits: 3 }],
  ['s', { times: 1 }],
  ['min', { times: 60 }],
  ['h', { times: 3600 }],
  ['d', { times: 86_400 }],
  ['B', { times: 1 }],
  ['KB', { times: 1e3 }],
  ['KiB', { times: 1024 }],
  ['MB', { times: 1e6 }],
  ['MiB', { times: 1024 ** 2 }],
  ['GB', { times: 1e9 }],
  ['GiB', { times: 1024 ** 3 }],
  ['percent', { digits: 2 }],
])

export type Convert = (value: Numeric) => number

/** How `unit` reads the value, for units that are written as text or object. */
export function unitReader(unit: Unit | undefined): ReadUnit | undefined {
  return unit === undefined ? undefined : READ_FIRST.get(unit)
}

/** From the unit to its base unit; undefined: nothing to do. */
export function unitConversion(unit: Unit | undefined): Convert | undefined {
  const factor = unit === undefined ? undefined : FACTORS.get(unit)
  if (factor === undefined) return undefined
  if ('digits' in factor) return divideByPowerOfTen(factor.digits)
  return factor.times === 1 ? Number : (value) => Number(value) * factor.times
}

/** Times `scale`; a scale such as 0.001 divides by 1000. */
export function scaleConversion(scale: number | undefined): Convert | undefined {
  if (scale === undefined || scale === 1) return undefined
  const inverse = Math.round(1 / scale)
  if (Math.abs(scale) < 1 && 1 / inverse === scale) return (value) => Number(value) / inverse + 0
  return (value) => Number(value) * scale + 0
}

function divideByPowerOfTen(digits: number): Convert {
  const divisor = 10 ** digits
  // One rounding: both sides of the division are exact, and so is the text of an integer that no double holds.
  return (value) => (typeof value === 'number' ? value / divisor : Number(`${value}e-${digits}`))
}
