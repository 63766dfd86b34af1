/** How what is kept stands in the record: times exact to the nanosecond, values with their kind. */

import { BrokenRecord } from '../state/broken-record.ts'
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Kept } from './derived-event.ts'
import type { Carried } from './entry.ts'

const KIND = { missing: 0, text: 1, number: 2, false: 3, true: 4 } as const
const NS = 1_000_000_000n

/** Of an event: none is before 1970. */
export function writeNs(out: ByteWriter, ns: bigint): void {
  const positive = ns > 0n ? ns : 0n
  out.count(Number(positive / NS))
  out.count(Number(positive % NS))
}

export function readNs(input: ByteReader): bigint {
  return BigInt(input.count()) * NS + BigInt(input.count())
}

export function writeKept(out: ByteWriter, value: Kept | undefined): void {
  if (typeof value === 'string') {
    out.byte(KIND.text)
    out.text(value)
  } else if (typeof value === 'number') {
    out.byte(KIND.number)
    out.number(value)
  } else out.byte(value === undefined ? KIND.missing : value ? KIND.true : KIND.false)
}

export function readKept(input: ByteReader): Kept | undefined {
  const kind = input.byte()
  if (kind === KIND.missing) return undefined
  if (kind === KIND.text) return input.text()
  if (kind === KIND.number) return input.number()
  if (kind === KIND.true || kind === KIND.false) return kind === KIND.true
  throw new BrokenRecord('a value of no known kind')
}

export function writeCarried(out: ByteWriter, carried: Carried): void {
  out.count(carried.length)
  for (const value of carried) writeKept(out, value)
}

export function readCarried(input: ByteReader): Carried {
  return Array.from({ length: input.count() }, () => readKept(input))
}
