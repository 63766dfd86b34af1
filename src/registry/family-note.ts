/** What the record says of a family, for whoever reads it without the mapping. */
import type { Family } from './family.ts'
import type { FamilySpec, FamilyType, WindowOp } from './family-spec.ts'

export interface FamilyNote {
  readonly name: string
  readonly help: string
  readonly type: FamilyType
  readonly labelNames: readonly string[]
  readonly buckets: readonly number[]
  readonly quantiles: readonly number[]
  readonly cellCount: number
  readonly definition: string
  /** Times as decimal nanoseconds. */
  readonly window?: { readonly op?: WindowOp; readonly over?: string; readonly last?: number } | undefined
  readonly expire?: string | undefined
  /** Of a window that tells texts apart. */
  readonly secret?: string | undefined
}

export function noteOf({ spec, store, timed }: Family): FamilyNote {
  const { name, help, type, labelNames, buckets, quantiles, definition, window, expireNs = 0n } = spec
  const { op, overNs, last } = window ?? {}
  return {
    name,
    help,
    type,
    labelNames,
    buckets,
    quantiles,
    cellCount: store.cellCount,
    definition,
    window: window && { ...(op && { op }), ...(last && { last }), ...(overNs && { over: String(overNs) }) },
    expire: expireNs > 0n ? String(expireNs) : undefined,
    secret: timed?.distinct?.secret,
  }
}

/** The family as far as the note tells. */
export function specOf({ window, expire, ...note }: FamilyNote): FamilySpec {
  const { op, over, last } = window ?? {}
  return {
    ...note,
    maxSeries: Number.POSITIVE_INFINITY,
    window: window && { op, last, overNs: over === undefined ? undefined : BigInt(over) },
    expireNs: BigInt(expire ?? 0),
  }
}
