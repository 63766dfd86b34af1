/**
 * What `remember` and `derive` keep as a part of the durable record: each open key as it stands, keys that went, and the seed of their
 * hash. Only what changed is written at a commit. A key is given back to the item of the same unit and name that is defined the same.
 */
import type { Clocks } from '../clock/clocks.ts'
import { SEED_WORDS } from '../marks/key-hash.ts'
import type { Origin } from '../source/source.ts'
import { BrokenRecord } from '../state/broken-record.ts'
import { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { RecordPart } from '../state/part.ts'
import { type Behavior, Entry } from './entry.ts'
import { KeptAsIs } from './kept-as-is.ts'
import type { OpenKeys } from './open-keys.ts'

const ENTRY = { seed: 1, item: 2, origin: 3, key: 4, gone: 5 } as const
const ID_UNITS = 8

interface RecordedItem {
  readonly owner: string
  readonly definition: string
}

interface RecordedKey {
  readonly item: RecordedItem
  readonly origin: Origin
  readonly clock: number
  readonly id: string
  readonly scope: string
  readonly birth: number
  readonly touch: number
  readonly key: readonly string[]
  /** What its item wrote of it. */
  readonly state: Buffer
}

/** What is explained in a file, by number. What a writing that failed explained is taken back. */
class Explained {
  readonly #items = new Map<Behavior, number>()
  /** A log may be renamed: it is explained again then. */
  readonly #origins = new Map<Origin, { readonly number: number; readonly file: string }>()
  #originCount = 0
  #pendingItems: Behavior[] = []
  #pendingOrigins: Origin[] = []

  rollBack(): void {
    for (const item of this.#pendingItems) this.#items.delete(item)
    for (const origin of this.#pendingOrigins) this.#origins.delete(origin)
    this.settle()
  }

  settle(): void {
    this.#pendingItems = []
    this.#pendingOrigins = []
  }

  item(out: ByteWriter, item: Behavior): number {
    const known = this.#items.get(item)
    if (known !== undefined) return known
    const number = this.#items.size
    this.#items.set(item, number)
    this.#pendingItems.push(item)
    out.byte(ENTRY.item)
    out.count(number)
    out.text(item.spec.owner)
    out.text(item.spec.definition)
    return number
  }

  /** What lines of the log are told to come from, should the log say no more. */
  origin(out: ByteWriter, origin: Origin): number {
    const { source, log, file, stream, fields, container, pod } = origin
    const known = this.#origins.get(origin)
    if (known?.file === file) return known.number
    const number = this.#originCount++
    this.#origins.set(origin, { number, file })
    this.#pendingOrigins.push(origin)
    out.byte(ENTRY.origin)
    out.count(number)
    out.text(JSON.stringify({ source, log, file, stream, fields, container, pod }))
    return number
  }
}

export class DerivePart implements RecordPart {
  readonly name = 'derive'
  readonly #keys: OpenKeys
  #explained = new Explained()
  readonly #recorded = new Map<string, RecordedKey>()

  constructor(keys: OpenKeys) {
    this.#keys = keys
  }

  get hasChanges(): boolean {
    return this.changeCount > 0
  }

  get changeCount(): number {
    return this.#keys.changed.size + this.#keys.gone.size
  }

  beginJournal(): void {
    this.#explained = new Explained()
  }

  writeChanges(out: ByteWriter): void {
    const explained = this.#explained
    explained.rollBack()
    this.#writeSeed(out)
    for (const id of this.#keys.gone) {
      out.byte(ENTRY.gone)
      writeId(out, id)
    }
    for (const entry of this.#keys.changed) writeEntry(out, entry, explained)
  }

  acknowledge(): void {
    this.#explained.settle()
    this.#keys.forgetChanges()
  }

  *sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void> {
    if (isFrozen) this.#explained.rollBack()
    const explained = new Explained()
    this.#writeSeed(out)
    const lastBirth = this.#keys.births
    for (const entry of this.#keys.entries()) {
      if (entry.birth > lastBirth) return
      if (!isFrozen && !entry.isRecorded) continue
      writeEntry(out, entry, explained)
      yield
    }
  }

  openReader(): (section: ByteReader) => void {
    const items = new Map<number, RecordedItem>()
    const origins = new Map<number, Origin>()
    return (input) => {
      while (!input.isAtEnd) this.#read(input, items, origins)
    }
  }

  /** What was read is to be written again, whoever it belongs to. */
  keepAll(clocks: Clocks): void {
    for (const { item } of this.#recorded.values())
      if (this.#keys.item(item.owner, item.definition) === undefined) this.#keys.define(new KeptAsIs(item.owner, item.definition))
    this.restore(clocks)
  }

  /** Gives the items what was read, once the clocks are restored. What belongs to none, or to one that is defined anew, is forgotten. */
  restore(clocks: Clocks): void {
    for (const one of [...this.#recorded.values()].sort((a, b) => a.touch - b.touch)) {
      const item = this.#keys.item(one.item.owner, one.item.definition)
      if (item === undefined) continue
      const state = item.read(new ByteReader(one.state))
      this.#keys.restore(new Entry({ ...one, item, state, clock: clocks.numbered(one.clock) }))
    }
    this.#recorded.clear()
  }

  #read(input: ByteReader, items: Map<number, RecordedItem>, origins: Map<number, Origin>): void {
    const entry = input.byte()
    if (entry === ENTRY.seed) this.#keys.hash.seed = Int32Array.from({ length: SEED_WORDS }, () => input.word() | 0)
    else if (entry === ENTRY.gone) this.#recorded.delete(readId(input))
    else if (entry === ENTRY.item) items.set(input.count(), { owner: input.text(), definition: input.text() })
    else if (entry === ENTRY.origin) origins.set(input.count(), JSON.parse(input.text()) as Origin)
    else this.#readKey(input, items, origins)
  }

  #readKey(input: ByteReader, items: ReadonlyMap<number, RecordedItem>, origins: ReadonlyMap<number, Origin>): void {
    const item = items.get(input.count())
    const origin = origins.get(input.count())
    if (item === undefined || origin === undefined) throw new BrokenRecord('the item or the log of a key was not explained')
    const clock = input.count()
    const id = readId(input)
    const scope = input.byte() === 1 ? readId(input) : ''
    const birth = input.count()
    const touch = input.count()
    const key = Array.from({ length: input.count() }, () => input.text())
    this.#recorded.set(id, { item, origin, clock, id, scope, birth, touch, key, state: input.bytes(input.word()) })
  }

  #writeSeed(out: ByteWriter): void {
    out.byte(ENTRY.seed)
    for (const word of this.#keys.hash.seed) out.setWord(out.reserveWord(), word)
  }
}

function writeEntry(out: ByteWriter, entry: Entry, explained: Explained): void {
  const item = explained.item(out, entry.item)
  const origin = explained.origin(out, entry.origin)
  out.byte(ENTRY.key)
  out.count(item)
  out.count(origin)
  out.count(entry.clock.number)
  writeId(out, entry.id)
  out.byte(entry.scope === '' ? 0 : 1)
  if (entry.scope !== '') writeId(out, entry.scope)
  out.count(entry.birth)
  out.count(entry.touch)
  out.count(entry.key.length)
  for (const text of entry.key) out.text(text)
  const lengthAt = out.reserveWord()
  const before = out.length
  entry.item.write(entry.state, out)
  out.setWord(lengthAt, out.length - before)
}

function writeId(out: ByteWriter, id: string): void {
  for (let i = 0; i < ID_UNITS; i++) {
    const unit = id.charCodeAt(i)
    out.byte(unit & 0xff)
    out.byte(unit >>> 8)
  }
}

function readId(input: ByteReader): string {
  let id = ''
  for (let i = 0; i < ID_UNITS; i++) id += String.fromCharCode(input.byte() | (input.byte() << 8))
  return id
}
