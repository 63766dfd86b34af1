/**
 * The durable record of a run: takes the folder, restores numbers and positions before anything is read or exposed, and keeps the record
 * while the run goes on. Whatever the disk does, the run goes on: then in memory, which `agentlog_state_durable` and the page say.
 */
import { ClocksPart } from '../clock/clocks-part.ts'
import { DerivePart } from '../derive/derive-part.ts'
import { MarksPart } from '../marks/marks-part.ts'
import type { LineGuard } from '../pipeline/line-guard.ts'
import type { Plan } from '../pipeline/plan.ts'
import { BirthsPart } from '../registry/births-part.ts'
import type { Family } from '../registry/family.ts'
import { restoreSeries, SeriesPart } from '../registry/series-part.ts'
import type { LeftLogs } from '../source/left-logs.ts'
import { PositionsPart, type RecordedLog } from '../source/positions-part.ts'
import type { Source } from '../source/source.ts'
import { LaterRecord } from '../state/broken-record.ts'
import { nodeDisk } from '../state/disk.ts'
import { DurableRecord } from '../state/durable-record.ts'
import { generationsIn } from '../state/generations.ts'
import { Keeper } from '../state/keeper.ts'
import { type HeldLock, RENEWAL_MS, takeLock } from '../state/lock.ts'
import { checkFolder, UnsafeFolder } from '../state/own-files.ts'
import { openSuspects, type Suspects, type SuspectsOptions } from '../state/suspects.ts'
import type { Log } from '../telemetry/log.ts'
import { Throttle } from '../telemetry/throttle.ts'
import { packageVersion } from './version.ts'

const ERROR_PERIOD_MS = 60_000
/** Not longer than scrapers are told to wait. */
const MOST_WAIT_MS = 60_000
const LOOK_AGAIN_MS = 250

type OnDiskError = (what: string, error: NodeJS.ErrnoException) => void

export interface RunState {
  /** Part of what was exposed before may be missing, so nothing is to be exposed until the logs have been read again. */
  readonly isBehind: boolean
  /** Stands before each line if a process before this one died. */
  readonly guard: LineGuard | undefined
  /**
   * Nothing is written while the logs are being read again, for a minute at most: should the process die meanwhile, the next one finds the
   * same record, and knows as well that something is missing.
   */
  waitFor(hasCaughtUp: () => boolean): void
  /** What is exposed now is to survive. */
  commit(): void
  /** Called after each batch. */
  noteBatch(): void
  /** Another mapping is in force: from now on the record holds these families and where these logs stand. */
  follow(families: readonly Family[], sources: readonly Source[], left: readonly RecordedLog[]): void
  /** Keeps the record until `signal` aborts; then a last commit, on the medium. Nothing is written after it. */
  keep(signal: AbortSignal): Promise<void>
}

/** A folder that another process has, or somebody else a hand in, or a record of a later version is a problem: the run must not start. */
export async function openState(
  folder: string,
  plan: Plan,
  sources: readonly Source[],
  left: LeftLogs,
  log: Log,
): Promise<RunState | { readonly problem: string }> {
  const errors = new Throttle(ERROR_PERIOD_MS, () => performance.now())
  const onError: OnDiskError = (what, error) => {
    const hidden = errors.pass(what)
    if (hidden !== undefined) log.error('the durable record cannot be written', { what, code: error.code, folder, hidden })
  }
  const lock = await tryLock(folder, onError)
  if (lock !== undefined && 'problem' in lock) return { problem: `--state.dir ${folder}: ${lock.problem}\n` }
  const suspects = lock && openSuspects({ folder, followsDeath: lock.followsDeath, onError, onPoison: tellPoison(log) })
  const series = new SeriesPart()
  const positions = new PositionsPart(sources)
  const births = new BirthsPart(plan.registry.births)
  const clocks = new ClocksPart(plan.clocks)
  const derive = new DerivePart(plan.keys)
  const marks = new MarksPart(plan.marks)
  const parts = [clocks, series, positions, births, marks, derive]
  const record = new DurableRecord({ disk: nodeDisk, folder, parts, program: packageVersion(), onError })
  const kept = { folder, record, series, positions, lock, suspects, plan, log, onError, isUnread: false }
  try {
    const { isBehind, isBroken, problems, newest } = record.restore()
    for (const problem of problems) log.warn('part of the durable record was not used', { problem })
    if (problems.length > 0) plan.own.stateRecoveries.at().value++
    clocks.restore()
    for (const name of restoreSeries(series.recorded, plan.registry.families()))
      log.warn('a metric is not defined as it was, and starts anew', { metric: name })
    // Who has seen what is not known then, and nothing may fall to 0 that was seen above.
    if (!isBroken) births.restore(series.recorded, plan.registry.families())
    derive.restore(plan.clocks)
    marks.restore()
    left.add(positions.recorded(), positions.recordedMs)
    left.giveTo(sources)
    positions.follow(sources, left.all)
    series.forgetAll()
    series.keep(plan.registry.families())
    log.info('the durable record', { folder, goesOn: newest > 0 })
    return new KeptState(kept, isBehind)
  } catch (error) {
    if (error instanceof LaterRecord) {
      lock?.release()
      return { problem: `--state.dir ${folder}: it was written by ${error.message}; run that version, or name another folder\n` }
    }
    if (!isSystemError(error)) throw error
    onError('reading', error)
    series.keep(plan.registry.families())
    lock?.release()
    return new KeptState({ ...kept, lock: undefined, isUnread: true }, false)
  }
}

function tellPoison(log: Log): SuspectsOptions['onPoison'] {
  return ({ source, file }, endOffset, lineBytes) =>
    log.error('a line is left out as poison: the exporter died twice with it in hand. Please report this', {
      source,
      file,
      endsAtByte: endOffset,
      bytes: lineBytes,
    })
}

async function tryLock(folder: string, onError: OnDiskError): Promise<HeldLock | { readonly problem: string } | undefined> {
  try {
    nodeDisk.makeFolder(folder)
    checkFolder(folder)
    const lock = await takeLock(folder)
    return 'heldBy' in lock ? { problem: `${lock.heldBy} has it; stop that process or choose another folder` } : lock
  } catch (error) {
    if (error instanceof UnsafeFolder) return { problem: error.message }
    if (!isSystemError(error)) throw error
    onError('lock', error)
    return undefined
  }
}

interface Kept {
  readonly folder: string
  readonly record: DurableRecord
  readonly series: SeriesPart
  readonly positions: PositionsPart
  /** undefined: the disk refused it so far. */
  readonly lock: HeldLock | undefined
  readonly suspects: Suspects | undefined
  /** What stands in the folder could not be read: these numbers do not go on from it, so it must not be written over. */
  readonly isUnread: boolean
  readonly plan: Plan
  readonly log: Log
  readonly onError: OnDiskError
}

/** Writes only while it has the folder: two that write one record would spoil it. */
class KeptState implements RunState {
  readonly isBehind: boolean
  readonly #kept: Kept
  readonly #keeper: Keeper
  #lock: HeldLock | undefined
  readonly #openedMs = performance.now()
  #hasCaughtUp: () => boolean = () => false
  #isOver = false
  #isCommitPlanned = false

  constructor(kept: Kept, isBehind: boolean) {
    this.#kept = kept
    this.#lock = kept.lock
    this.isBehind = isBehind
    const { record } = kept
    this.#keeper = new Keeper({ record, nowMs: () => performance.now(), onCommit: (isDurable) => this.#note(isDurable) })
    this.#note(undefined)
    // The first writing is the longest: nobody is served yet.
    this.commit()
  }

  get guard(): LineGuard | undefined {
    return this.#kept.suspects
  }

  waitFor(hasCaughtUp: () => boolean): void {
    this.#hasCaughtUp = hasCaughtUp
  }

  commit(): void {
    if (this.#mayWrite) this.#keeper.commitNow()
  }

  noteBatch(): void {
    if (!this.#keeper.noteBatch() || this.#isCommitPlanned) return
    this.#isCommitPlanned = true
    // Not now: where the source stands is not told before this turn ends.
    setImmediate(() => {
      this.#isCommitPlanned = false
      this.commit()
    })
  }

  follow(families: readonly Family[], sources: readonly Source[], left: readonly RecordedLog[]): void {
    const { series, positions } = this.#kept
    series.keep(families)
    positions.follow(sources, left)
  }

  async keep(signal: AbortSignal): Promise<void> {
    let renewedMs = performance.now()
    while (!signal.aborted) {
      const waitMs = this.#mayWrite ? this.#keeper.tick() : LOOK_AGAIN_MS
      if (performance.now() - renewedMs >= RENEWAL_MS) {
        renewedMs = performance.now()
        await this.#holdOn()
      }
      await pause(waitMs, signal)
    }
    if (this.#mayWrite) this.#kept.record.close()
    this.#isOver = true
    if (this.#lock === undefined) return
    this.#kept.suspects?.close()
    this.#lock.release()
    this.#lock = undefined
  }

  get #mayWrite(): boolean {
    const isReadingAgain = this.isBehind && !this.#hasCaughtUp() && performance.now() - this.#openedMs < MOST_WAIT_MS
    return this.#lock !== undefined && !this.#isOver && !isReadingAgain
  }

  async #holdOn(): Promise<void> {
    const { folder, onError, isUnread } = this.#kept
    if (this.#isOver) return
    if (this.#lock === undefined) {
      const lock = await tryLock(folder, onError)
      if (lock === undefined) return
      if ('problem' in lock) this.#giveUp(lock.problem)
      else if (isUnread && hasRecord(folder)) {
        lock.release()
        this.#giveUp('it holds a record that could not be read at the start; start again to go on from it')
      } else this.#lock = lock
    } else if (!this.#lock.renew()) this.#giveUp('another process took it while this one stood still')
  }

  #giveUp(why: string): void {
    this.#isOver = true
    this.#lock = undefined
    this.#note(undefined)
    this.#kept.log.error("the durable record is not this process's any more: it goes on in memory", {
      folder: this.#kept.folder,
      why,
    })
  }

  /** `isDurable`: as a commit found; undefined: there was none. */
  #note(isDurable: boolean | undefined): void {
    const { own } = this.#kept.plan
    own.stateDurable.at().value = isDurable ? 1 : 0
    own.stateBytes.at().value = this.#kept.record.sizeBytes
    if (isDurable !== undefined) own.stateCommits.at(isDurable ? 'ok' : 'failed').value++
  }
}

function hasRecord(folder: string): boolean {
  const { snapshots, journals } = generationsIn(nodeDisk.list(folder))
  return snapshots.length + journals.length > 0
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
