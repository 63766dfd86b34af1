/** The entries of which the record's series consist, and how a sketch is written in one. Each is a byte, the family's number, and: */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { SketchState } from './quantile-sketch.ts'

export const ENTRY = {
  /** The family's note as JSON. */
  family: 1,
  /** A birth, 1 if it is an overflow series, when it was born, its label texts. */
  series: 2,
  /** How many; for each the birth and all its cells. */
  cells: 3,
  /** A birth and its sketch. */
  sketch: 4,
  /** A birth whose series is gone. */
  gone: 5,
  /** No number, but the name of a family that is gone with all its series. */
  familyGone: 6,
  /** A birth, the number of the clock of the log that touched the series last, and what it showed then. */
  touched: 7,
  /** A birth and its window, as its family's windows write it. */
  window: 8,
} as const

export function writeFamilyGone(out: ByteWriter, name: string): void {
  out.byte(ENTRY.familyGone)
  out.text(name)
}

export function writeSketch(out: ByteWriter, { min, max, zeroCount, positive, negative }: SketchState): void {
  out.number(min)
  out.number(max)
  out.count(zeroCount)
  for (const buckets of [positive, negative]) {
    out.count(buckets.length)
    for (const [bucket, count] of buckets) {
      out.number(bucket)
      out.count(count)
    }
  }
}

export function readSketch(input: ByteReader): SketchState {
  const [min, max] = [input.number(), input.number()]
  const zeroCount = input.count()
  const buckets = (): (readonly [number, number])[] =>
    Array.from({ length: input.count() }, () => [input.number(), input.count()] as const)
  return { min, max, zeroCount, positive: buckets(), negative: buckets() }
}
