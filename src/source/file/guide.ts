/**
 * What knows more of a source's files than their paths tell: where they are, which of them are wanted, and what their lines come from. All of it
 * is asked synchronously and nothing throws: what cannot be known now is known at a later look.
 */
import type { Origin } from '../source.ts'

export interface Guide {
  /** Whether who writes or rotates the files may copy them. Where that never happens, files that are alike are files of their own. */
  readonly hasCopies: boolean
  /** Grows when `patterns`, `wants` or `about` may answer otherwise than before. */
  readonly changes: number
  /** Where files may be, as of the last look. Asking for files of a pattern may bring further ones. */
  readonly patterns: readonly string[]
  /** Looks again at what there is: before each scan, and before places of an earlier process are taken over. */
  look(nowMs: number): void
  /** Whether the file is read that stands at a path which the patterns give. Of a path that led to a wanted file once: whether it still is. */
  wants(path: string): boolean
  /** Whether it is wanted for all that is known now: the place where it was left is not for others. */
  mayWant(path: string): boolean
  /** What an origin says besides source, log and file; nothing, if nothing is known: then it says what it said before. */
  about(path: string): Partial<Pick<Origin, 'fields' | 'container' | 'pod' | 'envelope' | 'streams'>>
  /** What is to be said instead of what a scan found wrong: `what` → `why`. */
  problems(found: ReadonlyMap<string, string>): ReadonlyMap<string, string>
  /** The place where the logs are cannot be looked into at all, as of the last look. */
  readonly isShut: boolean
  /** How to go on where the system refuses a log; said once for all of them. */
  cure(code: string): string | undefined
}
