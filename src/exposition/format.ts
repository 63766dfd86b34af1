/** What a format promises. One file per format; exposition chooses, formats know neither cache nor HTTP. */
import type { Family } from '../registry/family.ts'
import type { ExposedFamily } from './exposed-family.ts'
import type { TextWriter } from './text-writer.ts'

/** Writes the series in `slot`, or nothing if there is none. */
export type SeriesWriter = (slot: number, out: TextWriter) => void

/** How one mapped family is written. Keeps what can be used again. */
export interface FamilyWriter {
  /** What stands before its series. */
  readonly opening: string
  readonly writeSeries: SeriesWriter
}

/** Whether some family of the body has this name. */
export type IsNameTaken = (name: string) => boolean

export interface Format {
  mapped(family: Family, isTaken: IsNameTaken): FamilyWriter
  exposed(family: ExposedFamily, out: TextWriter, isTaken: IsNameTaken): void
  /** What ends a body. */
  readonly end: string
}
