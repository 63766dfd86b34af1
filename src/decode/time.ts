/**
 * Times of events, in nanoseconds since the epoch: RFC 3339 or the same without an offset (then in the log's zone), numbers since the
 * epoch whose size tells their unit, and `[s, ns]`. Exact: no digit goes through a double. Anything else, and anything
 * outside the years 1970-2199, is undefined; nothing is guessed as Date.parse would. Never throws.
 */
import type { Json } from './json.ts'
import { type ToUtc, zoneToUtc } from './time-zone.ts'
import { parseTimestamp } from './timestamp.ts'

const NS_PER_SECOND = 1_000_000_000n
/** 2200-01-01T00:00:00Z */
const END_SECONDS = 7_258_118_400

/** Compiles the reading of times for logs whose naive times are in `zone` (IANA name; see time-zone.ts for its changes of offset). */
export function timeParser(zone: string): (raw: Json) => bigint | undefined {
  const toUtc = zoneToUtc(zone)
  return (raw) => parseWith(raw, toUtc)
}

/** One time. Whoever has many takes a `timeParser`, which remembers its zone. */
export function parseTime(raw: Json, zone: string): bigint | undefined {
  return timeParser(zone)(raw)
}

function parseWith(raw: Json, toUtc: ToUtc): bigint | undefined {
  switch (typeof raw) {
    case 'string':
      return raw.charCodeAt(4) === 0x2d ? parseTimestamp(raw, toUtc) : ofNumeral(raw)
    case 'number':
      return Number.isSafeInteger(raw) ? ofInteger(raw) : ofNumeral(String(raw))
    case 'bigint':
      return ofInteger(raw)
    case 'object':
      return Array.isArray(raw) ? ofPair(raw as readonly Json[]) : undefined
    default:
      return undefined
  }
}

/**
 * Sizes of numbers since the epoch. The ranges of the units do not meet: each starts in 1973 (seconds: in 1970) and ends with 2199,
 * so a number between two of them is no time.
 */
const UNITS = [
  { from: 0, digits: 0, ns: 1_000_000_000n },
  { from: 1e11, digits: 3, ns: 1_000_000n },
  { from: 1e14, digits: 6, ns: 1_000n },
  { from: 1e17, digits: 9, ns: 1n },
] as const

/** `digits`: decimal digits of a second that the unit has. undefined: a size of no unit. */
function unitOfSize(size: number): (typeof UNITS)[number] | undefined {
  for (let i = UNITS.length - 1; i >= 0; i--) {
    const unit = UNITS[i]!
    if (size >= unit.from) return size < END_SECONDS * 10 ** unit.digits ? unit : undefined
  }
  return undefined
}

function ofInteger(value: number | bigint): bigint | undefined {
  const unit = unitOfSize(Number(value))
  return unit === undefined ? undefined : BigInt(value) * unit.ns
}

const NUMERAL = /^(\d{1,19})(?:[.,](\d{1,40}))?$/

/** A decimal numeral, as text or as a number is written: its integer part tells the unit, its fraction is cut to nanoseconds. */
function ofNumeral(text: string): bigint | undefined {
  const match = NUMERAL.exec(text)
  if (match === null) return undefined
  const unit = unitOfSize(Number(match[1]))
  if (unit === undefined) return undefined
  const finer = 9 - unit.digits
  return BigInt(match[1]! + (match[2] ?? '').slice(0, finer).padEnd(finer, '0'))
}

function ofPair(pair: readonly Json[]): bigint | undefined {
  const [seconds, nanos] = pair
  if (pair.length !== 2 || typeof seconds !== 'number' || typeof nanos !== 'number') return undefined
  if (!Number.isInteger(seconds) || !Number.isInteger(nanos) || nanos < 0 || nanos > 999_999_999) return undefined
  return seconds < 0 || seconds >= END_SECONDS ? undefined : BigInt(seconds) * NS_PER_SECOND + BigInt(nanos)
}
