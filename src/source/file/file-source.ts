/**
 * Files by paths and globs. The scan of the directories by path is the truth about which files there are, looking at open files
 * the truth about what is in them; hints of a watcher only make both happen sooner. Files take turns, one window each, and the
 * process gets its turn after each. Nothing that happens to a file ends this source.
 */
import type { OwnMetrics } from '../../telemetry/own-metrics.ts'
import type { Fault } from '../fault.ts'
import type { OpenStream, Origin, Position, RecordedPositions, Source } from '../source.ts'
import type { SourceLog } from '../source-log.ts'
import type { Clock, Waker } from '../wake.ts'
import { Absence } from './absence.ts'
import { isArchive } from './archive.ts'
import { Beside } from './beside.ts'
import { Breather } from './breather.ts'
import { BEGUN, claimed } from './claim.ts'
import { Descriptors, type Readiness } from './descriptors.ts'
import { faultsOf } from './faults.ts'
import { Finder } from './finder.ts'
import type { FoundFile } from './folder.ts'
import type { Guide } from './guide.ts'
import { Lag } from './lag.ts'
import { Meter } from './meter.ts'
import { Pace } from './pace.ts'
import { Packed } from './packed.ts'
import { PastFiles } from './past-files.ts'
import type { FoundFiles } from './paths.ts'
import { OnceReader } from './read-once.ts'
import { ScanPlan } from './scan-plan.ts'
import type { Tail } from './tail.ts'
import { Tails } from './tails.ts'
import { readToEnds } from './to-ends.ts'
import { Unseen } from './unseen.ts'
import { DirectoryWatch, type Hint } from './watch.ts'
import { Window } from './window.ts'

export interface FileSourceOptions {
  readonly name: string
  /** Paths and globs, as given: relative ones stay relative in `origin.file`. */
  readonly patterns: readonly string[]
  readonly exclude: readonly string[]
  /** `$path.X` of a file; called once per name that it gets. */
  readonly fields?: (path: string) => Readonly<Record<string, string>>
  /** Knows more of the files. Its patterns are read besides those above. */
  readonly guide?: Guide
  /** Lines of files that are there at the first scan: `skip` begins behind them, `prime` reads them, and they count nothing. */
  readonly history: 'count' | 'skip' | 'prime'
  /** Read all to its end, then resolve. */
  readonly once: boolean
  /** Longest line that the sinks keep asking for. Default 8 MiB. */
  readonly maxLineBytes?: number
  /** How long a renamed or deleted file must be quiet before it is let go. Default 60 s. */
  readonly rotateWaitMs?: number
  /** Time between two scans of the directories; a quarter of it while something happens. Default 1 s. */
  readonly scanIntervalMs?: number
  /** Shared by all sources of the process. */
  readonly descriptors?: Descriptors
  /** More are not followed: each costs memory, open or not. Default 20,000. */
  readonly maxFiles?: number
  /** Watch directories for hints. Default true. */
  readonly watches?: boolean
  readonly clock: Clock
  readonly waker: Waker
  readonly telemetry: OwnMetrics
  readonly log?: SourceLog
}

export class FileSource implements Source {
  readonly name: string
  readonly caughtUp: Promise<void>
  readonly #options: FileSourceOptions
  readonly #clock: Clock
  readonly #meter: Meter
  readonly #finder: Finder
  readonly #pace = new Pace()
  readonly #lag: Lag
  readonly #breather = new Breather()
  readonly #descriptors: Descriptors
  readonly #watch: DirectoryWatch
  #reader: OnceReader | undefined = undefined
  #tails: Tails | undefined = undefined
  #packed: Packed | undefined = undefined
  /** By the last scan. */
  #found: FoundFiles | undefined = undefined
  #settle: () => void = () => {}
  /** What is left of the first backlog; undefined before the first scan and after it is read. */
  #backlog: Tail[] | undefined = undefined
  #isFirstScan = true
  #isDraining = false
  #isFirstStart = true
  readonly #past = new PastFiles()
  readonly #unseen = new Unseen()
  #absence = new Absence([], 0, 0)
  readonly #beside = new Beside(this.#past, this.#unseen)
  #pastArchives: RecordedPositions = []
  /** Archives that the patterns name. */
  #named: readonly FoundFile[] = []
  readonly #scans: ScanPlan

  constructor(options: FileSourceOptions) {
    this.name = options.name
    this.#options = options
    this.#clock = options.clock
    this.#meter = new Meter(options.name, options.telemetry, options.log, (code) => options.guide?.cure(code))
    this.#scans = new ScanPlan(options.scanIntervalMs ?? 1000)
    this.#descriptors = options.descriptors ?? new Descriptors()
    this.#lag = new Lag(this.#meter.lagBytes, this.#meter.lagSeconds)
    this.#finder = new Finder(options)
    this.#watch = new DirectoryWatch(
      (path, hint) => this.#onHint(path, hint),
      (error) =>
        this.#meter.warn(
          'watching directories fails, changes are found by polling',
          (error as NodeJS.ErrnoException).code ?? error.name,
        ),
    )
    this.caughtUp = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** What was named but could not be read, each as `path: reason`: of the whole run with `once`, else of the last scan. */
  get problems(): readonly string[] {
    const told = [...(this.#found?.problems ?? [])].map(([what, why]) => `${what}: ${why}`)
    return [...told, ...(this.#reader?.problems ?? []), ...this.#meter.cures]
  }

  get faults(): readonly Fault[] {
    const { isUp, unreadableCount } = this.#meter
    const readable = { isUp, unreadableCount, isShut: this.#options.guide?.isShut === true }
    return this.#found === undefined ? [] : faultsOf(this.#found, this.#tails?.all ?? [], readable)
  }

  async run(open: OpenStream, signal: AbortSignal): Promise<void> {
    try {
      if (this.#options.once) await this.#readOnce(open, signal)
      else await this.#follow(open, signal)
    } finally {
      this.#settle()
    }
  }

  drain(): void {
    this.#isDraining = true
    this.#options.waker.wake()
  }

  positions(): Position[] {
    const positions = [...this.#past.positions(), ...(this.#packed?.archives.positions() ?? [])]
    for (const tail of this.#tails?.all ?? []) positions.push(tail.position)
    if (this.#options.history !== 'count' && !(this.#isFirstScan && this.#isFirstStart)) positions.push(BEGUN)
    return positions
  }

  /** Files that are not known then are new: they are read from their start, whatever `history` says. */
  restore(own: RecordedPositions, recordedMs: number, others: RecordedPositions = []): RecordedPositions {
    const { files, archives, refused, isFirstStart } = claimed(own, others, this.#finder.names())
    this.#past.restore(files)
    this.#absence = new Absence(this.#past.missing(), recordedMs, Date.now())
    this.#pastArchives = archives
    this.#isFirstStart = isFirstStart
    return refused
  }

  async #readOnce(open: OpenStream, signal: AbortSignal): Promise<void> {
    const makeOrigin = (path: string) => this.#makeOrigin(path)
    this.#reader = new OnceReader({ open, makeOrigin, meter: this.#meter, maxLineBytes: this.#maxLineBytes })
    const found = await this.#finder.scan()
    this.#noteProblems(found)
    await this.#reader.readAll(found.files, signal)
  }

  async #follow(open: OpenStream, signal: AbortSignal): Promise<void> {
    const tails = this.#makeTails(open)
    const packed = this.#makePacked(open, signal)
    this.#tails = tails
    this.#packed = packed
    try {
      while (!signal.aborted && !this.#isDraining) {
        if (this.#clock.nowMs() >= this.#scans.atMs) await this.#scan(tails, packed, signal)
        await this.#readDue(signal)
        this.#settleBacklog()
        const waitMs = Math.min(this.#pace.nextDueMs(), this.#scans.atMs) - this.#clock.nowMs()
        if (waitMs > 0) await this.#options.waker.wait(waitMs, signal)
      }
      if (!signal.aborted) await this.#readRest(tails, packed, signal)
    } finally {
      tails.closeAll()
      await this.#watch.close()
      await packed.done()
    }
  }

  /** All that is in the files now, whole lines of it; what is written meanwhile may wait for the next process. */
  async #readRest(tails: Tails, packed: Packed, signal: AbortSignal): Promise<void> {
    // A file that was renamed while it was closed is found under its new name by a second look.
    for (let look = 0; look < 2 && !signal.aborted; look++) {
      await this.#scan(tails, packed, signal)
      if (await readToEnds([...tails.all], (tail) => this.#turn(tail), this.#breather, signal)) break
    }
    tails.endUnlinked()
  }

  #makeTails(open: OpenStream): Tails {
    return new Tails({
      source: this.name,
      open,
      about: (path) => this.#finder.about(path),
      window: new Window(),
      meter: this.#meter,
      rotateWaitMs: this.#options.rotateWaitMs ?? 60_000,
      descriptors: this.#descriptors,
      maxFiles: this.#options.maxFiles ?? 20_000,
      maxLineBytes: this.#maxLineBytes,
      primes: this.#options.history === 'prime',
      skips: this.#options.history === 'skip',
      past: this.#past,
      unseen: this.#unseen,
      hasCopies: this.#hasCopies,
    })
  }

  #makePacked(open: OpenStream, signal: AbortSignal): Packed {
    return new Packed({
      open,
      signal,
      makeOrigin: (path) => this.#makeOrigin(path),
      meter: this.#meter,
      maxLineBytes: this.#maxLineBytes,
      past: this.#past,
      followedLike: (lead, isUnlinked) => this.#tails?.like(lead, isUnlinked) ?? [],
      hasCopies: this.#hasCopies,
      left: this.#pastArchives,
      onDone: () => {
        this.#scans.hasten(false)
        this.#options.waker.wake()
      },
    })
  }

  async #scan(tails: Tails, packed: Packed, signal: AbortSignal): Promise<void> {
    const startMs = this.#clock.nowMs()
    const found = await this.#finder.scan()
    if (signal.aborted) return
    const nowMs = this.#clock.nowMs()
    this.#followGuide(tails, nowMs)
    const { archives } = packed
    tails.opensHistory = this.#isFirstScan && this.#isFirstStart
    if (!found.isAsBefore) this.#named = found.files.filter((file) => isArchive(file.path))
    archives.start(this.#named, tails.opensHistory ? this.#options.history : 'count')
    const stirred = found.isAsBefore && tails.isSettled ? [] : this.#take(found, tails, nowMs)
    const beside = this.#beside.look(found.packed, this.#isFirstScan ? this.#absence.logs : [])
    if (this.#isFirstScan) for (const file of beside.packed) if (this.#absence.wasWritten(file)) archives.expect(file)
    stirred.push(...tails.openRests(beside.plain, nowMs, () => this.#beside.isSteady()))
    packed.look(beside.packed, found.packed, tails.all)
    for (const tail of stirred) this.#pace.heat(tail, nowMs)
    if (stirred.length > 0) this.#scans.noteChange(nowMs)
    this.#tendLost(tails, nowMs)
    this.#pace.releaseAll(nowMs)
    tails.showStates()
    if (this.#isFirstScan) this.#backlog = [...tails.all]
    this.#isFirstScan = false
    this.#scans.plan(startMs, this.#clock.nowMs())
    if (tails.isHeld) this.#scans.hasten(true)
    if (this.#options.watches ?? true) await this.#watch.follow(found.directories)
    this.#meter.directories(this.#watch.count, found.directories.size - this.#watch.count)
  }

  /** Answers the tails to look at. */
  #take(found: FoundFiles, tails: Tails, nowMs: number): Tail[] {
    this.#noteProblems(found)
    const skipsHistory = tails.opensHistory && this.#options.history !== 'count'
    const logs = found.files.filter((file) => !isArchive(file.path))
    return tails.reconcile(logs, skipsHistory, nowMs)
  }

  /** Files without a path are looked at by their descriptor, until they are let go; others if a look at their end has shown more than the scan. */
  #tendLost(tails: Tails, nowMs: number): void {
    for (const tail of tails.closeFinished(nowMs, this.#packed?.isLooking === true)) {
      this.#pace.cool(tail)
      this.#lag.forget(tail, nowMs)
    }
    for (const tail of tails.all) if (tail.isLost || tail.isDue(nowMs)) this.#pace.glance(tail, nowMs)
  }

  /** Turns for all files that are due, until none is or the directories want to be scanned. */
  async #readDue(signal: AbortSignal): Promise<void> {
    for (;;) {
      const due = this.#pace.due(this.#clock.nowMs())
      if (due.length === 0) return
      for (const tail of due) {
        if (signal.aborted || this.#isDraining) return
        this.#turn(tail)
        await this.#breather.after(tail.lastReadBytes)
      }
      if (this.#clock.nowMs() >= this.#scans.atMs) return
    }
  }

  #turn(tail: Tail): void {
    const nowMs = this.#clock.nowMs()
    if (this.#pace.awaits(tail)) {
      this.#lag.note(tail, nowMs)
      return
    }
    tail.waitsFor = undefined
    const wasWell = tail.error === undefined
    const readiness = this.#prepare(tail, nowMs)
    if (readiness === 'gone') this.#pace.cool(tail)
    if (readiness === 'full' || readiness === 'later') this.#pace.plan(tail, 'later', nowMs)
    if (readiness !== 'open' && readiness !== 'failed') return
    const turn = readiness === 'failed' ? 'failed' : tail.turn(nowMs)
    if (tail.hasChanged) this.#scans.noteChange(nowMs)
    if (tail.seemsRenamed) this.#scans.hasten(true)
    tail.seemsRenamed = false
    if (tail.wasBlank) this.#unseen.note({ path: tail.origin.file, sinceMs: tail.sinceMs })
    if (turn === 'truncated') {
      this.#meter.count('truncated')
      this.#meter.lostBytes(tail.truncatedBytes)
      this.#tails?.noteTruncated(tail)
      this.#scans.hasten(false)
    } else if (turn === 'failed') {
      this.#meter.count('error')
      if (wasWell) this.#meter.warn(`reading fails: ${tail.error?.code}`, tail.origin.file)
      if (tail.error?.code === 'ESTALE' && !tail.isParked) this.#descriptors.forsake(tail)
    }
    this.#tails?.noteRead(tail)
    this.#lag.note(tail, nowMs)
    this.#pace.plan(tail, turn === 'failed' ? 'retry' : turn === 'idle' ? 'later' : 'now', nowMs)
    this.#pace.release(tail, nowMs)
  }

  /** Opens a closed file if there is something to read in it. */
  #prepare(tail: Tail, nowMs: number): Readiness | 'failed' | 'later' {
    if (!tail.isParked) return 'open'
    if (!tail.isDue(nowMs)) return tail.unrest.awaitsSecondLook ? 'later' : 'gone'
    try {
      const readiness = this.#descriptors.reopen(tail)
      if (readiness === 'gone') this.#scans.hasten(true)
      return readiness
    } catch (error) {
      tail.error = error as NodeJS.ErrnoException
      return 'failed'
    }
  }

  #settleBacklog(): void {
    if (this.#backlog === undefined) return
    this.#backlog = this.#backlog.filter((tail) => tail.isBehind)
    if (this.#backlog.length > 0 || this.#isUnpacking) return
    this.#backlog = undefined
    this.#settle()
  }

  get #isUnpacking(): boolean {
    return this.#packed?.isReading === true
  }

  #onHint(path: string, hint: Hint): void {
    const nowMs = this.#clock.nowMs()
    const tail = hint === 'change' ? this.#tails?.at(path) : undefined
    if (tail === undefined) {
      if (this.#scans.hasten(hint === 'entry')) this.#options.waker.wake()
    } else {
      tail.noteSeen()
      if (this.#pace.heat(tail, nowMs)) this.#options.waker.wake()
    }
  }

  #noteProblems(found: FoundFiles): void {
    this.#found = found
    // Who reads once tells them at its end.
    if (this.#reader === undefined) for (const [what, why] of found.problems) this.#meter.warn(why, what)
  }

  /** Takes over what the guide knows now. What is wanted no more keeps its place, should it be wanted again. */
  #followGuide(tails: Tails, nowMs: number): void {
    if (!this.#finder.takeChanges()) return
    for (const tail of [...tails.all]) {
      Object.assign(tail.origin, this.#finder.about(tail.origin.file))
      if (this.#finder.wants(tail.origin.file)) continue
      tails.letGo(tail)
      this.#pace.cool(tail)
      this.#lag.forget(tail, nowMs)
    }
  }

  #makeOrigin(path: string): Omit<Origin, 'log'> {
    return { source: this.name, file: path, stream: '', ...this.#finder.about(path) }
  }

  get #hasCopies(): boolean {
    return this.#options.guide?.hasCopies ?? true
  }

  get #maxLineBytes(): number {
    return this.#options.maxLineBytes ?? 8 * 1024 * 1024
  }
}
