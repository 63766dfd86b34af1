/** One open key of one item: what is known of it until it ends, runs out or is evicted; and what it needs of its item. */
import type { Due } from '../clock/due-heap.ts'
import type { LogClock } from '../clock/log-clock.ts'
import type { Origin } from '../source/source.ts'
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Derived, Fields, Kept, KeyTexts } from './derived-event.ts'

/** The event at hand. One object, reused: whoever keeps anything of it copies that. */
export interface Cause {
  readonly origin: Origin
  /** Of its log. */
  readonly clock: LogClock
  readonly timeNs: bigint
  readonly lineBytes: number
  /** Where what is derived goes. */
  readonly consumer: Consumer
}

/** Takes what is derived: a mapping in force. */
export interface Consumer {
  derived(event: Derived): void
  /** Something is open that was not, or shows something else than before. */
  opened(entry: Entry): void
  /** Numbers are read: it is open. */
  show(entry: Entry): void
}

export type ItemKind = 'remember' | 'pair' | 'session' | 'sequence' | 'silence'

/** Values in the order of the item's `carryNames`; undefined: the event has none. */
export type Carried = readonly (Kept | undefined)[]

/** What one event, or one element of it, says to an item. */
export interface Touch {
  readonly id: string
  readonly scope: string
  readonly key: KeyTexts
  readonly carried: Carried
  readonly cause: Cause
}

export interface ItemSpec {
  readonly name: string
  readonly kind: ItemKind
  /** The unit's key, a NUL and the name: who shares the state. */
  readonly owner: string
  /** What is kept means the same as long as this is the same. */
  readonly definition: string
  readonly carryNames: readonly string[]
  /** Whether all of a scope may be reset at once. */
  readonly hasScopeReset: boolean
}

/** What becomes of the keys of an item. */
export interface Behavior<S = unknown> {
  readonly spec: ItemSpec
  /** With `hasScopeReset`: open entries by scope, in the order of their opening. */
  readonly scopes: Map<string, Set<Entry>>
  openCount: number
  /** When it runs out; undefined: never. */
  deadlineNs(state: S): bigint | undefined
  /** Its deadline has come, at `dueNs`. It may go on with another one. */
  runOut(entry: Entry<S>, dueNs: bigint): void
  /** There is no room for it. It must be closed, or lighter, afterwards. */
  evict(entry: Entry<S>, cause: Cause): void
  /** What `open:` shows of it at `nowNs`; undefined: it is not open, only known. */
  openFields(entry: Entry<S>, nowNs: bigint): Fields | undefined
  /** How much room it takes, in keys. */
  weightOf(state: S): number
  write(state: S, out: ByteWriter): void
  read(input: ByteReader): S
}

export class Entry<S = unknown> implements Due {
  readonly item: Behavior<S>
  /** The hash of item, scope and key, as a text of eight units. */
  readonly id: string
  /** The hash of the scope, likewise; empty: the item has none. */
  readonly scope: string
  readonly key: KeyTexts
  state: S
  /** Of the line that touched it last. */
  origin: Origin
  /** Of that line's log: what it runs out by. */
  clock: LogClock
  /** Which opening this was, counted over all keys. */
  readonly birth: number
  /** Which touch was the last, counted over all keys. */
  touch: number
  isOpen = true
  /** Whether the record has it, and whether it has changed since. */
  isRecorded = false
  isChanged = false
  /** How much room it takes; 1 for what every key has. */
  weight = 1
  /** In the order of touches. */
  older: Entry | undefined
  younger: Entry | undefined
  // As one of those that wait for a clock; that one may be another than `clock` until it is put where it belongs.
  dueNs = 0n
  index = -1
  heapClock: LogClock | undefined

  constructor(parts: Pick<Entry<S>, 'item' | 'id' | 'scope' | 'key' | 'state' | 'origin' | 'clock' | 'birth' | 'touch'>) {
    this.item = parts.item
    this.id = parts.id
    this.scope = parts.scope
    this.key = parts.key
    this.state = parts.state
    this.origin = parts.origin
    this.clock = parts.clock
    this.birth = parts.birth
    this.touch = parts.touch
  }

  /** Of keys that run out at one time the one that was opened first comes first. */
  get order(): number {
    return this.birth
  }
}
