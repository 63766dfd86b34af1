/**
 * Marks as a part of the durable record: hashed keys and their numbers as they stand, keys that went, the seed of the hash and which
 * keys were evicted. No text of the log is in it. The order of touch is the order in which keys are told of last.
 */
import { BrokenRecord } from '../state/broken-record.ts'
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { RecordPart } from '../state/part.ts'
import { EvictedKeys, type EvictedState } from './evicted-keys.ts'
import { KEY_WORDS } from './key-hash.ts'
import type { KeySpace } from './key-space.ts'
import { FREE, KeyTable } from './key-table.ts'
import { GONE_WORDS, type Marks } from './marks.ts'

const ENTRY = { seed: 1, space: 2, mark: 3, gone: 4, evicted: 5, filters: 6, filterBytes: 7, nothing: 8 } as const
/** So much of a filter, or so many marks, are written before a sweep may pause. */
const FILTER_BYTES = 16 * 1024
const MARKS_PER_STEP = 256
const MOST_FILTER_BYTES = 2 ** 29

/** Whose keys of a space with this name are now; undefined: nobody's. */
export type SpaceOf = (name: string, width: number) => KeySpace | undefined

/** What was read. Its keys stand in the order of touch, and no limit holds for them. */
interface Recorded {
  keys: KeyTable
  readonly spaces: { readonly name: string; readonly width: number }[]
  /** Filters whose bytes are being read. */
  filters: EvictedState | undefined
  evicted: EvictedKeys
}

export class MarksPart implements RecordPart {
  readonly name = 'marks'
  readonly #marks: Marks
  /** Numbers of spaces that the journal knows, and those that it knows once what was written last is in it. */
  #explained = new Set<number>()
  #written: Set<number> | undefined
  #recorded: Recorded

  constructor(marks: Marks) {
    this.#marks = marks
    this.#recorded = nothingRecorded(marks.limit)
    marks.isRecorded = true
  }

  get hasChanges(): boolean {
    return this.changeCount > 0
  }

  get changeCount(): number {
    const { gone, isOutOfTrack, table } = this.#marks
    return isOutOfTrack ? table.size + 1 : table.touchedCount + gone.length / GONE_WORDS
  }

  beginJournal(): void {
    this.#explained = new Set()
  }

  writeChanges(out: ByteWriter): void {
    const { gone, isOutOfTrack, table } = this.#marks
    // What was explained in a writing that failed is explained again.
    const explained = new Set(this.#explained)
    if (isOutOfTrack) {
      out.byte(ENTRY.nothing)
      for (const _ of writeFilters(out, this.#marks.evicted.state)) void _
    }
    for (let at = 0; at < gone.length; at += GONE_WORDS) {
      out.byte(gone[at + KEY_WORDS] === 1 ? ENTRY.evicted : ENTRY.gone)
      out.words(gone, at, KEY_WORDS)
    }
    for (const slot of table.youngest(isOutOfTrack ? table.size : table.touchedCount)) this.#writeMark(out, slot, explained)
    this.#written = explained
  }

  acknowledge(): void {
    this.#explained = this.#written ?? this.#explained
    this.#written = undefined
    this.#marks.forgetChanges()
  }

  /**
   * What changes meanwhile is in the journal by the time the snapshot counts, keys that went too, and what a journal says of a key wins:
   * so a slot is written as it stands when its turn comes, whichever key has it by then. Which keys were evicted must be as it was when
   * the journal began, which tells of those that follow.
   */
  sweep(out: ByteWriter): Generator<void, void> {
    const { evicted, table } = this.#marks
    return this.#sweepFrom(out, evicted.state, table.youngest(table.size))
  }

  *#sweepFrom(out: ByteWriter, filters: EvictedState, slots: Int32Array): Generator<void, void> {
    const { hash, table } = this.#marks
    const { seed } = hash
    out.byte(ENTRY.seed)
    out.words(seed, 0, seed.length)
    yield* writeFilters(out, filters)
    const explained = new Set<number>()
    for (let i = 0; i < slots.length; i++) {
      if (table.spaces[slots[i]!] !== FREE) this.#writeMark(out, slots[i]!, explained)
      if (i % MARKS_PER_STEP === 0) yield
    }
  }

  openReader(): (section: ByteReader) => void {
    const spaces = new Map<number, number>()
    return (input) => {
      while (!input.isAtEnd) this.#read(input, spaces)
    }
  }

  /** Gives the marks what was read. Keys of spaces that nobody has are let go. */
  restore(spaceOf: SpaceOf = (name) => this.#marks.knownSpace(name)): void {
    const marks = this.#marks
    const { table } = marks
    const { evicted, keys } = this.#recorded
    const spaces = this.#recorded.spaces.map(({ name, width }) => spaceOf(name, width))
    marks.evicted.restore(evicted.state)
    for (const slot of keys.youngest(keys.size)) {
      const space = spaces[keys.spaces[slot]!]
      if (space === undefined) continue
      const at = marks.add(keys.words.subarray(slot * KEY_WORDS, (slot + 1) * KEY_WORDS), space)
      const start = keys.starts[slot]!
      table.rows.values.set(keys.rows.values.subarray(start, start + space.width), table.starts[at])
    }
    this.#recorded = nothingRecorded(marks.limit)
  }

  #read(input: ByteReader, spaces: Map<number, number>): void {
    const entry = input.byte()
    if (entry === ENTRY.seed) this.#marks.useSeed(readWords(input))
    else if (entry === ENTRY.space) spaces.set(input.count(), this.#recordedSpace(input.text(), input.count()))
    else if (entry === ENTRY.mark) this.#readMark(input, spaces)
    else if (entry === ENTRY.nothing) this.#recorded.keys = unboundedTable()
    else if (entry === ENTRY.filters) this.#beginFilters(input)
    else if (entry === ENTRY.filterBytes) this.#readFilterBytes(input)
    else if (entry === ENTRY.evicted || entry === ENTRY.gone) this.#readGone(input, entry === ENTRY.evicted)
    else throw new BrokenRecord(`there is no entry ${entry} among marks`)
  }

  #recordedSpace(name: string, width: number): number {
    const { spaces } = this.#recorded
    const known = spaces.findIndex((space) => space.name === name && space.width === width)
    return known >= 0 ? known : spaces.push({ name, width }) - 1
  }

  #readMark(input: ByteReader, explained: ReadonlyMap<number, number>): void {
    const { keys, spaces } = this.#recorded
    const space = explained.get(input.count())
    if (space === undefined) throw new BrokenRecord('whose a mark is was not explained')
    const key = readWords(input)
    const known = keys.find(key)
    if (known >= 0) keys.remove(known)
    const { width } = spaces[space]!
    const slot = keys.add(key, space, width)
    for (let i = 0; i < width; i++) keys.rows.values[keys.starts[slot]! + i] = input.number()
  }

  #readGone(input: ByteReader, isEvicted: boolean): void {
    const { keys } = this.#recorded
    const key = readWords(input)
    const slot = keys.find(key)
    if (slot >= 0) keys.remove(slot)
    if (isEvicted) this.#recorded.evicted.add(key)
  }

  #beginFilters(input: ByteReader): void {
    const evicted = new EvictedKeys(input.count())
    const youngCount = input.count()
    const [young, old] = [bytesFor(input.count()), bytesFor(input.count())]
    const filters = { limit: 0, youngCount, young, old }
    evicted.restore(filters)
    Object.assign(this.#recorded, { evicted, filters })
  }

  #readFilterBytes(input: ByteReader): void {
    const { filters } = this.#recorded
    const into = input.byte() === 0 ? filters?.young : filters?.old
    const at = input.count()
    const bytes = input.blob()
    if (into === undefined || at + bytes.length > into.length) throw new BrokenRecord('bytes of a filter are of none')
    into.set(bytes, at)
  }

  #writeMark(out: ByteWriter, slot: number, explained: Set<number>): void {
    const { table } = this.#marks
    const space = table.spaces[slot]!
    if (!explained.has(space)) this.#explain(out, space, explained)
    out.byte(ENTRY.mark)
    out.count(space)
    out.words(table.words, slot * KEY_WORDS, KEY_WORDS)
    out.numbers(table.rows.values, table.starts[slot]!, table.widths[slot]!)
  }

  #explain(out: ByteWriter, number: number, explained: Set<number>): void {
    for (const space of this.#marks.spaces) {
      if (space.number !== number) continue
      out.byte(ENTRY.space)
      out.count(number)
      out.text(space.name)
      out.count(space.width)
    }
    explained.add(number)
  }
}

function nothingRecorded(limit: number): Recorded {
  return { keys: unboundedTable(), spaces: [], filters: undefined, evicted: new EvictedKeys(limit) }
}

function unboundedTable(): KeyTable {
  return new KeyTable(Number.POSITIVE_INFINITY, () => {})
}

function* writeFilters(out: ByteWriter, { limit, youngCount, young, old }: EvictedState): Generator<void, void> {
  out.byte(ENTRY.filters)
  for (const count of [limit, youngCount, young.length, old.length]) out.count(count)
  for (const [number, filter] of [young, old].entries()) {
    for (let at = 0; at < filter.length; at += FILTER_BYTES) {
      out.byte(ENTRY.filterBytes)
      out.byte(number)
      out.count(at)
      out.blob(filter.subarray(at, at + FILTER_BYTES))
      yield
    }
  }
}

function bytesFor(length: number): Uint8Array {
  if (length > MOST_FILTER_BYTES || (length & (length - 1)) !== 0) throw new BrokenRecord('a filter has a strange size')
  return new Uint8Array(length)
}

function readWords(input: ByteReader): Int32Array {
  return Int32Array.from({ length: KEY_WORDS }, () => input.word() | 0)
}
