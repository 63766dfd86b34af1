/** What comes out of the room, as plain data: events that were derived, and their fields. */
import type { LogClock } from '../clock/log-clock.ts'
import type { Json } from '../decode/json.ts'
import type { Origin } from '../source/source.ts'

/** A value that is kept for later: texts are bounded by whoever gives them. */
export type Kept = string | number | boolean

/** Texts of a key, in the order in which it names them. */
export type KeyTexts = readonly string[]

export type Fields = Readonly<Record<string, Json>>

/** An event that was made here. */
export interface Derived {
  /** Name of the item that made it. */
  readonly item: string
  readonly fields: Fields
  readonly origin: Origin
  readonly clock: LogClock
  /** Of its cause, or when it ran out. */
  readonly timeNs: bigint
  /** Of the line that caused it; 0 if none did. */
  readonly lineBytes: number
}

const EXACT_NS = 9_007_199_254_740_991n

/** The double nearest to so many nanoseconds, in seconds: 153 ms are 0.153. */
export function secondsOf(ns: bigint): number {
  if (ns <= EXACT_NS && ns >= -EXACT_NS) return Number(ns) / 1e9
  const digits = String(ns < 0n ? -ns : ns).padStart(10, '0')
  return Number(`${ns < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`)
}

/** From one time to another, at least 0: lines do not always stand in the order of their times. */
export function spanNs(fromNs: bigint, toNs: bigint): bigint {
  return toNs > fromNs ? toNs - fromNs : 0n
}

/** A key with one text is that text; one with several is the list of them. */
export function keyField(key: KeyTexts): Json {
  return key.length === 1 ? key[0] : key
}
