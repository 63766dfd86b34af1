/**
 * All keys that items of `remember` and `derive` keep, in one bounded table: past `limit` the key goes that was touched longest ago.
 * Notes what changes, so that the record can write that and no more.
 */
import { KeyHash, SEED_WORDS } from '../marks/key-hash.ts'
import { Deadlines } from './deadlines.ts'
import { type Behavior, type Cause, type Consumer, Entry, type Touch } from './entry.ts'

const DEFAULT_LIMIT = 200_000

/** Whose numbers the keys are told under. */
export type KeyTable = 'derive' | 'remember'

export interface KeyCells {
  readonly keys: { value: number }
  readonly evictions: { value: number }
}

export class OpenKeys {
  limit: number
  /** Secret; a record that is restored brings its own. */
  readonly hash: KeyHash
  readonly #deadlines = new Deadlines((entry, dueNs) => this.#runOut(entry, dueNs))
  /** Where it is told how many keys there are, and how many were evicted. Asked for when there is a first one. */
  cellsOf: (table: KeyTable) => KeyCells = uncounted
  /** Entries that changed since `forgetChanges`, and recorded ones that went. */
  readonly changed = new Set<Entry>()
  readonly gone = new Set<string>()
  /**
   * Where what is derived of a key goes when no line at hand causes that: by the source of the log that touched the key last, and the owner
   * of its item. undefined: it goes untold.
   */
  consumerOf: (source: string, owner: string) => Consumer | undefined = () => undefined
  /** Grows with all that may change what is open. */
  changes = 0
  readonly #byTable = new Map<KeyTable, KeyCells>()
  readonly #entries = new Map<string, Entry>()
  readonly #items = new Map<string, Behavior>()
  #oldest: Entry | undefined
  #youngest: Entry | undefined
  #weight = 0
  #touches = 0
  #births = 0

  constructor(limit: number, seed: Int32Array) {
    this.limit = limit
    this.hash = new KeyHash(seed)
  }

  get size(): number {
    return this.#entries.size
  }

  get births(): number {
    return this.#births
  }

  /** Items in force, by owner. */
  get items(): ReadonlyMap<string, Behavior> {
    return this.#items
  }

  /** The item of this owner, if it is defined so. */
  item(owner: string, definition: string): Behavior | undefined {
    const known = this.#items.get(owner)
    return known?.spec.definition === definition ? known : undefined
  }

  /** From now on this is what its owner's keys belong to; those of another definition go untold. */
  define(item: Behavior): void {
    const before = this.#items.get(item.spec.owner)
    if (before !== undefined && before !== item) this.#drop(before)
    this.#items.set(item.spec.owner, item)
  }

  /** All items but these are gone, and what they kept with them. */
  keep(owners: ReadonlySet<string>): void {
    for (const [owner, item] of this.#items) {
      if (owners.has(owner)) continue
      this.#drop(item)
      this.#items.delete(owner)
    }
  }

  /** In the order of their opening. */
  entries(): IterableIterator<Entry> {
    return this.#entries.values()
  }

  /** Tells whoever shows what is open of all keys. */
  show(): void {
    for (const entry of this.#entries.values()) this.consumerOf(entry.origin.source, entry.item.spec.owner)?.show(entry)
  }

  find<S>(id: string): Entry<S> | undefined {
    return this.#entries.get(id) as Entry<S> | undefined
  }

  /** A key that `find` does not know. Others may be evicted for it. */
  open<S>(item: Behavior<S>, { id, scope, key, cause }: Touch, state: S): Entry<S> {
    const { origin, clock } = cause
    const entry = new Entry<S>({ item, id, scope, key, state, origin, clock, birth: ++this.#births, touch: ++this.#touches })
    this.#insert(entry)
    this.#note(entry)
    this.#makeRoom(entry, cause)
    return entry
  }

  /** The state of the entry is another one: it is the youngest now, and runs out by the clock of this log. */
  touch(entry: Entry, cause: Cause): void {
    entry.origin = cause.origin
    entry.clock = cause.clock
    this.use(entry)
    this.update(entry)
    this.#makeRoom(entry, cause)
  }

  /** It was needed: it is the youngest now. */
  use(entry: Entry): void {
    if (entry === this.#youngest) return
    this.#unlink(entry)
    this.#link(entry)
    entry.touch = ++this.#touches
    this.#note(entry)
  }

  /** Its state has changed. */
  update(entry: Entry): void {
    const weight = entry.item.weightOf(entry.state)
    this.#weight += weight - entry.weight
    entry.weight = weight
    this.#deadlines.set(entry)
    this.#note(entry)
  }

  close(entry: Entry): void {
    if (!entry.isOpen) return
    entry.isOpen = false
    this.changes++
    this.#entries.delete(entry.id)
    this.#weight -= entry.weight
    this.#unlink(entry)
    this.#deadlines.remove(entry)
    this.#cells(entry.item).keys.value--
    entry.item.openCount--
    const inScope = entry.item.scopes.get(entry.scope)
    if (inScope?.delete(entry) && inScope.size === 0) entry.item.scopes.delete(entry.scope)
    this.changed.delete(entry)
    if (entry.isRecorded) this.gone.add(entry.id)
  }

  /** Of a record; to be called in the order of touches. */
  restore(entry: Entry): void {
    this.#births = Math.max(this.#births, entry.birth)
    this.#touches = Math.max(this.#touches, entry.touch)
    this.#insert(entry)
    entry.isRecorded = true
  }

  forgetChanges(): void {
    for (const entry of this.changed) {
      entry.isChanged = false
      entry.isRecorded = true
    }
    this.changed.clear()
    this.gone.clear()
  }

  #insert(entry: Entry): void {
    const { item } = entry
    this.#entries.set(entry.id, entry)
    // One of the same key went, and the record has it still.
    if (this.gone.delete(entry.id)) entry.isRecorded = true
    entry.weight = item.weightOf(entry.state)
    this.#weight += entry.weight
    this.#link(entry)
    this.#cells(item).keys.value++
    item.openCount++
    if (item.spec.hasScopeReset) {
      const inScope = item.scopes.get(entry.scope)
      if (inScope === undefined) item.scopes.set(entry.scope, new Set([entry]))
      else inScope.add(entry)
    }
    this.#deadlines.set(entry)
    this.changes++
  }

  /** `but`: what the room is for. */
  #makeRoom(but: Entry, cause: Cause): void {
    while (this.#weight > this.limit && this.#oldest !== undefined && this.#oldest !== but) {
      const oldest = this.#oldest
      this.#cells(oldest.item).evictions.value++
      oldest.item.evict(oldest, cause)
      if (oldest.isOpen) this.update(oldest)
    }
  }

  #runOut(entry: Entry, dueNs: bigint): void {
    entry.item.runOut(entry, dueNs)
    if (entry.isOpen) this.update(entry)
  }

  #drop(item: Behavior): void {
    for (const entry of this.#entries.values()) if (entry.item === item) this.close(entry)
  }

  #cells({ spec }: Behavior): KeyCells {
    const table = spec.kind === 'remember' ? 'remember' : 'derive'
    const cells = this.#byTable.get(table) ?? this.cellsOf(table)
    this.#byTable.set(table, cells)
    return cells
  }

  #link(entry: Entry): void {
    entry.older = this.#youngest
    entry.younger = undefined
    if (this.#youngest === undefined) this.#oldest = entry
    else this.#youngest.younger = entry
    this.#youngest = entry
  }

  #unlink(entry: Entry): void {
    const { older, younger } = entry
    if (older === undefined) this.#oldest = younger
    else older.younger = younger
    if (younger === undefined) this.#youngest = older
    else younger.older = older
    entry.older = undefined
    entry.younger = undefined
  }

  #note(entry: Entry): void {
    this.changes++
    if (entry.isChanged) return
    entry.isChanged = true
    this.changed.add(entry)
  }
}

function uncounted(): KeyCells {
  return { keys: { value: 0 }, evictions: { value: 0 } }
}

/** With a seed that nobody knows. */
export function freshKeys(limit = DEFAULT_LIMIT): OpenKeys {
  return new OpenKeys(limit, crypto.getRandomValues(new Int32Array(SEED_WORDS)))
}
