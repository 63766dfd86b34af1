/** The process that writes the log (`writer.mjs`), and its journal. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Running, until } from '../real/workbench.ts'

const PATIENCE_MS = 600_000

export interface WriterOptions {
  readonly log: string
  /** Where it notes how many lines it has begun. */
  readonly journal: string
  readonly linesPerSecond: number
  readonly seed: number
  /** It renames the log after so many lines, and begins it anew. */
  readonly rotateEvery?: number
  /** Each object is printed over several lines, and the log is rotated between two of one. */
  readonly isPretty?: boolean
  /** How it finds out that somebody else has renamed the log. Default: it does not. */
  readonly reopens?: 'by name' | 'by signal'
  /** With `by name`: it makes a log that nobody has made yet. Else it goes on with the old one meanwhile. */
  readonly creates?: boolean
}

export class Writer extends Running {
  readonly #journal: string

  constructor(options: WriterOptions) {
    super(process.execPath, [join(import.meta.dirname, 'writer.mjs'), JSON.stringify(options)])
    this.#journal = options.journal
  }

  /** Lines that it has begun to write. */
  get begun(): number {
    try {
      return Number(readFileSync(this.#journal, 'utf8'))
    } catch {
      return 0
    }
  }

  /** It finishes its line and ends, but not before it has written `leastLines`. Answers how many it has written. */
  async finish(leastLines = 0): Promise<number> {
    await until(`${leastLines} lines`, () => (this.begun >= leastLines ? true : undefined), PATIENCE_MS)
    const code = await this.stop()
    if (code !== 0) throw new Error(`the writer ended with ${code}: ${this.stderr}`)
    return this.begun
  }
}
