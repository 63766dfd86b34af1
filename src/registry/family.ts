/**
 * One metric: its series and the limits on them. Rules name series through sites and put values in through recorders; readers
 * take what stands in the store.
 */
import type { Clocks } from '../clock/clocks.ts'
import { type Cell, OVERFLOW } from '../telemetry/tally.ts'
import type { Births } from './births.ts'
import { Exemplars } from './exemplars.ts'
import type { FamilySpec } from './family-spec.ts'
import { KINDS } from './kinds/index.ts'
import type { Kind, Recorder, RecordOp } from './kinds/kind.ts'
import { QuantileSketch, type SketchState } from './quantile-sketch.ts'
import { HIDDEN, SeriesStore } from './series-store.ts'
import { type ShownOp, ShownValues } from './shown-values.ts'
import { type CleanLabel, Site, type SiteFamily } from './site.ts'
import { TimedSeries, type Touched } from './timed-series.ts'

export type { CleanLabel, Site } from './site.ts'

/** What all families share; a reload may change it. */
export interface SharedLimits {
  /** How many series all families together have and may have, overflow series aside. */
  usedSeries: number
  maxSeries: number
  cleanLabel: CleanLabel
  /** Those whose silent series are hidden. */
  readonly expiring: Set<Family>
}

export interface FamilyEnvironment {
  readonly shared: SharedLimits
  readonly random: () => number
  readonly nowMs: () => number
  readonly births: Births
  readonly clocks: Clocks
  /** Own numbers: series of this family, updates that went to an overflow series. */
  readonly seriesCell: Cell
  readonly overflowCell: Cell
  /** Series that are not shown since they are silent, and those that gave way to others. */
  readonly hiddenCell: Cell
  readonly foldedCell: Cell
}

const NOT_COUNTED_TEXTS: readonly string[] = ['', OVERFLOW]

export class Family implements SiteFamily {
  #spec: FamilySpec
  readonly store: SeriesStore
  /** Undefined until a rule gives exemplars. */
  exemplars: Exemplars | undefined
  readonly #kind: Kind
  readonly #environment: FamilyEnvironment
  #keepsUnmasked = false
  /** Slots of series outside the limits. They are never removed. */
  readonly #overflowSlots = new Set<number>()
  /** With `onePer`: texts of those labels (as JSON) → the slot of the one series that has them. */
  readonly #onlyOnes = new Map<string, number>()
  readonly #onePerLabels: readonly number[] | undefined
  #sites: Site[] = []
  #timed: TimedSeries | undefined
  #shown: ShownValues | undefined

  constructor(spec: FamilySpec, environment: FamilyEnvironment) {
    const kind = KINDS[spec.type]
    const shape = { labelCount: spec.labelNames.length, cellCount: kind.cellCount(spec), initialCell: kind.initialCell }
    this.#spec = spec
    this.store = new SeriesStore(shape, environment.random, environment.nowMs)
    this.#kind = kind
    this.#environment = environment
    this.#timed = this.#timedAs(spec)
    this.#noteExpiring()
    this.#onePerLabels = kind.overflows ? undefined : spec.onePer?.map((name) => spec.labelNames.indexOf(name))
  }

  /** What of it goes by the clocks of logs; undefined: nothing. */
  /** What is made anew whenever numbers are read; undefined: nothing is. */
  get shown(): ShownValues | undefined {
    return this.#shown
  }

  /** How one rule says what is to be shown. */
  shownRecorder(op: ShownOp): Recorder {
    this.#shown ??= new ShownValues(this.store)
    return this.#shown.recorder(op)
  }

  get timed(): TimedSeries | undefined {
    return this.#timed
  }

  get spec(): FamilySpec {
    return this.#spec
  }

  /**
   * Another mapping defines it the same (`definition`): its series go on, under the help and the limits that stand there. Rules of
   * the mapping before must not be used any more.
   */
  redefine(spec: FamilySpec): void {
    this.#spec = { ...spec, labelNames: this.#spec.labelNames }
    this.#keepsUnmasked = false
    this.#sites = []
    this.exemplars = undefined
    this.#shown = undefined
    const nowNs = BigInt(Math.floor(this.#environment.nowMs())) * 1_000_000n
    if (this.#timed === undefined) {
      this.#timed = this.#timedAs(spec)
      this.#timed?.adopt(nowNs)
    } else this.#timed.expireAfter(spec.expireNs ?? 0n, nowNs)
    this.#noteExpiring()
  }

  /** It is not one of the mapping's any more. */
  close(): void {
    this.#timed?.expiry?.close()
    this.#environment.shared.expiring.delete(this)
  }

  /** Series that count against the limits. */
  get countedSeries(): number {
    return this.store.seriesCount - this.#overflowSlots.size
  }

  /**
   * How one rule names series. Per label the closed set of its texts ([''] if the rule does not give it; undefined: open), how many
   * distinct texts the family may have before new ones become `_other`, and whether its texts are kept with their secrets.
   */
  site(
    closed: readonly (readonly string[] | undefined)[],
    maxValues: readonly (number | undefined)[] = [],
    unmasked: readonly (boolean | undefined)[] = [],
  ): Site {
    this.#keepsUnmasked ||= unmasked.includes(true)
    const site = new Site(this, { closed, maxValues, unmasked })
    this.#sites.push(site)
    return site
  }

  get keepsUnmasked(): boolean {
    return this.#keepsUnmasked
  }

  /** How one rule puts values in; `op` matters to gauges only. */
  recorder(op: RecordOp = 'set'): Recorder {
    const record = this.#kind.recorder(this.store, this.spec, op)
    return this.#timed?.windowRecorder(record) ?? record
  }

  /** Which of a series' numbers a value goes into; undefined for a type that has no exemplars. */
  exemplarCell(): ((value: number) => number) | undefined {
    const cellOf = this.#kind.exemplarCell?.(this.spec)
    if (cellOf !== undefined) this.exemplars ??= new Exemplars(this.store.cellCount)
    return cellOf
  }

  get cleanLabel(): CleanLabel {
    return this.#environment.shared.cleanLabel
  }

  get overflows(): boolean {
    return this.#kind.overflows
  }

  /** Whether the sum of a series does with this value too: infinite once, it would be so for ever. */
  staysFinite(slot: number, value: number): boolean {
    const { cells, cellCount } = this.store
    const sumCell = this.#kind.sumCell?.(cellCount)
    return sumCell === undefined || Number.isFinite(cells[slot * cellCount + sumCell]! + value)
  }

  get isBornAtZero(): boolean {
    return this.#kind.isBornAtZero
  }

  find(texts: readonly string[]): number {
    return this.store.find(texts)
  }

  hasText(label: number, text: string): boolean {
    return this.store.hasText(label, text)
  }

  textCount(label: number): number {
    return this.store.textCount(label, NOT_COUNTED_TEXTS)
  }

  birth(texts: readonly string[]): number {
    if (this.#onePerLabels !== undefined) return this.#birthInPlace(texts, this.#onePerLabels)
    return this.#hasRoom() || this.#makeRoom() ? this.#add(texts) : -1
  }

  birthOverflow(texts: readonly string[]): number {
    const slot = this.#bear(texts)
    this.#overflowSlots.add(slot)
    this.#environment.seriesCell.value++
    return slot
  }

  countOverflow(): void {
    this.#environment.overflowCell.value++
  }

  isOverflow(slot: number): boolean {
    return this.#overflowSlots.has(slot)
  }

  /** The slot of a series that was recorded, whatever the limits are now. Its cells are the caller's to fill. */
  restore(texts: readonly string[], isOverflow: boolean): number {
    const known = this.store.find(texts)
    if (known >= 0) return known
    const slot = this.store.add(texts)
    this.#environment.seriesCell.value++
    if (isOverflow) this.#overflowSlots.add(slot)
    else this.#environment.shared.usedSeries++
    if (this.#onePerLabels !== undefined) this.#onlyOnes.set(JSON.stringify(this.#onePerLabels.map((i) => texts[i])), slot)
    return slot
  }

  restoreSketch(slot: number, state: SketchState): void {
    this.store.sketches[slot] = QuantileSketch.fromState(state)
  }

  restoreTouched(slot: number, touched: Touched | undefined): void {
    this.#timed?.restore(slot, touched, BigInt(Math.floor(this.#environment.nowMs())) * 1_000_000n)
  }

  #hasRoom(): boolean {
    const { shared } = this.#environment
    return this.countedSeries < this.spec.maxSeries && shared.usedSeries < shared.maxSeries
  }

  #add(texts: readonly string[]): number {
    this.#environment.shared.usedSeries++
    this.#environment.seriesCell.value++
    return this.#bear(texts)
  }

  #bear(texts: readonly string[]): number {
    const slot = this.store.add(texts)
    if (this.#kind.isSeenAtZero) this.#environment.births.note(this, slot)
    this.#timed?.touch(slot)
    return slot
  }

  /** A series replaces the one that equals it in these labels, so it needs room only if there is none. */
  #birthInPlace(texts: readonly string[], labels: readonly number[]): number {
    const key = JSON.stringify(labels.map((i) => texts[i]))
    const old = this.#onlyOnes.get(key)
    if (old !== undefined) this.#remove(old)
    else if (!this.#hasRoom()) return -1
    const slot = this.#add(texts)
    this.#onlyOnes.set(key, slot)
    return slot
  }

  /** It is silent: what overflows goes on from its value later, other types give their slot free. */
  expire(slot: number): boolean {
    if (!this.#kind.overflows) {
      this.#removeOnly(slot)
      return false
    }
    this.store.hide(slot, HIDDEN.silent)
    this.#environment.hiddenCell.value++
    return true
  }

  reveal(slot: number): void {
    this.store.show(slot, HIDDEN.silent)
    this.#environment.hiddenCell.value--
  }

  /** The series that has been hidden for longest gives way: its numbers go on in the overflow series. Answers whether there was one. */
  #makeRoom(): boolean {
    const { shared } = this.#environment
    const isOwnLimit = this.countedSeries >= this.spec.maxSeries
    const families = isOwnLimit ? [this] : [...shared.expiring]
    const hidden = families.flatMap((family) => {
      const longest = family.timed?.expiry?.longestHidden
      return longest === undefined ? [] : [{ family, ...longest }]
    })
    const [first, ...others] = hidden
    if (first === undefined) return false
    const longest = others.reduce((least, one) => (one.sinceNs < least.sinceNs ? one : least), first)
    longest.family.#fold(longest.slot)
    return this.#hasRoom()
  }

  /** Not shown at 0 first: nothing of it is new. */
  #fold(slot: number): void {
    const texts = this.spec.labelNames.map((_, i) => this.store.text(slot, i))
    const to = this.#overflowFor(texts)
    const { cells, cellCount } = this.store
    for (let i = 0; i < cellCount; i++) cells[to * cellCount + i]! += cells[slot * cellCount + i]!
    const sketch = this.store.sketches[slot]
    if (sketch !== undefined && this.#timed?.windows === undefined) this.#sketchOf(to).merge(sketch)
    this.#timed?.windows?.fold(slot, to)
    this.store.touch(to)
    this.#environment.hiddenCell.value--
    this.#environment.foldedCell.value++
    this.#remove(slot)
  }

  #overflowFor(texts: readonly string[]): number {
    const site = this.#sites.find((one) => one.couldName(texts))
    const folded = site?.overflowTexts(texts) ?? texts.map((text) => (text === '' ? '' : OVERFLOW))
    const known = this.store.find(folded)
    if (known >= 0) return known
    const slot = this.store.add(folded)
    this.#overflowSlots.add(slot)
    this.#environment.seriesCell.value++
    this.#timed?.touch(slot)
    return slot
  }

  #sketchOf(slot: number): QuantileSketch {
    this.store.sketches[slot] ??= new QuantileSketch()
    return this.store.sketches[slot]
  }

  #timedAs(spec: FamilySpec): TimedSeries | undefined {
    if ((spec.expireNs ?? 0n) === 0n && spec.window === undefined) return undefined
    return new TimedSeries(spec, this.store, this.#environment.clocks, this)
  }

  #noteExpiring(): void {
    const { expiring } = this.#environment.shared
    if (this.#timed?.expiry === undefined) expiring.delete(this)
    else expiring.add(this)
  }

  /** With `onePer`, nothing may name its slot any more. */
  #removeOnly(slot: number): void {
    if (this.#onePerLabels !== undefined)
      this.#onlyOnes.delete(JSON.stringify(this.#onePerLabels.map((i) => this.store.text(slot, i))))
    this.#remove(slot)
  }

  #remove(slot: number): void {
    this.#timed?.forget(slot)
    this.store.remove(slot)
    this.#environment.shared.usedSeries--
    this.#environment.seriesCell.value--
  }
}
