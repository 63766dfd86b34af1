/**
 * Sequences: each event of a key, with what came before it: how many, how many the same in a row, how many of the last twenty, how long
 * ago. Of what makes two events the same only a hash is kept.
 */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { type Fields, type Kept, keyField, secondsOf, spanNs } from './derived-event.ts'
import type { Cause, Entry, ItemSpec, Touch } from './entry.ts'
import { Item } from './item.ts'
import type { OpenKeys } from './open-keys.ts'
import { readKept, readNs, writeKept, writeNs } from './written.ts'

/** `recent` looks at so many, the event itself counted. */
const RECENT = 20

export interface SequenceState {
  count: number
  lastNs: bigint
  /** The latest time that a member had: what idle is counted from. */
  latestNs: bigint
  value: Kept | undefined
  /** How many in a row are the same as the last one. */
  repeat: number
  /** Hashes of the last ones, the youngest last. */
  readonly recent: number[]
}

export interface SequenceSpec extends ItemSpec {
  readonly kind: 'sequence'
  readonly idleNs: bigint | undefined
}

export class Sequence extends Item<SequenceState> {
  readonly #idleNs: bigint | undefined

  constructor(spec: SequenceSpec, keys: OpenKeys) {
    super(spec, keys)
    this.#idleNs = spec.idleNs
  }

  /** `same`: the hash of what makes it the same as another. */
  member(touch: Touch, value: Kept | undefined, same: number): void {
    const { key, carried, cause } = touch
    const { timeNs } = cause
    const known = this.keys.find<SequenceState>(touch.id)
    const fields: Record<string, Fields[string]> = { key: keyField(key) }
    if (known !== undefined) {
      if (known.state.value !== undefined) fields.previous = known.state.value
      fields.gap = secondsOf(spanNs(known.state.lastNs, timeNs))
    }
    if (value !== undefined) fields.value = value
    const state = known?.state ?? { count: 0, lastNs: timeNs, latestNs: timeNs, value: undefined, repeat: 0, recent: [] }
    fields.position = state.count
    state.repeat = state.recent.at(-1) === same ? state.repeat + 1 : 1
    state.recent.push(same)
    if (state.recent.length > RECENT) state.recent.shift()
    state.count++
    state.lastNs = timeNs
    if (timeNs > state.latestNs) state.latestNs = timeNs
    state.value = value
    fields.repeat = state.repeat
    fields.recent = state.recent.filter((one) => one === same).length
    this.tell(this.withCarried(fields, carried), cause)
    if (known === undefined) this.keys.open(this, touch, state)
    else this.keys.touch(known, cause)
  }

  deadlineNs({ latestNs }: SequenceState): bigint | undefined {
    return this.#idleNs === undefined ? undefined : latestNs + this.#idleNs
  }

  runOut(entry: Entry<SequenceState>): void {
    this.keys.close(entry)
  }

  evict(entry: Entry<SequenceState>): void {
    this.keys.close(entry)
  }

  resetEntry(entry: Entry<SequenceState>, _: Cause): void {
    this.keys.close(entry)
  }

  openFields(): undefined {
    return undefined
  }

  write({ count, lastNs, latestNs, value, repeat, recent }: SequenceState, out: ByteWriter): void {
    out.count(count)
    writeNs(out, lastNs)
    writeNs(out, latestNs)
    writeKept(out, value)
    out.count(repeat)
    out.count(recent.length)
    for (const hash of recent) out.count(hash)
  }

  read(input: ByteReader): SequenceState {
    const [count, lastNs, latestNs, value, repeat] = [input.count(), readNs(input), readNs(input), readKept(input), input.count()]
    return { count, lastNs, latestNs, value, repeat, recent: Array.from({ length: input.count() }, () => input.count()) }
  }
}
