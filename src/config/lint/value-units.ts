/** In which unit a value is: what `unit` makes of it, what its name in the log says, and what a metric's name says. */

import { isLong, type PathWords, pathsOf } from '../../select/path-words.ts'
import type { LongValue, Unit, ValueSpec } from '../../select/spec.ts'

export type BaseUnit = 'seconds' | 'bytes' | 'ratio' | 'dollars'

const MADE_BY_UNIT: Readonly<Record<Unit, BaseUnit>> = {
  ns: 'seconds',
  us: 'seconds',
  ms: 'seconds',
  s: 'seconds',
  min: 'seconds',
  h: 'seconds',
  d: 'seconds',
  B: 'bytes',
  KB: 'bytes',
  KiB: 'bytes',
  MB: 'bytes',
  MiB: 'bytes',
  GB: 'bytes',
  GiB: 'bytes',
  percent: 'ratio',
  go_duration: 'seconds',
  iso_duration: 'seconds',
  secs_nanos: 'seconds',
}

/** Last words of names in logs, and the unit that they say. `min` is as often the least. */
const SAID_IN_LOGS: Readonly<Record<string, Unit>> = {
  ms: 'ms',
  msec: 'ms',
  msecs: 'ms',
  millis: 'ms',
  milliseconds: 'ms',
  us: 'us',
  usec: 'us',
  micros: 'us',
  microseconds: 'us',
  ns: 'ns',
  nsec: 'ns',
  nanos: 'ns',
  nanoseconds: 'ns',
  minutes: 'min',
  hours: 'h',
  kb: 'KB',
  kib: 'KiB',
  mb: 'MB',
  mib: 'MiB',
  gb: 'GB',
  gib: 'GiB',
  percent: 'percent',
  pct: 'percent',
  percentage: 'percent',
}

/** Words of metric names that are no base unit, by the unit that they mean. Abbreviations as promtool knows them. */
const IN_NAMES: Readonly<Record<string, Unit>> = {
  ...Object.fromEntries(Object.entries(SAID_IN_LOGS).filter(([word]) => !['min'].includes(word))),
  s: 's',
  sec: 's',
  secs: 's',
  minute: 'min',
  hour: 'h',
  days: 'd',
  b: 'B',
  kilobytes: 'KB',
  megabytes: 'MB',
  gigabytes: 'GB',
}

/** A word in a metric's name that is no base unit. */
export function oddUnitIn(name: string): { readonly word: string; readonly unit: Unit; readonly base: BaseUnit } | undefined {
  const word = name
    .toLowerCase()
    .split('_')
    .slice(1)
    .findLast((part) => Object.hasOwn(IN_NAMES, part))
  return word === undefined ? undefined : { word, unit: IN_NAMES[word]!, base: MADE_BY_UNIT[IN_NAMES[word]!] }
}

/** The base unit that a metric's name says. */
export function unitInName(name: string): BaseUnit | undefined {
  if (/(^|_)seconds(_|$)/i.test(name)) return 'seconds'
  if (/(^|_)bytes(_|$)/i.test(name)) return 'bytes'
  if (/(^|_)(ratio|rate|fraction|share)(_|$)/i.test(name)) return 'ratio'
  return /(^|_)(usd|dollars?|cost|spend)(_|$)/i.test(name) ? 'dollars' : undefined
}

/** What a value is in once it is read; undefined: nothing says so. */
export function unitMade(spec: ValueSpec): BaseUnit | undefined {
  if (isLong(spec)) {
    if (spec.unit !== undefined && spec.scale === undefined) return MADE_BY_UNIT[spec.unit]
    if (spec.price !== undefined) return 'dollars'
    if (isReckoned(spec)) return undefined
  }
  const [first] = pathsOf(spec)
  if (first?.words.length !== 0) return undefined
  return first.root === '$bytes' ? 'bytes' : first.root === '$time' ? 'seconds' : undefined
}

/** A unit that the log says and nothing converts. */
export function unitLeft(spec: ValueSpec): { readonly read: PathWords; readonly unit: Unit } | undefined {
  if (isLong(spec) && (spec.unit !== undefined || isReckoned(spec))) return undefined
  const read = pathsOf(spec).find(({ words }) => Object.hasOwn(SAID_IN_LOGS, words.at(-1) ?? ''))
  return read && { read, unit: SAID_IN_LOGS[read.words.at(-1)!]! }
}

function isReckoned({ scale, expr }: LongValue): boolean {
  return scale !== undefined || expr !== undefined
}

export function baseOf(unit: Unit): BaseUnit {
  return MADE_BY_UNIT[unit]
}
