/**
 * All series as a part of the durable record. A series is named by its family and the number of its birth, which nothing else in that
 * family ever gets; label texts stand beside it once per file. Numbers are written as they stand, so what is read last is right.
 */
import { readNs } from '../clock/clocks-part.ts'
import { BrokenRecord } from '../state/broken-record.ts'
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { RecordPart } from '../state/part.ts'
import type { Family } from './family.ts'
import type { FamilyNote } from './family-note.ts'
import { FamilyRecorder } from './family-recorder.ts'
import type { SketchState } from './quantile-sketch.ts'
import { ENTRY, readSketch, writeFamilyGone } from './series-entries.ts'
import type { Touched } from './timed-series.ts'
import { readSlices } from './windows/sketch-windows.ts'
import { type RecordedWindow, readWindow } from './windows/window-entries.ts'

export interface RecordedSeries {
  readonly birth: number
  /** In the order of the note's label names. */
  readonly texts: readonly string[]
  readonly isOverflow: boolean
  readonly createdMs: number
  readonly cells: Float64Array
  sketch: SketchState | undefined
  touched: Touched | undefined
  /** As the family's windows read it. */
  window: unknown
  /** Where it was restored to; undefined before. */
  slot: number | undefined
}

export interface RecordedFamily {
  readonly note: FamilyNote
  readonly series: Map<number, RecordedSeries>
}

export class SeriesPart implements RecordPart {
  readonly name = 'series'
  #recorders: FamilyRecorder[] = []
  #recorderCount = 0
  /** Families that are gone, and that the record still has. */
  #gone: string[] = []
  /** What was read, by name of the family. */
  readonly #recorded = new Map<string, RecordedFamily>()

  /** From now on the record holds the numbers of these families and of no others. */
  keep(families: readonly Family[]): void {
    const known = new Map(this.#recorders.map((recorder) => [recorder.family, recorder]))
    for (const family of known.keys()) if (!families.includes(family)) this.#gone.push(family.spec.name)
    this.#recorders = families.map((family) => known.get(family) ?? new FamilyRecorder(family, this.#recorderCount++))
  }

  get recorded(): ReadonlyMap<string, RecordedFamily> {
    return this.#recorded
  }

  /** Leaves a family out of what was read. Answers whether it was there. */
  forget(name: string): boolean {
    return this.#recorded.delete(name)
  }

  /** What was read is in the families now, and need not be held any more. */
  forgetAll(): void {
    this.#recorded.clear()
  }

  get hasChanges(): boolean {
    return this.changeCount > 0
  }

  get changeCount(): number {
    return this.#recorders.reduce((sum, { changeCount }) => sum + changeCount, this.#gone.length)
  }

  beginJournal(): void {
    for (const recorder of this.#recorders) recorder.beginJournal()
  }

  writeChanges(out: ByteWriter): void {
    // First: one of the same name may have begun since.
    for (const name of this.#gone) writeFamilyGone(out, name)
    for (const recorder of this.#recorders) recorder.writeChanges(out)
  }

  acknowledge(): void {
    this.#gone = []
    for (const recorder of this.#recorders) recorder.acknowledge()
  }

  *sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void> {
    for (const recorder of this.#recorders) yield* recorder.sweep(out, isFrozen)
  }

  openReader(): (section: ByteReader) => void {
    const families = new Map<number, RecordedFamily>()
    return (input) => {
      while (!input.isAtEnd) this.#readEntry(input, families)
    }
  }

  #readEntry(input: ByteReader, families: Map<number, RecordedFamily>): void {
    const entry = input.byte()
    if (entry === ENTRY.familyGone) {
      this.#recorded.delete(input.text())
      return
    }
    const number = input.count()
    if (entry === ENTRY.family) families.set(number, this.#openFamily(JSON.parse(input.text()) as FamilyNote))
    else if (entry === ENTRY.series) readSeries(input, familyOf(families, number))
    else if (entry === ENTRY.cells) readCells(input, familyOf(families, number))
    else if (entry === ENTRY.touched) readTouched(input, familyOf(families, number))
    else if (entry === ENTRY.window) readWindowOf(input, familyOf(families, number))
    else if (entry === ENTRY.sketch) knownSeries(familyOf(families, number).series, input.count()).sketch = readSketch(input)
    else familyOf(families, number).series.delete(input.count())
  }

  /** A family that is defined anew has nothing to do with what was read of it before. */
  #openFamily(note: FamilyNote): RecordedFamily {
    const known = this.#recorded.get(note.name)
    const isSame = known?.note.definition === note.definition
    const family = { note, series: isSame ? known.series : new Map<number, RecordedSeries>() }
    this.#recorded.set(note.name, family)
    return family
  }
}

function familyOf(families: ReadonlyMap<number, RecordedFamily>, number: number): RecordedFamily {
  const family = families.get(number)
  if (family === undefined) throw new BrokenRecord(`the family ${number} was not explained`)
  return family
}

function knownSeries(series: ReadonlyMap<number, RecordedSeries>, birth: number): RecordedSeries {
  const known = series.get(birth)
  if (known === undefined) throw new BrokenRecord(`the series ${birth} was not explained`)
  return known
}

function readSeries(input: ByteReader, { note, series }: RecordedFamily): void {
  const birth = input.count()
  const isOverflow = input.byte() === 1
  const createdMs = input.number()
  const texts = note.labelNames.map(() => input.text())
  const { cells = new Float64Array(note.cellCount), sketch, touched, window } = series.get(birth) ?? {}
  series.set(birth, { birth, texts, isOverflow, createdMs, cells, sketch, touched, window, slot: undefined })
}

function readTouched(input: ByteReader, { series }: RecordedFamily): void {
  knownSeries(series, input.count()).touched = { clock: input.count(), ns: readNs(input) }
}

function readWindowOf(input: ByteReader, { note, series }: RecordedFamily): void {
  const one = knownSeries(series, input.count())
  if (note.type === 'summary') one.window = readSlices(input, one.window)
  else one.window = readWindow(input, one.window as RecordedWindow | undefined)
}

function readCells(input: ByteReader, { note, series }: RecordedFamily): void {
  for (let left = input.count(); left > 0; left--) {
    const { cells } = knownSeries(series, input.count())
    for (let i = 0; i < note.cellCount; i++) cells[i] = input.number()
  }
}

/**
 * Gives the families the numbers that were read for them. Answers the names of those that were read and are not there now, or are
 * defined anew: they start at 0.
 */
export function restoreSeries(recorded: ReadonlyMap<string, RecordedFamily>, families: readonly Family[]): string[] {
  const byName = new Map(families.map((family) => [family.spec.name, family]))
  const dropped: string[] = []
  for (const { note, series } of recorded.values()) {
    const family = byName.get(note.name)
    if (family?.spec.definition === note.definition) restoreFamily(family, note, [...series.values()])
    else dropped.push(note.name)
  }
  return dropped
}

/** In the order of their births, as they were before. */
function restoreFamily(family: Family, note: FamilyNote, series: readonly RecordedSeries[]): void {
  if (note.secret !== undefined && family.timed?.distinct !== undefined) family.timed.distinct.secret = note.secret
  for (const one of series.toSorted((a, b) => a.birth - b.birth)) restoreOne(family, note, one)
}

function restoreOne(family: Family, note: FamilyNote, series: RecordedSeries): void {
  const { store, spec } = family
  const texts = spec.labelNames.map((name) => series.texts[note.labelNames.indexOf(name)] ?? '')
  const slot = family.restore(texts, series.isOverflow)
  store.cells.set(series.cells, slot * store.cellCount)
  store.setCreatedMs(slot, series.createdMs)
  store.touch(slot)
  series.slot = slot
  if (series.sketch) family.restoreSketch(slot, series.sketch)
  if (series.window !== undefined) family.timed?.windows?.restore(slot, series.window)
  family.restoreTouched(slot, series.touched)
}
