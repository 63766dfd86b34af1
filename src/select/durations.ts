/**
 * Durations that are written as text or as an object, in seconds: Go's (`1h2m3.5s`), ISO 8601's (`PT1M30.5S`), and {secs, nanos}.
 * Read in whole nanoseconds, so that the seconds are the nearest double of what was written; anything finer is cut off, as Go does.
 */
import { isObject, type Json } from '../decode/path.ts'

/** No duration is longer; bounds the work on hostile digits. */
const MAX_DURATION_LENGTH = 64

const GO_DURATION = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/
const GO_PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g
const GO_UNIT_NS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
])

/** Seconds of Go's `time.Duration.String()`; undefined: no such text. */
export function goDuration(value: Json): number | undefined {
  if (typeof value !== 'string' || value.length > MAX_DURATION_LENGTH) return undefined
  if (value === '0') return 0
  if (!GO_DURATION.test(value)) return undefined
  let ns = 0n
  for (const [, whole, fraction, unit] of value.matchAll(GO_PART)) ns += decimalTimes(whole!, fraction!, GO_UNIT_NS.get(unit!)!)
  return secondsOfNs(value[0] === '-' ? -ns : ns)
}

/** Weeks, days, hours, minutes, seconds. Years and months have no length, so a text with them is no duration here. */
const ISO_DURATION =
  /^([+-]?)P(?=\d|T\d)(?:(\d+)(?:[.,](\d+))?W)?(?:(\d+)(?:[.,](\d+))?D)?(?:T(?=\d)(?:(\d+)(?:[.,](\d+))?H)?(?:(\d+)(?:[.,](\d+))?M)?(?:(\d+)(?:[.,](\d+))?S)?)?$/
const ISO_UNITS_NS = [604_800_000_000_000n, 86_400_000_000_000n, 3_600_000_000_000n, 60_000_000_000n, 1_000_000_000n]

/** Seconds of an ISO 8601 duration; undefined: no such text. */
export function isoDuration(value: Json): number | undefined {
  if (typeof value !== 'string' || value.length > MAX_DURATION_LENGTH) return undefined
  const match = ISO_DURATION.exec(value)
  if (match === null) return undefined
  let ns = 0n
  for (let i = 0; i < ISO_UNITS_NS.length; i++)
    ns += decimalTimes(match[2 + 2 * i] ?? '', match[3 + 2 * i] ?? '', ISO_UNITS_NS[i]!)
  return secondsOfNs(match[1] === '-' ? -ns : ns)
}

/** Seconds of `{secs, nanos}` (Rust), `{seconds, nanos}` (protobuf, which leaves zeros out) or `[s, ns]`; undefined: neither. */
export function secsNanos(value: Json): number | undefined {
  if (Array.isArray(value)) return value.length === 2 ? fromParts(value[0] as Json, value[1] as Json) : undefined
  if (!isObject(value)) return undefined
  const secs = own(value, 'secs') ?? own(value, 'seconds')
  const nanos = own(value, 'nanos')
  return secs === undefined && nanos === undefined ? undefined : fromParts(secs ?? 0, nanos ?? 0)
}

function fromParts(secs: Json, nanos: Json): number | undefined {
  const s = integerOf(secs)
  const ns = integerOf(nanos)
  return s === undefined || ns === undefined ? undefined : secondsOfNs(s * 1_000_000_000n + ns)
}

/** protobuf writes int64 as text. */
function integerOf(value: Json): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  return typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? BigInt(value) : undefined
}

function own(value: { readonly [key: string]: Json }, key: string): Json {
  return Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined
}

/** `whole.fraction` × unit, cut to an integer. */
function decimalTimes(whole: string, fraction: string, unit: bigint): bigint {
  return BigInt(whole || '0') * unit + (fraction === '' ? 0n : (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length))
}

/** The double nearest to ns / 10^9. */
function secondsOfNs(ns: bigint): number {
  const number = Number(ns)
  return Number.isSafeInteger(number) ? number / 1e9 : Number(`${ns}e-9`)
}
