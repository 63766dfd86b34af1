/** The log of one container: the feeds of its streams, and from where on a daemon is to be asked so that each gets all that it has not. */
import type { ContainerInfo } from '../containers.ts'
import type { Container, Position } from '../source.ts'
import type { Echo } from './cursor.ts'
import { Feed, type SharedOptions } from './feed.ts'
import { type FeedState, FRESH, type PastFeed, positionId } from './feed-note.ts'
import type { LogFrame, StreamName } from './log-frame.ts'
import { earlier, NO_TIME, timeOfMs } from './log-time.ts'

/** Frames of two streams come out of order by milliseconds; each stream by itself does not. */
const REORDER_SECONDS = 10
/** A daemon tells its clock in whole seconds, and answers take their time. */
const CLOCK_SLACK_MS = 2000

/** What all containers of a source share. */
export interface LogOptions extends SharedOptions {
  readonly source: string
  readonly streams: readonly StreamName[]
}

export class ContainerLog {
  readonly id: string
  #name: string
  readonly #options: LogOptions
  readonly #feeds: ReadonlyMap<StreamName, Feed>
  takenCount = 0

  constructor(container: ContainerInfo, past: ReadonlyMap<string, FeedState>, options: LogOptions) {
    this.id = container.id
    this.#name = container.name
    this.#options = options
    this.#feeds = new Map(options.streams.map((stream) => [stream, this.#makeFeed(container, stream, past)]))
  }

  /** What it is called from the next line on. */
  describe(container: ContainerInfo): void {
    this.#name = container.name
    for (const { origin } of this.#feeds.values()) origin.container = shown(container)
  }

  get name(): string {
    return this.#name
  }

  get positions(): Position[] {
    return [...this.#feeds.values()].map(({ position }) => position)
  }

  /** Where its streams stand, for who reads them next. */
  get states(): PastFeed[] {
    return [...this.#feeds].map(([stream, { state }]) => ({ container: this.id, stream, name: this.#name, state }))
  }

  /** Resolves when its sinks can take more; undefined: now. */
  get busy(): Promise<void> | undefined {
    for (const feed of this.#feeds.values()) if (feed.busy !== undefined) return feed.busy
    return undefined
  }

  /** From where on a daemon is to be asked. A stream that has been quiet for long is not asked for from its last line on: what it has not given is about as new as the rest. */
  get since(): string {
    const newest = this.#cursors.reduce((latest, { time }) => (time > latest ? time : latest), NO_TIME)
    const { isTurnedBack } = this
    const floor = isTurnedBack || newest === NO_TIME ? NO_TIME : earlier(newest, REORDER_SECONDS)
    const all = [...this.#feeds.values()].map((feed) => feed.since(floor))
    const least = all.reduce((one, other) => (other < one ? other : one))
    return least < this.#options.skipBefore && !isTurnedBack ? this.#options.skipBefore : least
  }

  /** What the daemon must send of each stream, if it is asked now. */
  get echoes(): readonly (Echo | undefined)[] {
    return this.#cursors.map(({ echo }) => echo)
  }

  /** A new answer of the daemon begins, with what `since` and `echoes` were when it was asked for. */
  connect(since: string, echoes: readonly (Echo | undefined)[]): void {
    this.#cursors.forEach((cursor, index) => {
      cursor.connect(since, echoes[index])
    })
  }

  take(frame: LogFrame): void {
    const feed = this.#feeds.get(frame.stream)
    if (feed?.take(frame) === true) this.takenCount++
  }

  /** All that the daemon has was given. Answers whether it is to be asked for once more. */
  passed(): boolean {
    return this.#cursors.map((cursor) => cursor.passed()).includes(true)
  }

  /** Nothing more is written for now: messages without a line end are whole. */
  close(): void {
    for (const feed of this.#feeds.values()) feed.close()
    this.#options.batch.flush()
  }

  /** The same for messages that began before `time`: where times say nothing, for none. */
  closeBefore(time: string): void {
    if (this.isTurnedBack) return
    for (const feed of this.#feeds.values()) if (feed.openTime !== NO_TIME && feed.openTime < time) feed.close()
    this.#options.batch.flush()
  }

  /** All that the daemon has was taken, and what is whole of it delivered. */
  noteAtEnd(): void {
    this.#options.batch.flush()
    for (const feed of this.#feeds.values()) feed.noteAtEnd()
  }

  rest(): void {
    for (const feed of this.#feeds.values()) feed.rest()
  }

  /** Whether frames came that are older than what is remembered: they were sent again, or the clock was set back. */
  get hasSeenOlder(): boolean {
    return this.#cursors.some(({ hasSeenOlder }) => hasSeenOlder)
  }

  /** Times of the log go back somewhere behind the cursor, or went back not long before. */
  get isTurnedBack(): boolean {
    return this.#cursors.some(({ isTurnedBack }) => isTurnedBack)
  }

  /** Answers whether the daemon's clock is found to be behind what it has told before. */
  checkClock(dateMs: number | undefined): boolean {
    for (const cursor of this.#cursors) cursor.hasSeenOlder = false
    if (dateMs === undefined) return false
    const latest = timeOfMs(dateMs + CLOCK_SLACK_MS)
    const ahead = this.#cursors.filter(({ time, isTurning }) => time > latest && !isTurning)
    for (const cursor of ahead) cursor.turnBack()
    return ahead.length > 0
  }

  get #cursors() {
    return [...this.#feeds.values()].map(({ cursor }) => cursor)
  }

  #makeFeed(container: ContainerInfo, stream: StreamName, past: ReadonlyMap<string, FeedState>): Feed {
    const id = positionId(container.id, stream)
    const { source, ...shared } = this.#options
    const { createdMs } = container
    const lacksHistory = createdMs !== undefined && timeOfMs(createdMs) < shared.skipBefore
    const origin = {
      lacksHistory,
      source,
      log: id,
      file: '',
      stream,
      fields: {},
      container: shown(container),
      envelope: 'cri' as const,
    }
    return new Feed({ id, origin, state: past.get(id) ?? FRESH, ...shared })
  }
}

/** What `$container` names, and no more. */
function shown({ id, name, image, labels }: ContainerInfo): Container {
  return { id, name, image, labels }
}
