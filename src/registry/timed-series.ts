/**
 * What of a family depends on time: when each series was touched last, by the clock of which log, whether it has run out, and what its
 * window holds. Two logs may touch one series, each with a clock of its own; it goes by the one that touched it last.
 */
import type { Clocks } from '../clock/clocks.ts'
import type { LogClock } from '../clock/log-clock.ts'
import { type ExpiringFamily, Expiry } from './expiry.ts'
import type { FamilySpec } from './family-spec.ts'
import type { Recorder } from './kinds/kind.ts'
import type { SeriesStore } from './series-store.ts'
import { DistinctNumber } from './windows/distinct-number.ts'
import { GaugeWindows } from './windows/gauge-windows.ts'
import { SketchWindows } from './windows/sketch-windows.ts'
import type { Windows } from './windows/windows.ts'

/** When a series was touched last, as the record has it. */
export interface Touched {
  /** Number of the clock. */
  readonly clock: number
  readonly ns: bigint
}

export class TimedSeries {
  /** Of the log that is at hand: series that are born or touched now go by it. Undefined at load. */
  clock: LogClock | undefined = undefined
  readonly windows: Windows | undefined
  /** Of a window in which texts are told apart. */
  readonly distinct: DistinctNumber | undefined
  readonly #store: SeriesStore
  readonly #clocks: Clocks
  readonly #family: ExpiringFamily
  readonly #overNs: bigint | undefined
  readonly #isGauge: boolean
  #expireNs: bigint
  #expiry: Expiry | undefined
  readonly #touchedBy: (LogClock | undefined)[] = []
  #touchedNs = new BigInt64Array(8)

  constructor({ window, expireNs = 0n }: FamilySpec, store: SeriesStore, clocks: Clocks, family: ExpiringFamily) {
    this.#store = store
    this.#clocks = clocks
    this.#family = family
    this.#overNs = window?.overNs
    this.#isGauge = window?.op !== undefined
    this.windows = windowsOf(window, store)
    this.distinct = window?.op === 'distinct' ? new DistinctNumber() : undefined
    this.#expireNs = expireNs
    this.#expiry = expireNs > 0n ? new Expiry(expireNs, family) : undefined
  }

  get expiry(): Expiry | undefined {
    return this.#expiry
  }

  /** Series that were there before: they count as touched now. */
  adopt(nowNs: bigint): void {
    for (let slot = 0; slot < this.#store.slotLimit; slot++)
      if (this.#store.birthOf(slot) !== 0 && this.#touchedBy[slot] === undefined) this.restore(slot, undefined, nowNs)
  }

  /** The metric expires after another time from now on. What was not touched since clocks are kept counts as touched now. */
  expireAfter(expireNs: bigint, nowNs: bigint): void {
    if (expireNs === this.#expireNs) return
    this.#expireNs = expireNs
    this.#expiry?.close()
    this.#expiry = expireNs > 0n ? new Expiry(expireNs, this.#family) : undefined
    for (const [slot, clock] of this.#touchedBy.entries())
      if (clock !== undefined) this.#expiry?.restore(slot, clock, this.#touchedNs[slot]!)
    this.adopt(nowNs)
  }

  /** A value is about to go into the series. */
  touch(slot: number): void {
    const { clock } = this
    if (clock === undefined) return
    const before = this.#touchedBy[slot]
    // What has left by the clock before must not count again by this one.
    if (before !== undefined && before !== clock) this.windows?.settle(slot, before.nowNs)
    this.#note(slot, clock, clock.nowNs)
    this.#expiry?.touch(slot, clock, clock.nowNs)
  }

  /** Puts values into windows: those of a gauge nowhere else. */
  windowRecorder(record: Recorder): Recorder {
    const { windows } = this
    if (windows === undefined) return record
    if (this.#isGauge) return (slot, value) => windows.add(slot, this.#nowOf(slot), value)
    return (slot, value) => {
      record(slot, value)
      windows.add(slot, this.#nowOf(slot), value)
    }
  }

  /** What shows depends on what the clocks show now. */
  settle(): void {
    const { windows } = this
    if (windows === undefined) return
    for (let slot = 0; slot < this.#store.slotLimit; slot++) if (this.#store.birthOf(slot) !== 0) this.settleOne(slot)
  }

  settleOne(slot: number): void {
    this.windows?.settle(slot, this.#nowOf(slot))
  }

  forget(slot: number): void {
    this.#touchedBy[slot] = undefined
    this.#expiry?.forget(slot)
    this.windows?.remove(slot)
  }

  /** For the record; undefined: nothing has touched it. */
  touchedOf(slot: number): Touched | undefined {
    const clock = this.#touchedBy[slot]
    return clock === undefined ? undefined : { clock: clock.number, ns: this.#touchedNs[slot]! }
  }

  /** A series that was recorded; one of which nothing is known counts as touched now by a log that is not read any more. */
  restore(slot: number, touched: Touched | undefined, nowNs: bigint): void {
    const { clock, ns } = touched ?? { clock: this.#clocks.gone.number, ns: nowNs }
    const by = this.#clocks.numbered(clock)
    this.#note(slot, by, ns)
    this.#expiry?.restore(slot, by, ns)
  }

  #note(slot: number, clock: LogClock, ns: bigint): void {
    if (slot >= this.#touchedNs.length) {
      const grown = new BigInt64Array(Math.max(slot + 1, this.#touchedNs.length * 2))
      grown.set(this.#touchedNs)
      this.#touchedNs = grown
    }
    this.#touchedBy[slot] = clock
    this.#touchedNs[slot] = ns
    if (this.windows !== undefined) clock.hasWindows = true
  }

  #nowOf(slot: number): bigint {
    return this.#overNs === undefined ? 0n : (this.#touchedBy[slot]?.nowNs ?? 0n)
  }
}

function windowsOf(window: FamilySpec['window'], store: SeriesStore): Windows | undefined {
  if (window === undefined) return undefined
  return window.op === undefined ? new SketchWindows(window.overNs!, store) : new GaugeWindows(window, store)
}
