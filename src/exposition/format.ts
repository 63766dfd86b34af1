/** What a format promises. One file per format; exposition chooses, formats know neither cache nor HTTP. */
import type { Family } from '../registry/family.ts'
import type { ExposedFamily } from './exposed-family.ts'
import type { TextWriter } from './text-writer.ts'

/** Writes one mapped family, its series in the given order of slots (default: order of slots). Keeps what can be used again. */
export type FamilyWriter = (out: TextWriter, slots?: readonly number[]) => void

/** Whether some family of the body has this name. */
export type IsNameTaken = (name: string) => boolean

export interface Format {
  mapped(family: Family, isTaken: IsNameTaken): FamilyWriter
  exposed(family: ExposedFamily, out: TextWriter, isTaken: IsNameTaken): void
  /** What ends a body. */
  readonly end: string
}
