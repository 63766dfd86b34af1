/** What a session has collected under one name: a number, a value, or which values there were. */
import { BrokenRecord } from '../state/broken-record.ts'
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Kept } from './derived-event.ts'
import { readKept, writeKept } from './written.ts'

export type CollectOp = 'count' | 'sum' | 'max' | 'min' | 'first' | 'last' | 'distinct'

/** `rest`: what the sum lost to rounding. `hashes`: of the values that were seen. */
export type Collected =
  | { readonly kind: 'sum'; sum: number; rest: number }
  | { readonly kind: 'value'; value: Kept }
  | { readonly kind: 'distinct'; readonly hashes: Set<number> }

/** Values that one `distinct` tells apart; further ones are not counted. */
export const MOST_DISTINCT = 1000
/** So many of them take as much room as a key. */
const DISTINCT_PER_KEY = 16

const KIND = { nothing: 0, sum: 1, value: 2, distinct: 3 } as const

/** `hash` is asked for with `distinct` alone. */
export function collect(before: Collected | undefined, op: CollectOp, value: Kept, hash: () => number): Collected {
  switch (op) {
    case 'count':
      return added(before, 1)
    case 'sum':
      return added(before, value as number)
    case 'max':
      return extreme(before, value, (a, b) => a > b)
    case 'min':
      return extreme(before, value, (a, b) => a < b)
    case 'first':
      return before ?? { kind: 'value', value }
    case 'last':
      return { kind: 'value', value }
    case 'distinct':
      return oneMore(before, hash())
  }
}

/** A sum of doubles that keeps what each step loses, so that it is the nearest double of the true sum. */
function added(before: Collected | undefined, value: number): Collected {
  const into = before?.kind === 'sum' ? before : { kind: 'sum' as const, sum: 0, rest: 0 }
  const sum = into.sum + value
  const isSmaller = Math.abs(into.sum) >= Math.abs(value)
  into.rest += isSmaller ? into.sum - sum + value : value - sum + into.sum
  into.sum = sum
  return into
}

function extreme(before: Collected | undefined, value: Kept, wins: (a: Kept, b: Kept) => boolean): Collected {
  return before?.kind === 'value' && !wins(value, before.value) ? before : { kind: 'value', value }
}

function oneMore(before: Collected | undefined, hash: number): Collected {
  const into = before?.kind === 'distinct' ? before : { kind: 'distinct' as const, hashes: new Set<number>() }
  if (into.hashes.size < MOST_DISTINCT) into.hashes.add(hash)
  return into
}

/** undefined: nothing was collected. */
export function collectedField(one: Collected | undefined): Kept | undefined {
  if (one === undefined) return undefined
  if (one.kind === 'sum') return Number.isFinite(one.sum) ? one.sum + one.rest : one.sum
  return one.kind === 'value' ? one.value : one.hashes.size
}

/** Room that it takes besides its key, in keys. */
export function weightOfCollected(one: Collected | undefined): number {
  return one?.kind === 'distinct' ? Math.floor(one.hashes.size / DISTINCT_PER_KEY) : 0
}

export function writeCollected(out: ByteWriter, one: Collected | undefined): void {
  out.byte(one === undefined ? KIND.nothing : KIND[one.kind])
  if (one?.kind === 'sum') {
    out.number(one.sum)
    out.number(one.rest)
  } else if (one?.kind === 'value') writeKept(out, one.value)
  else if (one?.kind === 'distinct') {
    out.count(one.hashes.size)
    for (const hash of one.hashes) out.count(hash)
  }
}

export function readCollected(input: ByteReader): Collected | undefined {
  const kind = input.byte()
  if (kind === KIND.nothing) return undefined
  if (kind === KIND.sum) return { kind: 'sum', sum: input.number(), rest: input.number() }
  if (kind === KIND.value) return { kind: 'value', value: readKept(input) ?? '' }
  if (kind === KIND.distinct)
    return { kind: 'distinct', hashes: new Set(Array.from({ length: input.count() }, () => input.count())) }
  throw new BrokenRecord('something collected of no known kind')
}
