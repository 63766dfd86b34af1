/** One family for the durable record: what of it is in the record, and how the rest gets there. */
import { writeNs } from '../clock/clocks-part.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Family } from './family.ts'
import { noteOf } from './family-note.ts'
import { ENTRY, writeSketch } from './series-entries.ts'

export class FamilyRecorder {
  readonly family: Family
  readonly #number: number
  /** By slot: the birth that the record has, 0 for none. */
  #recorded = new Float64Array(0)
  /** By slot: the birth whose texts stand in the journal. */
  #described = new Float64Array(0)
  #isDescribed = false

  /** `number` is unlike that of every other family. */
  constructor(family: Family, number: number) {
    this.family = family
    this.#number = number
  }

  get changeCount(): number {
    return this.family.store.dirtyCount
  }

  beginJournal(): void {
    this.#isDescribed = false
    this.#described.fill(0)
  }

  writeChanges(out: ByteWriter): void {
    const { store } = this.family
    if (store.dirtyCount === 0) return
    this.#fit()
    if (!this.#isDescribed) this.#writeNote(out)
    let livingCount = 0
    for (let i = 0; i < store.dirtyCount; i++) {
      const slot = store.dirtySlots[i]!
      const birth = store.birthOf(slot)
      if (this.#recorded[slot] !== 0 && this.#recorded[slot] !== birth) this.#writeGone(out, this.#recorded[slot]!)
      if (birth === 0) continue
      livingCount++
      if (this.#described[slot] !== birth) this.#writeSeries(out, slot, birth)
      this.#writeTimed(out, slot, this.#recorded[slot] !== birth)
    }
    this.#writeCells(out, livingCount)
  }

  acknowledge(): void {
    const { store } = this.family
    this.#fit()
    this.#isDescribed ||= store.dirtyCount > 0
    for (let i = 0; i < store.dirtyCount; i++) {
      const slot = store.dirtySlots[i]!
      this.#recorded[slot] = this.#described[slot] = store.birthOf(slot)
      this.family.timed?.windows?.acknowledge(slot)
    }
    store.forgetTouched()
  }

  /**
   * `isFrozen`: nothing happens until the end, all is to be written. Otherwise what is not in the record yet comes by the journal,
   * and may be gone before: it would stay for ever if it stood here.
   */
  *sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void> {
    const { store } = this.family
    this.#writeNote(out)
    yield
    for (let slot = 0; slot < store.slotLimit; slot++) {
      const birth = store.birthOf(slot)
      if (birth === 0 || !(isFrozen || this.#recorded[slot] === birth)) continue
      this.#writeSeries(out, slot, birth)
      this.#writeTimed(out, slot, true)
      out.byte(ENTRY.cells)
      out.count(this.#number)
      out.count(1)
      this.#writeNumbers(out, slot)
      this.#writeSketchOf(out, slot)
      yield
    }
  }

  #writeNote(out: ByteWriter): void {
    out.byte(ENTRY.family)
    out.count(this.#number)
    out.text(JSON.stringify(noteOf(this.family)))
  }

  #writeSeries(out: ByteWriter, slot: number, birth: number): void {
    const { store, spec } = this.family
    out.byte(ENTRY.series)
    out.count(this.#number)
    out.count(birth)
    out.byte(this.family.isOverflow(slot) ? 1 : 0)
    out.number(store.createdMs(slot))
    for (let i = 0; i < spec.labelNames.length; i++) out.text(store.text(slot, i))
  }

  #writeTimed(out: ByteWriter, slot: number, isWhole: boolean): void {
    const { timed, store } = this.family
    const touched = timed?.touchedOf(slot)
    if (touched !== undefined) {
      out.byte(ENTRY.touched)
      out.count(this.#number)
      out.count(store.birthOf(slot))
      out.count(touched.clock)
      writeNs(out, touched.ns)
    }
    if (timed?.windows === undefined) return
    out.byte(ENTRY.window)
    out.count(this.#number)
    out.count(store.birthOf(slot))
    timed.windows.write(out, slot, isWhole)
  }

  #writeGone(out: ByteWriter, birth: number): void {
    out.byte(ENTRY.gone)
    out.count(this.#number)
    out.count(birth)
  }

  #writeCells(out: ByteWriter, seriesCount: number): void {
    const { store } = this.family
    if (seriesCount === 0) return
    out.byte(ENTRY.cells)
    out.count(this.#number)
    out.count(seriesCount)
    for (let i = 0; i < store.dirtyCount; i++)
      if (store.birthOf(store.dirtySlots[i]!) !== 0) this.#writeNumbers(out, store.dirtySlots[i]!)
    if (store.sketches.length === 0) return
    for (let i = 0; i < store.dirtyCount; i++) this.#writeSketchOf(out, store.dirtySlots[i]!)
  }

  #writeNumbers(out: ByteWriter, slot: number): void {
    const { store } = this.family
    out.count(store.birthOf(slot))
    out.numbers(store.cells, slot * store.cellCount, store.cellCount)
  }

  #writeSketchOf(out: ByteWriter, slot: number): void {
    const { store } = this.family
    const sketch = store.sketches[slot]
    if (sketch === undefined || store.birthOf(slot) === 0 || this.family.timed?.windows !== undefined) return
    out.byte(ENTRY.sketch)
    out.count(this.#number)
    out.count(store.birthOf(slot))
    writeSketch(out, sketch.state)
  }

  #fit(): void {
    const slots = this.family.store.slotLimit
    if (slots <= this.#recorded.length) return
    const length = Math.max(slots, this.#recorded.length * 2)
    const [recorded, described] = [new Float64Array(length), new Float64Array(length)]
    recorded.set(this.#recorded)
    described.set(this.#described)
    this.#recorded = recorded
    this.#described = described
  }
}
