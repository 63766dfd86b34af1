/** What a family with windows asks of them; by slot. */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'

export interface Windows {
  /** A value came when the clock of its log showed `ns`. */
  add(slot: number, ns: bigint, value: number): void
  /** The clock shows `nowNs`: what has left does not count any more, and the store shows what is left. */
  settle(slot: number, nowNs: bigint): void
  remove(slot: number): void
  /** What stands in `from` counts in `to` from now on. */
  fold(from: number, to: number): void
  /** What the record does not have of a series; `isWhole`: it has nothing. */
  write(out: ByteWriter, slot: number, isWhole: boolean): void
  /** What was written of it last is in the record. */
  acknowledge(slot: number): void
  /** `recorded`: what `read` made of all that was written. */
  restore(slot: number, recorded: unknown): void
}

/** Reads what `write` wrote, into what was read of the series before. */
export type ReadWindow = (input: ByteReader, before: unknown) => unknown
