/**
 * Containers of a Docker daemon by the better of two ways: the files that it writes, which hold every line and can be read again, or its interface.
 * `auto` takes the files where they can be read; once lines were counted one way, a restart goes on that way, since places of the one mean nothing to
 * the other. Who is told to change takes none of the past: no line counts twice.
 */
import type { Fault } from '../fault.ts'
import type { OpenStream, Position, RecordedPositions, Source } from '../source.ts'
import type { SourceLog } from '../source-log.ts'

/** A source, and what it could not read. */
export interface ToldSource extends Source {
  readonly problems: readonly string[]
  readonly faults: readonly Fault[]
}

export type Reading = 'files' | 'api'

export interface DockerSourceOptions {
  readonly name: string
  readonly read: 'auto' | Reading
  /** Why the files cannot be read; undefined: they can. */
  readonly whyNoFiles: () => string | undefined
  /** `takesNoHistory`: begins with what is written from now on. */
  readonly open: Readonly<Record<Reading, (takesNoHistory: boolean) => ToldSource>>
  readonly log?: SourceLog
}

/** Places of an archive or of a first scan say no more than that files were read. */
const FILE_NOTE = /^(?:\{.*"key":|archive|history is skipped)/

export class DockerSource implements ToldSource {
  readonly name: string
  readonly caughtUp: Promise<void>
  readonly #options: DockerSourceOptions
  #settle: () => void = () => {}
  #source: ToldSource | undefined = undefined
  #reading: Reading | undefined = undefined
  #words = ''

  constructor(options: DockerSourceOptions) {
    this.name = options.name
    this.#options = options
    this.caughtUp = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** undefined: it was not decided yet. */
  get reading(): Reading | undefined {
    return this.#reading
  }

  /** How it reads and why, for people; empty: it was not decided yet. */
  get words(): string {
    return this.#words
  }

  get problems(): readonly string[] {
    return this.#source?.problems ?? []
  }

  get faults(): readonly Fault[] {
    return this.#source?.faults ?? []
  }

  async run(open: OpenStream, signal: AbortSignal): Promise<void> {
    const source = this.#source ?? this.#choose([])
    this.#options.log?.info(this.#words, { source: this.name })
    void source.caughtUp.then(this.#settle)
    await source.run(open, signal)
  }

  drain(): void {
    this.#source?.drain()
  }

  positions(): Position[] {
    return this.#source?.positions() ?? []
  }

  /** Places of the other way are of no use any more: kept, they would count again what was counted since. */
  restore(own: RecordedPositions, recordedMs: number, others: RecordedPositions = []): RecordedPositions {
    const source = this.#choose(own)
    return source.restore(
      own.filter((position) => readingOf(position.note) === this.#reading),
      recordedMs,
      others,
    )
  }

  #choose(own: RecordedPositions): ToldSource {
    const before = own.length === 0 ? undefined : readingOf(own[0]!.note)
    const { reading, why } = this.#decide(before)
    const hasChanged = own.some((position) => readingOf(position.note) !== reading)
    this.#reading = reading
    this.#words = `containers are read ${reading === 'files' ? 'from the files of the daemon' : 'through the interface of the daemon'}: ${why}`
    if (hasChanged)
      this.#options.log?.warn(
        'the record has places of the other way of reading, which mean nothing here: what was written up to now is not counted by this one',
        { source: this.name },
      )
    this.#source = this.#options.open[reading](hasChanged)
    return this.#source
  }

  #decide(before: Reading | undefined): { readonly reading: Reading; readonly why: string } {
    const { read, whyNoFiles } = this.#options
    if (read !== 'auto') return { reading: read, why: `read: ${read}` }
    if (before !== undefined) return { reading: before, why: 'as before the restart' }
    const why = whyNoFiles()
    return why === undefined ? { reading: 'files', why: 'they can be read' } : { reading: 'api', why: `no files: ${why}` }
  }
}

function readingOf(note: string): Reading {
  return FILE_NOTE.test(note) ? 'files' : 'api'
}
