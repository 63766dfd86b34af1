/**
 * The containers of a source and who reads them: brings what the daemon lists and tells into line with the readers that run. Where a log stands
 * that nobody reads yet is kept for its reader.
 */
import type { ContainerInfo, Select } from '../containers.ts'
import type { Position } from '../source.ts'
import type { ContainerEvent } from './container-list.ts'
import { ContainerLog, type LogOptions } from './container-log.ts'
import { ContainerReader, type ReaderOptions } from './container-reader.ts'
import { NO_TIME } from './log-time.ts'
import type { PastFeeds } from './past-feeds.ts'

export interface CrewOptions {
  readonly select: Select
  readonly log: LogOptions
  readonly reader: ReaderOptions
  readonly past: PastFeeds
  /** Readers at once: each costs memory, and more come when others have gone. */
  readonly maxReaders: number
}

interface Member {
  readonly reader: ContainerReader
  readonly running: Promise<void>
}

export class Crew {
  readonly #options: CrewOptions
  readonly #signal: AbortSignal
  readonly #members = new Map<string, Member>()
  /** Containers of which something was told while the list was on its way: it may be older. */
  #told = new Set<string>()
  #fail: (error: unknown) => void = () => {}
  /** Rejects with a bug of a reader or a sink. Never resolves. */
  readonly failure: Promise<never>

  constructor(options: CrewOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
    this.failure = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failure.catch(() => {})
  }

  get positions(): Position[] {
    return [...this.#members.values()].flatMap(({ reader }) => reader.log.positions)
  }

  /** Resolves when it was tried to read all logs that are known now. */
  async tried(): Promise<void> {
    await Promise.all([...this.#members.values()].map(({ reader }) => reader.tried))
  }

  /** A list is asked for. */
  beginList(): void {
    this.#told = new Set()
  }

  /** `isRecheck`: something may have happened that was not told. */
  list(containers: readonly ContainerInfo[], isRecheck: boolean): void {
    const listed = new Set(containers.map(({ id }) => id))
    for (const [id, { reader }] of this.#members) if (!listed.has(id) && !this.#told.has(id)) reader.removed()
    for (const container of containers) {
      const isOlder = this.#told.has(container.id)
      const known = this.#members.get(container.id)
      if (known === undefined) this.#add(container)
      else if (!isOlder) this.#describe(known, container)
      known?.reader.listed(isOlder ? undefined : container.isRunning, isRecheck)
    }
    this.#options.past.keepOnly(listed)
  }

  tell({ happening, container, time = NO_TIME }: ContainerEvent): void {
    this.#told.add(container.id)
    const known = this.#members.get(container.id)
    if (known === undefined && happening !== 'destroy') this.#add(container)
    else if (happening === 'destroy') known?.reader.removed()
    else if (happening === 'rename') this.#describe(known!, container)
    else if (happening === 'start') known?.reader.started(time)
    else if (happening === 'die') known?.reader.died(this.#signal)
  }

  /** Under another name it may not be wanted any more: what it wrote before is read, and where it stands is kept. */
  #describe(member: Member, container: ContainerInfo): void {
    const { log } = member.reader
    if (this.#options.select(container)) log.describe(container)
    else member.reader.drain()
  }

  /** What was written up to now is read, then all readers end. */
  async drain(): Promise<void> {
    for (const { reader } of this.#members.values()) reader.drain()
    await this.ended()
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#members.values()].map(({ running }) => running))
  }

  #add(container: ContainerInfo): void {
    const { select, log, reader: options, past } = this.#options
    if (!select(container) || this.#signal.aborted) return
    if (this.#members.size >= this.#options.maxReaders) {
      this.#refuse()
      return
    }
    const reader = new ContainerReader(container, new ContainerLog(container, past.take(container.id), log), options)
    const running = reader.run(this.#signal).then(
      () => this.#leave(container.id, reader),
      (error: unknown) => this.#fail(error),
    )
    this.#members.set(container.id, { reader, running })
  }

  #refuse(): void {
    const { maxReaders, reader } = this.#options
    reader.meter.warn(
      'more containers are wanted than are read, and wait: choose fewer by names or with_labels',
      `${maxReaders} containers`,
    )
  }

  #leave(id: string, reader: ContainerReader): void {
    this.#members.delete(id)
    if (!reader.isGone) for (const feed of reader.log.states) this.#options.past.put(feed)
  }
}
