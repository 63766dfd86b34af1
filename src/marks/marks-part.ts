/**
 * Marks as a part of the durable record: hashed keys and their numbers as they stand, keys that went, the seed of the hash and which
 * keys were evicted. No text of the log is in it.
 */
import { BrokenRecord } from '../state/broken-record.ts'
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { RecordPart } from '../state/part.ts'
import type { Marks } from './marks.ts'

const ENTRY = { seed: 1, owner: 2, mark: 3, gone: 4, evicted: 5, filters: 6, nothing: 7 } as const
const WORDS = 4

interface RecordedMark {
  readonly owner: string
  readonly words: Int32Array
  readonly value: number
  readonly touch: number
}

export class MarksPart implements RecordPart {
  readonly name = 'marks'
  readonly #marks: Marks
  #explained = new Set<number>()
  #hasSeed = false
  /** By slot: which birth there is in the record. */
  readonly #recordedBirths: number[] = []
  /** Owners that the last `writeChanges` leaves explained; undefined: all was swept. */
  #written: Set<number> | undefined
  readonly #recorded = new Map<string, RecordedMark>()

  constructor(marks: Marks) {
    this.#marks = marks
    marks.isRecorded = true
  }

  get hasChanges(): boolean {
    return this.changeCount > 0
  }

  get changeCount(): number {
    const { changed, gone, isOutOfTrack, table } = this.#marks
    return isOutOfTrack ? table.size + 1 : changed.size + gone.length / (WORDS + 1)
  }

  beginJournal(): void {
    this.#explained = new Set()
    this.#hasSeed = false
  }

  writeChanges(out: ByteWriter): void {
    const { changed, gone, isOutOfTrack, table } = this.#marks
    // What was explained in a writing that failed is explained again.
    const explained = new Set(this.#explained)
    if (!this.#hasSeed) this.#writeSeed(out)
    if (isOutOfTrack) {
      out.byte(ENTRY.nothing)
      this.#writeFilters(out)
    }
    for (let i = 0; i < gone.length; i += WORDS + 1) {
      out.byte(gone[i + WORDS] === 1 ? ENTRY.evicted : ENTRY.gone)
      for (let j = 0; j < WORDS; j++) out.setWord(out.reserveWord(), gone[i + j]!)
    }
    for (const slot of isOutOfTrack ? table.slots() : changed) this.#writeMark(out, slot, explained)
    this.#written = explained
  }

  acknowledge(): void {
    const { changed, isOutOfTrack, table } = this.#marks
    const births = this.#marks.births
    for (const slot of this.#written === undefined || isOutOfTrack ? table.slots() : changed)
      this.#recordedBirths[slot] = births[slot]!
    if (this.#written !== undefined) {
      this.#explained = this.#written
      this.#hasSeed = true
    }
    this.#written = undefined
    this.#marks.forgetChanges()
  }

  *sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void> {
    if (isFrozen) this.#written = undefined
    this.#writeSeed(out)
    yield
    const explained = new Set<number>()
    const { births } = this.#marks
    const slots = [...this.#marks.table.slots()]
    for (const slot of slots) {
      // Slots are given again: only the key that the record knows there.
      if (!isFrozen && (births[slot] === 0 || this.#recordedBirths[slot] !== births[slot])) continue
      this.#writeMark(out, slot, explained)
      yield
    }
    this.#writeFilters(out)
  }

  openReader(): (section: ByteReader) => void {
    const owners = new Map<number, string>()
    return (input) => {
      while (!input.isAtEnd) this.#read(input, owners)
    }
  }

  /** Gives the marks what was read. Those of owners that `isKnown` does not know start anew. */
  restore(isKnown: (owner: string) => boolean): void {
    const marks = [...this.#recorded.values()].sort((a, b) => a.touch - b.touch)
    for (const { owner, words, value, touch } of marks)
      if (isKnown(owner)) this.#marks.restore(words, this.#marks.owner(owner), value, touch)
    this.#recorded.clear()
  }

  #read(input: ByteReader, owners: Map<number, string>): void {
    const entry = input.byte()
    if (entry === ENTRY.seed) this.#marks.seed.set(readWords(input))
    else if (entry === ENTRY.owner) owners.set(input.count(), input.text())
    else if (entry === ENTRY.mark) this.#readMark(input, owners)
    else if (entry === ENTRY.nothing) this.#recorded.clear()
    else if (entry === ENTRY.filters)
      this.#marks.evicted.restore({ youngCount: input.count(), young: input.blob(), old: input.blob() })
    else {
      const words = readWords(input)
      this.#recorded.delete(words.join())
      if (entry === ENTRY.evicted) this.#marks.evicted.add(words)
    }
  }

  #readMark(input: ByteReader, owners: ReadonlyMap<number, string>): void {
    const owner = owners.get(input.count())
    if (owner === undefined) throw new BrokenRecord('the owner of a mark was not explained')
    const words = readWords(input)
    this.#recorded.set(words.join(), { owner, words, value: input.number(), touch: input.count() })
  }

  #writeSeed(out: ByteWriter): void {
    out.byte(ENTRY.seed)
    for (const word of this.#marks.seed) out.setWord(out.reserveWord(), word)
  }

  #writeFilters(out: ByteWriter): void {
    const { youngCount, young, old } = this.#marks.evicted.state
    out.byte(ENTRY.filters)
    out.count(youngCount)
    out.blob(young)
    out.blob(old)
  }

  #writeMark(out: ByteWriter, slot: number, explained: Set<number>): void {
    const { owners, touches, table } = this.#marks
    const owner = owners[slot]!
    if (!explained.has(owner)) {
      out.byte(ENTRY.owner)
      out.count(owner)
      out.text(this.#marks.ownerName(owner))
      explained.add(owner)
    }
    out.byte(ENTRY.mark)
    out.count(owner)
    for (let i = 0; i < WORDS; i++) out.setWord(out.reserveWord(), table.words[slot * WORDS + i]!)
    out.number(table.values[slot]!)
    out.count(touches[slot]!)
  }
}

function readWords(input: ByteReader): Int32Array {
  return Int32Array.from({ length: WORDS }, () => input.word() | 0)
}
