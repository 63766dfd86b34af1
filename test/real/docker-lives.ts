/** The built exporter on a daemon's containers, in life after life, and what a scraper makes of all of them together. */
import { setTimeout as pause } from 'node:timers/promises'
import { judged, MAPPING, wordsOf } from '../faults/digits.ts'
import { Exporter, type Scratch, sum, until } from './workbench.ts'

/** A line's container and stream, beside the digits of its number. */
const ORIGINS = `  - { name: by_name_total, type: counter, event: e, labels: { container: $container.name } }
  - { name: by_stream_total, type: counter, event: e, labels: { stream: $stream } }
`
const LONGEST_ABSENCE_MS = 40_000
const WARNING_MS = 10_000
/** What may still come when all is counted: a line too often. */
const QUIET_MS = 700

export type Read = 'auto' | 'files' | 'api'

export interface LivesOptions {
  /** Of the record and the mapping: unique in a test. */
  readonly name: string
  /** What stands in `sources: - docker:`. */
  readonly docker: Readonly<Record<string, unknown>>
  readonly flags?: readonly string[]
}

/** Where a daemon keeps the logs of its containers, and where it answers. */
export interface Place {
  readonly containers: string
  readonly socket: string
}

/** `sources: - docker:` for one container. */
export function sourceOf(read: Read, name: string, { containers }: Pick<Place, 'containers'>): Readonly<Record<string, unknown>> {
  return { names: [name], read, root: containers }
}

/** Counts each line's digit, container and stream; `docker` is what stands in `sources: - docker:`. */
export function mappingOf(docker: Readonly<Record<string, unknown>>): string {
  return `${MAPPING}${ORIGINS}sources:\n  - docker: ${JSON.stringify(docker)}\n`
}

export class Lives {
  /** Series that fell or vanished. */
  decreases = 0
  kills = 0
  readonly #args: readonly string[]
  readonly #most = new Map<number, number>()
  readonly #ended: { gaps: number; words: string } = { gaps: 0, words: '' }
  #life: Exporter | undefined
  #gaps = 0

  constructor(scratch: Scratch, { name, docker, flags = [] }: LivesOptions) {
    const state = ['--state.dir', scratch.file(`state-${name}`)]
    this.#args = ['-c', scratch.write(`${name}.yaml`, mappingOf(docker)), ...state, ...flags]
  }

  async start(): Promise<this> {
    this.#life = await Exporter.start(...this.#args)
    return this
  }

  /** Ends this life without a warning, and begins the next one. `isEarly`: nobody looks at its numbers before. */
  async kill(isEarly = false): Promise<void> {
    if (!isEarly) await this.exposition()
    await this.#end('SIGKILL')
    this.kills++
    await this.start()
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | undefined> {
    return this.#end(signal)
  }

  /** Gaps that were suspected in all lives, as far as somebody saw it. */
  get gaps(): number {
    return this.#ended.gaps + this.#gaps
  }

  /** What all lives said. */
  get words(): string {
    return this.#ended.words + (this.#life?.stderr ?? '')
  }

  /** It has complained in such words. */
  async warned(says: (line: string) => boolean): Promise<void> {
    const lines = (): string[] => this.words.split('\n').filter((line) => /level=(warn|error)/.test(line))
    await until('a warning', () => lines().some(says) || undefined, WARNING_MS).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.words}`, { cause: error })
    })
  }

  /** What is exposed now; a number that fell since the last time is written down. */
  async exposition(): Promise<string> {
    const text = await until('numbers', async () => {
      const response = await fetch(`${this.#life?.url}/metrics`)
      return response.status === 200 ? response.text() : undefined
    })
    this.#gaps = sum(text, 'agentlog_docker_gap_suspected_total')
    const words = wordsOf(text)
    for (const [word, most] of this.#most) if ((words.get(word) ?? 0) < most) this.decreases++
    for (const [word, value] of words) this.#most.set(word, value)
    return text
  }

  /** These lines are counted, or nothing more has come for long. */
  async judged(lines: readonly number[], patienceMs = LONGEST_ABSENCE_MS): Promise<JudgedLines> {
    const highest = lines.reduce((most, n) => Math.max(most, n), -1) + 1
    const wanted = new Set(lines)
    const lostOf = (text: string): number[] => judged(text, highest).lost.filter((n) => wanted.has(n))
    await until('all lines', async () => lostOf(await this.exposition()).length === 0 || undefined, patienceMs).catch(
      () => undefined,
    )
    await pause(QUIET_MS)
    const text = await this.exposition()
    return { lost: lostOf(text), double: judged(text, highest).double, text }
  }

  async #end(signal: NodeJS.Signals): Promise<number | string | undefined> {
    const life = this.#life
    const code = await life?.stop(signal)
    this.#ended.gaps += this.#gaps
    this.#ended.words += life?.stderr ?? ''
    this.#gaps = 0
    this.#life = undefined
    return code
  }
}

/** What became of some lines. */
export interface JudgedLines {
  readonly lost: readonly number[]
  /** How much more was counted than lines. */
  readonly double: number
  readonly text: string
}

/** Texts of a label, and what was counted with each. */
export function countsBy(exposition: string, metric: string): Record<string, number> {
  const lines = exposition.matchAll(new RegExp(`^${metric}\\{[^"]*"([^"]*)"\\} (\\S+)$`, 'gm'))
  return Object.fromEntries([...lines].map(([, text, value]) => [text, Number(value)]))
}
