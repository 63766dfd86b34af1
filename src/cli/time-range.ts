/** `--from` and `--to` → a range of time, or what is wrong with them. */
import { durationMs } from '../config/duration.ts'
import { parseTime } from '../decode/time.ts'
import type { TimeRange } from '../pipeline/time-range.ts'

const DATE = /^\d{4}-\d\d-\d\d$/
const WITH_OFFSET = /(?:Z|[+-]\d\d:?\d\d)$/i
const AGO = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h|d))+$/
const FORMS =
  'expected a time with its offset such as 2026-02-26T14:30:00Z, a date such as 2026-02-26 (where it begins in UTC), or how long ago, such as 24h'

type Problem = { readonly problem: string }

/** undefined: neither is given, so all counts. */
export function timeRangeOf(
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
  isOnce: boolean,
  nowMs: number,
): TimeRange | undefined | Problem {
  if (from === undefined && to === undefined) return undefined
  if (!isOnce)
    return {
      problem: `${from === undefined ? '--to' : '--from'}: only with --once, which reads what is there; what is served counts on from then\n`,
    }
  const fromNs = from === undefined ? undefined : timeOf('from', from, nowMs)
  const toNs = to === undefined ? undefined : timeOf('to', to, nowMs)
  if (typeof fromNs === 'object') return fromNs
  if (typeof toNs === 'object') return toNs
  if (fromNs !== undefined && toNs !== undefined && fromNs >= toNs)
    return { problem: `--from ${from} is ${wordsOf(fromNs)}, and --to ${to} is ${wordsOf(toNs)}: nothing lies between them\n` }
  return { fromNs, toNs }
}

/** For people; to the millisecond. */
export function wordsOf(ns: bigint): string {
  return new Date(Number(ns / 1_000_000n)).toISOString().replace('.000Z', 'Z')
}

function timeOf(name: string, text: string, nowMs: number): bigint | Problem {
  if (AGO.test(text)) {
    const ms = nowMs - durationMs(text)
    if (ms >= 0) return BigInt(Math.round(ms)) * 1_000_000n
  } else {
    const whole = DATE.test(text) ? `${text}T00:00:00Z` : text
    const ns = WITH_OFFSET.test(whole) ? parseTime(whole, 'UTC') : undefined
    if (ns !== undefined) return ns
  }
  return { problem: `--${name} "${text}": ${FORMS}\n` }
}
