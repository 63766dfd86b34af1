/**
 * Reads the log of one container for as long as it exists: first all that there is, then what comes, again and again from the cursor on. It
 * believes no single answer: when one ends, it asks for the rest until there is none; when one is quiet for long, it asks beside it.
 */
import type { ContainerInfo } from '../containers.ts'
import type { Clock, Waker } from '../wake.ts'
import { Backoff } from './backoff.ts'
import type { RefusedError } from './client.ts'
import type { ContainerLog } from './container-log.ts'
import type { DockerMeter, ReadState } from './docker-meter.ts'
import type { Engine, OpenedLog } from './engine.ts'
import type { Link } from './link.ts'
import type { StreamName } from './log-frame.ts'
import { type Ending, LogReading } from './log-reading.ts'
import { NO_TIME } from './log-time.ts'
import type { Slots } from './slots.ts'

/** What the readers of a source share. */
export interface ReaderOptions {
  readonly engine: Engine
  readonly link: Link
  readonly meter: DockerMeter
  readonly streams: readonly StreamName[]
  /** Answers that last, and those that end. */
  readonly followSlots: Slots
  readonly passSlots: Slots
  readonly flush: () => void
  readonly clock: Clock
  readonly makeWaker: () => Waker
  readonly random: () => number
}

type Phase =
  /** There may be something that was not read. */
  | 'behind'
  /** All was read, and it may write. */
  | 'live'
  /** All was read, and it does not run. */
  | 'idle'
  /** Its log cannot be read, by what the daemon says. */
  | 'unreadable'
  | 'gone'

/** An answer that was asked for when the container died, before it is removed. */
type Held = Promise<AskedLog | { readonly error: unknown }>

interface AskedLog extends OpenedLog {
  readonly since: string
  readonly echoes: ContainerLog['echoes']
  /** When the container had started last. */
  readonly startTime: string
}

/** Without a frame for so long, the daemon is asked whether there is one. */
const IDLE_MS = 30_000
/** Asking beside it takes a small part of the time, however long a log the daemon has to search. */
const PROBE_SHARE = 100
const MOST_IDLE_MS = 600_000
const POLL_SHARE = 20
/** A container that got no lasting answer is asked this often. */
const POLL_MS = 5000
const MOST_POLL_MS = 60_000
/** An answer that lasts ends by itself when its container has. */
const DEATH_MS = 2000
/** Time without a byte in an answer that is to end. */
const QUIET_MS = 30_000

export class ContainerReader {
  readonly log: ContainerLog
  readonly #options: ReaderOptions
  readonly #waker: Waker
  readonly #backoff: Backoff
  /** Resolves when it was tried to read all that there was. */
  readonly tried: Promise<void>
  #settle: () => void = () => {}
  #phase: Phase = 'behind'
  #state: ReadState | undefined = undefined
  #isRunning: boolean
  #isRemoved = false
  #isDraining = false
  #held: Held | undefined = undefined
  #passMs = 0
  #hasFollowed = false
  #startTime = NO_TIME
  /** What was tried last came to nothing: before it is tried again. */
  #delayMs = 0
  /** Aborts when nobody waits for more. */
  readonly #hurry = new AbortController()

  constructor(container: ContainerInfo, log: ContainerLog, options: ReaderOptions) {
    this.log = log
    this.#options = options
    this.#isRunning = container.isRunning ?? true
    this.#waker = options.makeWaker()
    this.#backoff = new Backoff(options.random)
    this.tried = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get isGone(): boolean {
    return this.#phase === 'gone'
  }

  /** Resolves when the container is removed and read, when it is drained, or when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && this.#phase !== 'gone') {
        if (this.#phase === 'behind') await this.#pass(signal)
        else if (this.#isDraining) return
        else if (this.#phase === 'live') await this.#follow(signal)
        else if (this.#isRemoved) this.#phase = 'gone'
        else await this.#waker.wait(IDLE_MS, signal)
      }
    } finally {
      this.#leaveHeld()
      this.#show(undefined)
      this.#settle()
    }
  }

  /** What was written up to now is read, then `run` resolves. */
  drain(): void {
    this.#isDraining = true
    if (this.#phase !== 'unreadable' && this.#phase !== 'gone') this.#phase = 'behind'
    this.#hurry.abort()
    this.#waker.wake()
  }

  /** `time`: when. What it wrote in the life before has ended, with or without a line end. */
  started(time: string): void {
    this.#isRunning = true
    this.#startTime = time
    if (this.#phase === 'idle' || this.#phase === 'unreadable') this.#lookAgain()
  }

  /** The rest is asked for at once: a container that is removed when it ends takes its log with it. */
  died(signal: AbortSignal): void {
    this.#isRunning = false
    if (this.#phase === 'unreadable' || this.#phase === 'gone') return
    this.#leaveHeld()
    this.#held = this.#open(false, signal).catch((error: unknown) => ({ error }))
    if (this.#phase !== 'live') this.#phase = 'behind'
    this.#waker.wake()
  }

  removed(): void {
    this.#isRunning = false
    this.#isRemoved = true
    this.#waker.wake()
  }

  /** What the list says of it. `isRecheck`: events may have been missed. */
  listed(isRunning: boolean | undefined, isRecheck: boolean): void {
    const hasStarted = isRunning === true && !this.#isRunning
    if (isRunning !== undefined) this.#isRunning = isRunning
    if (this.#phase === 'idle' && (hasStarted || isRecheck)) this.#lookAgain()
    if (this.#phase === 'unreadable' && hasStarted) this.#lookAgain()
  }

  #lookAgain(): void {
    this.#phase = 'behind'
    this.#waker.wake()
  }

  /** Asks for all that there is since the cursor. */
  async #pass(signal: AbortSignal): Promise<void> {
    const { passSlots } = this.#options
    await this.#whenUp(signal)
    if (!(await passSlots.take(signal))) return
    try {
      await this.#readAll(signal)
    } finally {
      passSlots.release()
    }
    if (this.#delayMs > 0) await this.#waker.wait(this.#delayMs, signal)
    this.#delayMs = 0
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    const [startMs, ranAtStart, wasDraining] = [clock.nowMs(), this.#isRunning, this.#isDraining]
    const before = this.log.takenCount
    const opened = await this.#tryOpen(false, signal)
    const ending = opened === undefined ? undefined : await this.#reading(opened, QUIET_MS).read()
    const hasNew = this.log.takenCount > before
    if (hasNew) this.#backoff.reset()
    if (signal.aborted) return
    if (ending !== undefined && 'text' in ending) this.#stumble(ending.text)
    this.#settle()
    // A second try is for those who stay.
    if (opened === undefined || ending?.kind !== 'ended') return wasDraining ? this.#giveUp() : undefined
    this.#passMs = clock.nowMs() - startMs
    if (this.log.passed()) return
    this.log.closeBefore(opened.startTime)
    if (this.#startTime === opened.startTime) this.#startTime = NO_TIME
    if (this.#isDraining) this.#phase = wasDraining ? 'live' : 'behind'
    else if (this.#isRunning && ranAtStart) this.#goLive()
    else if (!this.#isRunning && !ranAtStart && !hasNew) this.#stop('idle', 'stopped')
  }

  #goLive(): void {
    this.#phase = 'live'
    this.log.noteAtEnd()
  }

  #giveUp(): void {
    if (this.#phase === 'behind') this.#phase = 'live'
    this.#delayMs = 0
  }

  /** An answer that lasts, until it ends. The rest is asked for behind it. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { followSlots, meter } = this.#options
    if (this.log.isTurnedBack || !followSlots.tryTake()) return this.#poll(signal)
    this.#show('reading')
    try {
      await this.#whenUp(signal)
      const before = this.log.takenCount
      const opened = await this.#tryOpen(true, signal)
      if (opened === undefined) return
      if (this.log.isTurnedBack) {
        opened.answer.destroy()
        return
      }
      if (this.#hasFollowed) meter.reconnects.value++
      this.#hasFollowed = true
      const ending = await this.#watch(this.#reading(opened, undefined, true), signal)
      if (signal.aborted) return
      if ('text' in ending) this.#stumble(ending.text)
      else this.#delayMs = this.#isRunning ? this.#backoff.takeMs() : 0
      if (this.log.takenCount > before) {
        this.#backoff.reset()
        this.#delayMs = 0
      }
    } finally {
      followSlots.release()
      if (this.#phase === 'live') this.#phase = 'behind'
    }
    if (this.#delayMs > 0 && !this.#isDraining) await this.#waker.wait(this.#delayMs, signal)
    this.#delayMs = 0
  }

  /** No lasting answer is free, or none keeps the order of the log, which is what counts once a clock was set back. */
  async #poll(signal: AbortSignal): Promise<void> {
    this.#show('polled')
    await this.#waker.wait(Math.min(MOST_POLL_MS, Math.max(POLL_MS, this.#passMs * POLL_SHARE)), signal)
    if (this.#phase === 'live') this.#phase = 'behind'
  }

  /** A daemon may forget to send what it has, and does not say so. */
  async #watch(reading: LogReading, signal: AbortSignal): Promise<Ending> {
    let isOver = false
    const note = (): void => {
      isOver = true
      this.#waker.wake()
    }
    const ending = reading.read()
    ending.then(note, note)
    while (!isOver) {
      const before = this.log.takenCount
      const waitMs = this.#isRunning ? Math.min(MOST_IDLE_MS, Math.max(IDLE_MS, this.#passMs * PROBE_SHARE)) : DEATH_MS
      const ranAtStart = this.#isRunning
      await this.#waker.wait(waitMs, signal)
      if (isOver || signal.aborted) break
      if (this.#isDraining || this.log.hasSeenOlder) reading.leave()
      else if (this.#isRunning && !ranAtStart) continue
      else if (!this.#isRunning && !ranAtStart) reading.leave()
      else if (this.#isRunning && this.log.takenCount === before && (await this.#probe(reading, signal))) reading.leave()
    }
    return await ending
  }

  /** Asks beside an answer that is quiet. Answers whether that one is of no use any more. */
  async #probe(reading: LogReading, signal: AbortSignal): Promise<boolean> {
    if (!this.#options.passSlots.tryTake()) return false
    reading.pause()
    try {
      const before = this.log.takenCount
      const opened = await this.#tryOpen(false, signal)
      const ending = opened === undefined ? undefined : await this.#reading(opened, QUIET_MS).read()
      if (ending?.kind !== 'ended') return true
      return this.log.passed() || this.log.takenCount > before || this.log.isTurnedBack
    } finally {
      this.#options.passSlots.release()
      reading.resume()
    }
  }

  async #whenUp(signal: AbortSignal): Promise<void> {
    await this.#options.link.whenUp(signal, this.#hurry.signal)
  }

  /** undefined: it was not to be had, and it is said what follows from that. */
  async #tryOpen(isFollowed: boolean, signal: AbortSignal): Promise<AskedLog | undefined> {
    try {
      return (isFollowed ? undefined : await this.#takeHeld()) ?? (await this.#open(isFollowed, signal))
    } catch (error) {
      if (!signal.aborted) this.#refuse(error)
      return undefined
    }
  }

  /** undefined: there is none, or it was asked for by times that a clock which was set back has made worthless. */
  async #takeHeld(): Promise<AskedLog | undefined> {
    const held = await this.#held
    this.#held = undefined
    if (held === undefined) return undefined
    if ('error' in held) throw held.error
    if (!this.log.checkClock(held.dateMs) || held.since === NO_TIME) return held
    held.answer.destroy()
    return undefined
  }

  async #open(isFollowed: boolean, signal: AbortSignal): Promise<AskedLog> {
    const { engine, streams } = this.#options
    const { since, echoes } = this.log
    const startTime = this.#startTime
    const opened = await engine.openLog({ id: this.log.id, since, isFollowed, streams }, signal)
    if (!this.log.checkClock(opened.dateMs)) return { ...opened, since, echoes, startTime }
    // Then it is asked for from elsewhere.
    opened.answer.destroy()
    return this.#open(isFollowed, signal)
  }

  #refuse(error: unknown): void {
    const { link, meter } = this.#options
    const { status, message } = error as RefusedError
    if (status === 404) {
      this.#stop('gone', undefined)
    } else if (status === 501 || (status !== undefined && message.includes('does not support reading'))) {
      meter.warn('the log of a container cannot be read: its logging driver does not let anybody', this.log.name, message)
      this.#stop('unreadable', 'unreadable')
    } else {
      if (status === undefined) link.doubt()
      this.#stumble(message)
    }
  }

  #stumble(text: string): void {
    const { meter } = this.#options
    meter.countError()
    meter.warn('reading the log of a container fails and is tried again', this.log.name, text)
    this.#delayMs = this.#backoff.takeMs()
  }

  /** Nothing comes of it for now. */
  #stop(phase: 'idle' | 'unreadable' | 'gone', state: ReadState | undefined): void {
    this.log.close()
    this.log.noteAtEnd()
    this.log.rest()
    this.#phase = phase
    this.#show(state)
  }

  #reading(opened: AskedLog, quietMs: number | undefined, isFollowed = false): LogReading {
    this.log.connect(opened.since, opened.echoes)
    const { flush, meter } = this.#options
    return new LogReading(opened, {
      onFrame: (frame) => this.log.take(frame),
      onChunk: isFollowed ? () => this.log.noteAtEnd() : flush,
      onMalformed: () => meter.malformed.value++,
      quietMs,
    })
  }

  #leaveHeld(): void {
    void this.#held?.then((held) => 'answer' in held && held.answer.destroy())
    this.#held = undefined
  }

  #show(state: ReadState | undefined): void {
    this.#options.meter.move(this.#state, state)
    this.#state = state
  }
}
