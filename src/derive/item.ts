/**
 * One item of `remember` or `derive` while it runs: what it keeps of each key and what becomes of that. What it is called with decides
 * everything; it reads no clock of its own.
 */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Fields } from './derived-event.ts'
import type { Behavior, Carried, Cause, Entry, ItemSpec, Touch } from './entry.ts'
import type { OpenKeys } from './open-keys.ts'

export abstract class Item<S = unknown> implements Behavior<S> {
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
  protected tell(fields: Fields, { origin, clock, timeNs, lineBytes, consumer }: Cause): void {
    consumer.derived({ item: this.spec.name, fields, origin, clock, timeNs, lineBytes })
  }

  /** One that no line of its own log caused. */
  protected tellOf({ origin, clock }: Entry<S>, fields: Fields, timeNs: bigint): void {
    this.keys
      .consumerOf(origin.source, this.spec.owner)
      ?.derived({ item: this.spec.name, fields, origin, clock, timeNs, lineBytes: 0 })
  }
}

/** The nearer wins where it has a value. */
export function carriedOver(older: Carried, newer: Carried): Carried {
  return newer.some((value) => value !== undefined) ? newer.map((value, i) => value ?? older[i]) : older
}
