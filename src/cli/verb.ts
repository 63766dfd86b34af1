/** What a verb is: a line in the table of `verbs.ts`, from which commander, help, completion and the generated reference come. */
import type { Flag, FlagValues } from './flags.ts'
import type { Io } from './io.ts'

export interface Verb {
  readonly name: string
  /** One line, for lists. */
  readonly help: string
  /** As commander writes it: `[logs...]`, `<file>`. */
  readonly argument?: { readonly name: string; readonly help: string }
  readonly flags: readonly Flag[]
  /** Runs without its name. */
  readonly isDefault?: boolean
  /** Loads the rooms it needs when it runs, so that no verb pays for another. Answers the exit code. */
  readonly run: (names: readonly string[], flags: FlagValues, io: Io) => Promise<number>
}
