/** What happens to the files of one source, as own metrics and as few words. An adversary who makes things happen fills no log. */
import type { OwnMetrics } from '../../telemetry/own-metrics.ts'
import type { Cell } from '../../telemetry/tally.ts'
import type { SourceLog } from '../source-log.ts'

export type Change = 'found' | 'rotated' | 'truncated' | 'vanished' | 'error'

export interface FileStates {
  /** Followed under their name, whether a descriptor holds them now or not. */
  readonly open: number
  /** Renamed, replaced or deleted, and still read. */
  readonly rotated: number
  readonly unreadable: number
  readonly copies: number
  /** Not read yet, for want of descriptors. */
  readonly waiting: number
}

const MAX_WARNINGS = 100

export class Meter {
  readonly lagBytes: Cell
  readonly lagSeconds: Cell
  readonly #name: string
  readonly #telemetry: OwnMetrics
  readonly #log: SourceLog | undefined
  readonly #warned = new Set<string>()
  readonly #cures = new Set<string>()
  #unreadableCount = 0
  #isUp = false
  readonly #cureOf: (code: string) => string | undefined

  /** `cureOf`: how to go on where the system refuses files for this reason. */
  constructor(
    name: string,
    telemetry: OwnMetrics,
    log: SourceLog | undefined,
    cureOf: (code: string) => string | undefined = () => undefined,
  ) {
    this.#cureOf = cureOf
    this.#name = name
    this.#telemetry = telemetry
    this.#log = log
    this.lagBytes = telemetry.lagBytes.at(name)
    this.lagSeconds = telemetry.lagSeconds.at(name)
    for (const change of ['found', 'rotated', 'truncated', 'vanished', 'error'] as const) this.#change(change)
    this.states({ open: 0, rotated: 0, unreadable: 0, copies: 0, waiting: 0 })
    this.missedBytes(0)
    this.directories(0, 0)
  }

  count(change: Change): void {
    this.#change(change).value++
  }

  lostBytes(bytes: number): void {
    this.#telemetry.truncatedBytes.at(this.#name).value += bytes
  }

  /** Of a file that was deleted while no descriptor held it. */
  missedBytes(bytes: number): void {
    this.#telemetry.vanishedBytes.at(this.#name).value += bytes
  }

  /** How many files are in each state. The source is up while one of them can be read. */
  states({ open, rotated, unreadable, copies, waiting }: FileStates): void {
    this.#unreadableCount = unreadable
    this.#isUp = open + rotated > 0
    this.#telemetry.sourceFiles.at(this.#name, 'open').value = open
    this.#telemetry.sourceFiles.at(this.#name, 'rotated').value = rotated
    this.#telemetry.sourceFiles.at(this.#name, 'unreadable').value = unreadable
    this.#telemetry.sourceFiles.at(this.#name, 'copy').value = copies
    this.#telemetry.sourceFiles.at(this.#name, 'waiting').value = waiting
    this.#telemetry.sourceUp.at(this.#name).value = this.#isUp ? 1 : 0
  }

  /** How changes are found: by notice of the system, or by looking alone. */
  directories(noticed: number, polled: number): void {
    this.#telemetry.sourceDirectories.at(this.#name, 'notify').value = noticed
    this.#telemetry.sourceDirectories.at(this.#name, 'poll').value = polled
  }

  /** Said once for each subject. */
  warn(message: string, subject: string): void {
    const cause = `${message} ${subject}`
    if (this.#warned.has(cause) || this.#warned.size >= MAX_WARNINGS) return
    this.#warned.add(cause)
    this.#log?.warn(message, { source: this.#name, subject })
  }

  /** A file cannot be read. Where one cure helps all of them it is said once, with the first. */
  refused(why: string, path: string): void {
    const cure = this.#cureOf(why)
    if (cure === undefined) this.warn(`cannot read a file: ${why}`, path)
    else if (!this.#cures.has(cure)) this.#log?.warn(`cannot read a file: ${why}; ${cure}`, { source: this.#name, subject: path })
    this.noteCure(why)
  }

  /** Of a file that cannot be read, which others tell. */
  noteCure(why: string): void {
    const cure = this.#cureOf(why)
    if (cure !== undefined) this.#cures.add(cure)
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get unreadableCount(): number {
    return this.#unreadableCount
  }

  /** Those that were said, or are to be, as long as any file is refused. */
  get cures(): Iterable<string> {
    return this.#unreadableCount > 0 ? this.#cures : []
  }

  #change(change: Change): Cell {
    return this.#telemetry.sourceFileEvents.at(this.#name, change)
  }
}
