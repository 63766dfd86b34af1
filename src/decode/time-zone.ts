/**
 * Local times of a zone to UTC. Where the clock goes back and a time exists twice, the first of the two is meant; where it goes
 * forward and a time does not exist, it is read with the offset from before (02:30 becomes 03:30), as Temporal's `compatible` does.
 */

/** Seconds since the epoch as if the local time were UTC → seconds since the epoch. */
export type ToUtc = (localSeconds: number) => number

const SAME: ToUtc = (localSeconds) => localSeconds
const DAY_SECONDS = 86_400

/** The conversion for a zone; an unknown name is UTC (config refuses it before). */
export function zoneToUtc(name: string): ToUtc {
  if (name === 'UTC' || name === 'Etc/UTC') return SAME
  const formatter = formatterOf(name)
  return formatter === undefined ? SAME : rememberMinute((local) => convert(formatter, local))
}

function formatterOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
}

/** Asking Intl costs 5 µs and more; lines of a log are mostly of the same minute, within which no zone has changed since 1972. */
function rememberMinute(toUtc: ToUtc): ToUtc {
  let minute = Number.NaN
  let offset = 0
  return (local) => {
    const current = Math.floor(local / 60)
    if (current !== minute) {
      minute = current
      offset = current * 60 - toUtc(current * 60)
    }
    return local - offset
  }
}

/** A day before and a day after have the offsets before and after a change, if there is one near. */
function convert(formatter: Intl.DateTimeFormat, local: number): number {
  const before = offsetAt(formatter, local - DAY_SECONDS)
  const early = local - before
  if (offsetAt(formatter, early) === before) return early
  const late = local - offsetAt(formatter, local + DAY_SECONDS)
  return local - offsetAt(formatter, late) === late ? late : early
}

/** Seconds that the zone is ahead of UTC at an instant. */
function offsetAt(formatter: Intl.DateTimeFormat, utcSeconds: number): number {
  const part: Record<string, number> = {}
  for (const { type, value } of formatter.formatToParts(utcSeconds * 1000)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - utcSeconds
}
