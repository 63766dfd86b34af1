/**
 * The durable record of a run: takes the folder, restores numbers and positions before anything is read or exposed, and keeps the record
 * while the run goes on. Whatever the disk does, the run goes on: then in memory, which `agentlog_state_durable` and the page say.
 */

import type { Plan } from '../pipeline/plan.ts'
import type { Family } from '../registry/family.ts'
import { restoreSeries, SeriesPart } from '../registry/series-part.ts'
import type { LeftLogs } from '../source/left-logs.ts'
import { PositionsPart, type RecordedLog } from '../source/positions-part.ts'
import type { Source } from '../source/source.ts'
import { LaterRecord } from '../state/broken-record.ts'
import { nodeDisk } from '../state/disk.ts'
import { DurableRecord } from '../state/durable-record.ts'
import { Keeper } from '../state/keeper.ts'
import { type HeldLock, RENEWAL_MS, takeLock } from '../state/lock.ts'
import type { Log } from '../telemetry/log.ts'
import { Throttle } from '../telemetry/throttle.ts'
import { packageVersion } from './version.ts'

const ERROR_PERIOD_MS = 60_000

export interface RunState {
  /** Part of what was exposed before may be missing, so nothing is to be exposed until the logs have been read again. */
  readonly isBehind: boolean
  /** What is exposed now is to survive. */
  commit(): void
  /** Another mapping is in force: from now on the record holds these families and where these logs stand. */
  follow(families: readonly Family[], sources: readonly Source[], left: readonly RecordedLog[]): void
  /** Keeps the record until `signal` aborts; then a last commit, on the medium. Nothing is written after it. */
  keep(signal: AbortSignal): Promise<void>
}

/** A folder that another process has, or whose record is of a later version, is a problem: the run must not start. */
export async function openState(
  folder: string,
  plan: Plan,
  sources: readonly Source[],
  left: LeftLogs,
  log: Log,
): Promise<RunState | { readonly problem: string }> {
  const errors = new Throttle(ERROR_PERIOD_MS, () => performance.now())
  const onError = (what: string, error: NodeJS.ErrnoException): void => {
    const hidden = errors.pass(what)
    if (hidden !== undefined) log.error('the durable record cannot be written', { what, code: error.code, folder, hidden })
  }
  const lock = await tryLock(folder, onError)
  if (lock !== undefined && 'heldBy' in lock)
    return { problem: `--state.dir ${folder}: ${lock.heldBy} has it; stop that process or choose another folder\n` }
  const series = new SeriesPart()
  const positions = new PositionsPart(sources)
  const parts = [series, positions]
  const record = new DurableRecord({ disk: nodeDisk, folder, parts, program: packageVersion(), onError })
  try {
    const { isBehind, problems, newest } = record.restore()
    for (const problem of problems) log.warn('part of the durable record was not used', { problem })
    if (problems.length > 0) plan.own.stateRecoveries.at().value++
    for (const name of restoreSeries(series.recorded, plan.registry.families()))
      log.warn('a metric is not defined as it was, and starts anew', { metric: name })
    left.add(positions.recorded(), positions.recordedMs)
    left.giveTo(sources)
    positions.follow(sources, left.all)
    series.forgetAll()
    series.keep(plan.registry.families())
    log.info('the durable record', { folder, goesOn: newest > 0 })
    return new KeptState({ record, series, positions, lock, plan, isBehind })
  } catch (error) {
    if (error instanceof LaterRecord) return { problem: `--state.dir ${folder}: it was written by ${error.message}\n` }
    if (!isSystemError(error)) throw error
    onError('reading', error)
    series.keep(plan.registry.families())
    return new KeptState({ record, series, positions, lock, plan, isBehind: false })
  }
}

async function tryLock(
  folder: string,
  onError: (what: string, error: NodeJS.ErrnoException) => void,
): Promise<Awaited<ReturnType<typeof takeLock>> | undefined> {
  try {
    nodeDisk.makeFolder(folder)
    return await takeLock(folder)
  } catch (error) {
    if (!isSystemError(error)) throw error
    onError('lock', error)
    return undefined
  }
}

interface StateParts {
  readonly record: DurableRecord
  readonly series: SeriesPart
  readonly positions: PositionsPart
  readonly lock: HeldLock | undefined
  readonly plan: Plan
  readonly isBehind: boolean
}

class KeptState implements RunState {
  readonly #parts: StateParts
  readonly #keeper: Keeper
  #isClosed = false

  constructor(parts: StateParts) {
    const { record } = parts
    this.#parts = parts
    this.#keeper = new Keeper({ record, nowMs: () => performance.now(), onCommit: (isDurable) => this.#note(isDurable) })
  }

  get isBehind(): boolean {
    return this.#parts.isBehind
  }

  commit(): void {
    if (!this.#isClosed) this.#keeper.commitNow()
  }

  follow(families: readonly Family[], sources: readonly Source[], left: readonly RecordedLog[]): void {
    const { series, positions } = this.#parts
    series.keep(families)
    positions.follow(sources, left)
  }

  async keep(signal: AbortSignal): Promise<void> {
    const { record, lock } = this.#parts
    let renewedMs = performance.now()
    while (!signal.aborted) {
      const waitMs = this.#keeper.tick()
      if (performance.now() - renewedMs >= RENEWAL_MS) {
        renewedMs = performance.now()
        lock?.renew()
      }
      await pause(waitMs, signal)
    }
    record.close()
    this.#isClosed = true
    lock?.release()
  }

  #note(isDurable: boolean): void {
    const { record, plan } = this.#parts
    const { own } = plan
    own.stateDurable.at().value = isDurable ? 1 : 0
    own.stateCommits.at(isDurable ? 'ok' : 'failed').value++
    own.stateBytes.at().value = record.sizeBytes
  }
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
