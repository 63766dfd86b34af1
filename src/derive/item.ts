/**
 * One item of `remember` or `derive` while it runs: what it keeps of each key and what becomes of that. What it is called with decides
 * everything; it reads no clock of its own.
 */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Cause, Fields, Kept, KeyTexts } from './derived-event.ts'
import type { Entry } from './entry.ts'
import type { OpenKeys } from './open-keys.ts'

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

export abstract class Item<S = unknown> {
  readonly spec: ItemSpec
  protected readonly keys: OpenKeys
  /** With `hasScopeReset`: open entries by scope, in the order of their opening. */
  readonly scopes = new Map<string, Set<Entry>>()
  openCount = 0

  constructor(spec: ItemSpec, keys: OpenKeys) {
    this.spec = spec
    this.keys = keys
  }

  /** When it runs out; undefined: never. */
  abstract deadlineNs(state: S): bigint | undefined
  /** Its deadline has come, at `dueNs`. It may go on with another one. */
  abstract runOut(entry: Entry<S>, dueNs: bigint): void
  /** There is no room for it. It must be closed, or lighter, afterwards. */
  abstract evict(entry: Entry<S>, cause: Cause): void
  /** Something ends it before its time. */
  abstract resetEntry(entry: Entry<S>, cause: Cause): void
  /** What `open:` shows of it at `nowNs`; undefined: it is not open, only known. */
  abstract openFields(entry: Entry<S>, nowNs: bigint): Fields | undefined
  abstract write(state: S, out: ByteWriter): void
  abstract read(input: ByteReader): S
  weightOf(_state: S): number {
    return 1
  }

  /** Ends the key of the touch. */
  reset({ id, cause }: Touch): void {
    const entry = this.keys.find<S>(id)
    if (entry !== undefined) this.resetEntry(entry, cause)
  }

  /** Ends all that this scope holds, in the order of its opening. */
  resetScope(scope: string, cause: Cause): void {
    for (const entry of [...(this.scopes.get(scope) ?? [])]) this.resetEntry(entry as Entry<S>, cause)
  }

  protected withCarried(fields: Record<string, Fields[string]>, carried: Carried): Fields {
    const { carryNames } = this.spec
    for (let i = 0; i < carryNames.length; i++) if (carried[i] !== undefined) fields[carryNames[i]!] = carried[i]
    return fields
  }

  /** A derived event that a line caused. */
  protected tell(fields: Fields, { origin, timeNs, lineBytes, consumer }: Cause): void {
    consumer.derived({ item: this.spec.name, fields, origin, timeNs, lineBytes })
  }

  /** One that no line of its own log caused. */
  protected tellOf({ origin }: Entry<S>, fields: Fields, timeNs: bigint): void {
    this.keys.consumerOf(origin.source)?.derived({ item: this.spec.name, fields, origin, timeNs, lineBytes: 0 })
  }
}

/** The nearer wins where it has a value. */
export function carriedOver(older: Carried, newer: Carried): Carried {
  return newer.some((value) => value !== undefined) ? newer.map((value, i) => value ?? older[i]) : older
}
