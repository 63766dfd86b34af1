/**
 * Sessions: the members of a key become one event when the key ends, is idle, reset or evicted. What is collected of the members is kept
 * as it grows, never the members.
 */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { type Collected, type CollectOp, collectedField, readCollected, weightOfCollected, writeCollected } from './collected.ts'
import { type Fields, keyField, secondsOf, spanNs } from './derived-event.ts'
import type { Carried, Cause, Entry, ItemSpec, Touch } from './entry.ts'
import { carriedOver, Item } from './item.ts'
import type { OpenKeys } from './open-keys.ts'
import { readCarried, readNs, writeCarried, writeNs } from './written.ts'

export interface SessionState {
  readonly firstNs: bigint
  /** The latest time that a member had. */
  lastNs: bigint
  members: number
  carried: Carried
  /** By the item's `collect`; undefined: nothing was collected yet. */
  readonly collected: (Collected | undefined)[]
}

export interface SessionSpec extends ItemSpec {
  readonly kind: 'session'
  readonly idleNs: bigint | undefined
  readonly collect: readonly { readonly name: string; readonly op: CollectOp }[]
}

type Outcome = 'ended' | 'idle' | 'reset' | 'evicted'

export class Session extends Item<SessionState> {
  readonly #idleNs: bigint | undefined
  readonly #collect: SessionSpec['collect']

  constructor(spec: SessionSpec, keys: OpenKeys) {
    super(spec, keys)
    this.#idleNs = spec.idleNs
    this.#collect = spec.collect
  }

  /** `collect` puts into the list what the member adds. */
  member(touch: Touch, collect: (collected: (Collected | undefined)[]) => void): void {
    const { carried, cause } = touch
    const { timeNs } = cause
    const known = this.keys.find<SessionState>(touch.id)
    const state = known?.state ?? { firstNs: timeNs, lastNs: timeNs, members: 0, carried: [], collected: this.#nothingYet() }
    state.members++
    if (timeNs > state.lastNs) state.lastNs = timeNs
    state.carried = carriedOver(state.carried, carried)
    collect(state.collected)
    if (known === undefined) cause.consumer.opened(this.keys.open(this, touch, state))
    else {
      this.keys.touch(known, cause)
      cause.consumer.opened(known)
    }
  }

  end({ id, carried, cause }: Touch): void {
    const entry = this.keys.find<SessionState>(id)
    if (entry === undefined) return
    this.keys.close(entry)
    this.tell(this.#fields(entry, 'ended', carriedOver(entry.state.carried, carried)), cause)
  }

  deadlineNs({ lastNs }: SessionState): bigint | undefined {
    return this.#idleNs === undefined ? undefined : lastNs + this.#idleNs
  }

  runOut(entry: Entry<SessionState>, dueNs: bigint): void {
    this.keys.close(entry)
    this.tellOf(entry, this.#fields(entry, 'idle'), dueNs)
  }

  evict(entry: Entry<SessionState>, { timeNs }: Cause): void {
    this.keys.close(entry)
    this.tellOf(entry, this.#fields(entry, 'evicted'), timeNs)
  }

  resetEntry(entry: Entry<SessionState>, cause: Cause): void {
    this.keys.close(entry)
    this.tell(this.#fields(entry, 'reset'), cause)
  }

  openFields(entry: Entry<SessionState>, nowNs: bigint): Fields {
    return { ...this.#fields(entry, undefined), age: secondsOf(spanNs(entry.state.firstNs, nowNs)) }
  }

  override weightOf({ collected }: SessionState): number {
    let weight = 1
    for (let i = 0; i < collected.length; i++) weight += weightOfCollected(collected[i])
    return weight
  }

  write({ firstNs, lastNs, members, carried, collected }: SessionState, out: ByteWriter): void {
    writeNs(out, firstNs)
    writeNs(out, lastNs)
    out.count(members)
    writeCarried(out, carried)
    for (const one of collected) writeCollected(out, one)
  }

  read(input: ByteReader): SessionState {
    const [firstNs, lastNs, members] = [readNs(input), readNs(input), input.count()]
    return { firstNs, lastNs, members, carried: readCarried(input), collected: this.#collect.map(() => readCollected(input)) }
  }

  #nothingYet(): (Collected | undefined)[] {
    return this.#collect.map(() => undefined)
  }

  #fields({ key, state }: Entry<SessionState>, outcome: Outcome | undefined, carried = state.carried): Fields {
    const fields: Record<string, Fields[string]> = {
      key: keyField(key),
      duration: secondsOf(spanNs(state.firstNs, state.lastNs)),
      members: state.members,
    }
    if (outcome !== undefined) fields.outcome = outcome
    for (let i = 0; i < this.#collect.length; i++) {
      const one = collectedField(state.collected[i])
      if (one !== undefined) fields[this.#collect[i]!.name] = one
    }
    return this.withCarried(fields, carried)
  }
}
