/** Which events count when only those of a range of time do: by what each event says of its time, wherever in the log it stands. */
import type { Row } from '../decode/row.ts'

/** Nanoseconds since the epoch: from `fromNs` on, before `toNs`. undefined: without a bound. */
export interface TimeRange {
  readonly fromNs: bigint | undefined
  readonly toNs: bigint | undefined
}

/** `earlier`: it prepares for those that count. `later` and `timeless` (it says no time) are left out. */
export type Side = 'earlier' | 'within' | 'later' | 'timeless'

export function sideOf({ fromNs, toNs }: TimeRange, row: Row): Side {
  const ns = row.ownTime() ?? row.envelopeTime()
  if (ns === undefined) return 'timeless'
  if (fromNs !== undefined && ns < fromNs) return 'earlier'
  return toNs !== undefined && ns >= toNs ? 'later' : 'within'
}
