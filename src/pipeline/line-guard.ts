/** Stands before each line while a process before this one is known to have died: what killed it is not to kill this one for ever. */
import type { Origin } from '../source/source.ts'

export interface LineGuard {
  /** The line is in hand from now on; false: it is poison and not to be applied. `endOffset` is behind it. */
  enter(origin: Origin, line: Uint8Array, endOffset: number): boolean
  /** No line is in hand. */
  leave(): void
}
