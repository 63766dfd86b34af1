/**
 * Containers of a Docker daemon by its interface: who can read their files has more (lines that a rotating daemon skips), who cannot, reads here.
 * Each line that the daemon still gives counts exactly once, over reconnects, restarts of the daemon and of this process. The list of containers
 * is the truth about which there are; events only make what happens known sooner.
 */
import { setMaxListeners } from 'node:events'
import { noneWanted } from '../containers.ts'
import type { Fault } from '../fault.ts'
import type { OpenStream, Position, RecordedPositions } from '../source.ts'
import { TimedWaker, type Waker } from '../wake.ts'
import { daemonProblem } from './api-problems.ts'
import { Backoff } from './backoff.ts'
import { type ClientLimits, DockerClient } from './client.ts'
import { ContainerLog, type LogOptions } from './container-log.ts'
import { Crew } from './crew.ts'
import { CriBatch } from './cri-batch.ts'
import { DockerMeter } from './docker-meter.ts'
import type { ToldSource } from './docker-source.ts'
import { endpointOf } from './endpoint.ts'
import { Engine } from './engine.ts'
import { EventWatch } from './event-watch.ts'
import { HistoryMark, isHistoryMark } from './history-mark.ts'
import { Link } from './link.ts'
import { PastFeeds } from './past-feeds.ts'
import { readLogsOnce } from './read-once.ts'
import { Slots } from './slots.ts'
import type { DockerApiSourceOptions } from './source-options.ts'

/** What tests replace. */
export interface ApiTuning {
  /** Answers that last, each a descriptor here and in the daemon. More containers are asked in turn. */
  readonly followed?: number
  /** Containers that are read at all. */
  readonly containers?: number
  readonly limits?: ClientLimits
  readonly makeWaker?: () => Waker
  readonly random?: () => number
}

const FOLLOWED = 100
/** As many as by the files. */
const CONTAINERS = 10_000
const PASSES = 16
const LIST_MS = 60_000
/** Where nobody tells what happens. */
const LIST_WITHOUT_EVENTS_MS = 5000

export class DockerApiSource implements ToldSource {
  readonly name: string
  readonly caughtUp: Promise<void>
  readonly #options: DockerApiSourceOptions
  readonly #tuning: ApiTuning
  readonly #meter: DockerMeter
  readonly #engine: Engine | undefined
  readonly #past = new PastFeeds()
  readonly #mark: HistoryMark
  readonly #link: Link
  readonly #events: EventWatch
  readonly #batch = new CriBatch()
  #crew: Crew | undefined = undefined
  #logs: readonly ContainerLog[] = []
  #problems: readonly string[] = []
  #isDraining = false
  #settle: () => void = () => {}

  constructor(options: DockerApiSourceOptions, tuning: ApiTuning = {}) {
    this.name = options.name
    this.#options = options
    this.#tuning = tuning
    this.#meter = new DockerMeter(options.name, options.telemetry, options.log)
    this.#mark = new HistoryMark(options.history)
    const found = endpointOf(options.host)
    if ('problem' in found) this.#problems = [`${options.host.address}: ${found.problem}`]
    else this.#engine = new Engine(new DockerClient(found.endpoint, tuning.limits))
    this.#link = new Link(() => options.waker.wake())
    // Events that come before the first list are of containers that it will have.
    this.#events = new EventWatch(
      () => options.waker.wake(),
      (event) => this.#crew?.tell(event),
      options.clock,
      this.#random,
    )
    this.caughtUp = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** Why the daemon is not asked or does not answer, and what of its logs could not be read with `once`. */
  get problems(): readonly string[] {
    return this.#problems
  }

  /** While the daemon answers there is none but that nothing is there to be read. */
  get faults(): readonly Fault[] {
    const what = this.#options.host.address
    if (this.#link.isUp)
      return this.#meter.readCount > 0 ? [] : [{ what, why: 'no container that is wanted runs', isDown: false }]
    return this.#problems.map((problem) => ({ what, why: problem.slice(what.length + 2), isDown: true }))
  }

  async run(open: OpenStream, signal: AbortSignal): Promise<void> {
    try {
      if (this.#engine === undefined) await this.#refuse(signal)
      else if (this.#options.once) await this.#readOnce(this.#engine, open, signal)
      else await this.#follow(this.#engine, open, signal)
    } finally {
      this.#meter.up(false)
      this.#settle()
    }
  }

  drain(): void {
    this.#isDraining = true
    this.#options.waker.wake()
  }

  positions(): Position[] {
    const read = this.#crew?.positions ?? this.#logs.flatMap(({ positions }) => positions)
    return [...this.#mark.positions, ...this.#past.positions, ...read]
  }

  /** Logs of containers whose names are wanted here go on here, whichever source read them before. */
  restore(own: RecordedPositions, _recordedMs: number, others: RecordedPositions = []): RecordedPositions {
    const { select } = this.#options
    this.#mark.restore(own)
    const foreign = this.#past.restore(own, () => true).filter((position) => !isHistoryMark(position))
    return [...foreign, ...this.#past.restore(others, ({ name }) => select({ name, labels: {} }))]
  }

  /** The address is none: said, and nothing else can be done. */
  async #refuse(signal: AbortSignal): Promise<void> {
    this.#meter.warn('no Docker daemon can be asked', this.#options.host.address, this.#problems[0])
    this.#settle()
    while (!this.#options.once && !signal.aborted && !this.#isDraining) await this.#options.waker.wait(LIST_MS, signal)
  }

  async #readOnce(engine: Engine, open: OpenStream, signal: AbortSignal): Promise<void> {
    const { select, streams } = this.#options
    try {
      this.#mark.look(await engine.now(signal))
      const containers = await engine.containers(signal)
      this.#meter.up(true)
      const options = this.#logOptions(open)
      this.#logs = containers.filter(select).map((one) => new ContainerLog(one, this.#past.take(one.id), options))
      if (this.#logs.length === 0) this.#problems = [`${this.#options.host.address}: ${noneWanted(containers.length)}`]
    } catch (error) {
      this.#problems = [`${this.#options.host.address}: ${daemonProblem(error)}`]
      return
    }
    const flush = (): void => this.#batch.flush()
    const options = { engine, streams, slots: new Slots(PASSES), flush, meter: this.#meter }
    if (this.#logs.length > 0) this.#problems = await readLogsOnce(this.#logs, options, signal)
  }

  async #follow(engine: Engine, open: OpenStream, signal: AbortSignal): Promise<void> {
    const { waker } = this.#options
    const stop = new AbortController()
    const all = AbortSignal.any([signal, stop.signal])
    // Each container listens for the end.
    setMaxListeners(0, all)
    const backoff = new Backoff(this.#random)
    try {
      while (!signal.aborted && !this.#isDraining) {
        const isUp = await this.#look(engine, open, all)
        if (isUp) backoff.reset()
        const listMs = this.#events.isOpen ? LIST_MS : LIST_WITHOUT_EVENTS_MS
        const waitMs = isUp ? listMs : backoff.takeMs()
        const wait = waker.wait(waitMs, signal)
        await (this.#crew === undefined ? wait : Promise.race([wait, this.#crew.failure]))
      }
      if (!signal.aborted) await this.#drained()
    } finally {
      stop.abort()
      await this.#crew?.ended()
    }
  }

  async #drained(): Promise<void> {
    if (this.#crew === undefined) return
    await Promise.race([this.#crew.drain(), this.#crew.failure])
  }

  /** Brings readers into line with the containers that there are. Answers whether the daemon could be asked. */
  async #look(engine: Engine, open: OpenStream, signal: AbortSignal): Promise<boolean> {
    try {
      if (!this.#mark.isKnown) this.#mark.look(await engine.now(signal))
      const isAnew = await this.#events.open(engine, signal)
      this.#crew ??= this.#makeCrew(engine, open, signal)
      this.#crew.beginList()
      this.#crew.list(await engine.containers(signal), isAnew || !this.#events.isOpen)
    } catch (error) {
      if (signal.aborted) return false
      this.#loseDaemon(error)
      return false
    }
    if (!this.#link.isUp) this.#findDaemon()
    return true
  }

  #findDaemon(): void {
    this.#problems = []
    this.#meter.forget()
    this.#meter.up(true)
    this.#link.isUp = true
    void this.#crew?.tried().then(this.#settle)
  }

  #loseDaemon(error: unknown): void {
    this.#link.isUp = false
    this.#meter.up(false)
    this.#meter.countError()
    const [{ address }, problem] = [this.#options.host, daemonProblem(error)]
    this.#problems = [`${address}: ${problem}`]
    this.#meter.warn('the Docker daemon does not answer, and is asked again', address, problem)
    // Nothing is there to be read: nobody is to wait for it.
    this.#settle()
  }

  #makeCrew(engine: Engine, open: OpenStream, signal: AbortSignal): Crew {
    const { select, streams, clock } = this.#options
    const { followed = FOLLOWED, containers: maxReaders = CONTAINERS, makeWaker = () => new TimedWaker() } = this.#tuning
    const reader = {
      engine,
      link: this.#link,
      meter: this.#meter,
      streams,
      followSlots: new Slots(followed),
      passSlots: new Slots(PASSES),
      flush: () => this.#batch.flush(),
      clock,
      makeWaker,
      random: this.#random,
    }
    return new Crew({ select, log: this.#logOptions(open), reader, past: this.#past, maxReaders }, signal)
  }

  #logOptions(open: OpenStream): LogOptions {
    const { name: source, streams } = this.#options
    const { frames: counts } = this.#meter
    return { source, streams, open, batch: this.#batch, counts, ...this.#mark.bounds }
  }

  get #random(): () => number {
    return this.#tuning.random ?? Math.random
  }
}
