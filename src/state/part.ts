/**
 * What a part of the record promises. The record is made of parts (series, positions, …) and knows nothing of what they mean.
 * Everything is written as it stands (absolute), under numbers that the part itself explains once per file; so a file can be read
 * after any other one of the same record.
 */
import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'

export interface RecordPart {
  /** Stable over versions: what is written under it is read under it. */
  readonly name: string
  /** Whether `writeChanges` has anything to say. */
  readonly hasChanges: boolean
  /** About how many entries have changed; missing: never so many that writing them takes milliseconds. Asked often. */
  readonly changeCount?: number
  /** A new journal begins: nothing is explained in it yet. */
  beginJournal(): void
  /** All that differs from what was last acknowledged. May be asked again before it is acknowledged. */
  writeChanges(out: ByteWriter): void
  /** What `writeChanges` wrote in this turn of the event loop is in the record now. */
  acknowledge(): void
  /**
   * Writes all there is, a little before each yield. `isFrozen`: nothing happens until the end, and all is acknowledged then.
   * Otherwise what changes meanwhile goes to the journal too, and what was never acknowledged must not be written: it may be gone
   * before the journal hears of it.
   */
  sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void>
  /** A reader for one file of the record: it takes that file's sections in their order, later ones replacing earlier ones. */
  openReader(): (section: ByteReader) => void
}
