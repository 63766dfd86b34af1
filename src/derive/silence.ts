/** Silence: an event once a key has had none for a time. It is open from then on until the key's next event. */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { type Fields, keyField, secondsOf, spanNs } from './derived-event.ts'
import type { Carried, Cause, Entry, ItemSpec, Touch } from './entry.ts'
import { carriedOver, Item } from './item.ts'
import type { OpenKeys } from './open-keys.ts'
import { readCarried, readNs, writeCarried, writeNs } from './written.ts'

export interface SilenceState {
  /** The latest time that an event had. */
  lastNs: bigint
  carried: Carried
  isSilent: boolean
}

export interface SilenceSpec extends ItemSpec {
  readonly kind: 'silence'
  readonly afterNs: bigint
}

export class Silence extends Item<SilenceState> {
  readonly #afterNs: bigint

  constructor(spec: SilenceSpec, keys: OpenKeys) {
    super(spec, keys)
    this.#afterNs = spec.afterNs
  }

  member(touch: Touch): void {
    const { carried, cause } = touch
    const known = this.keys.find<SilenceState>(touch.id)
    if (known === undefined) {
      this.keys.open(this, touch, { lastNs: cause.timeNs, carried, isSilent: false })
      return
    }
    const { state } = known
    if (cause.timeNs > state.lastNs) state.lastNs = cause.timeNs
    state.carried = carriedOver(state.carried, carried)
    state.isSilent = false
    this.keys.touch(known, cause)
  }

  deadlineNs({ lastNs, isSilent }: SilenceState): bigint | undefined {
    return isSilent ? undefined : lastNs + this.#afterNs
  }

  runOut(entry: Entry<SilenceState>, dueNs: bigint): void {
    const { key, state } = entry
    state.isSilent = true
    this.tellOf(
      entry,
      this.withCarried({ key: keyField(key), gap: secondsOf(spanNs(state.lastNs, dueNs)) }, state.carried),
      dueNs,
    )
    this.keys.consumerOf(entry.origin.source, this.spec.owner)?.opened(entry)
  }

  evict(entry: Entry<SilenceState>): void {
    this.keys.close(entry)
  }

  resetEntry(entry: Entry<SilenceState>, _: Cause): void {
    this.keys.close(entry)
  }

  /** How long it has been silent, from its last event on. */
  openFields({ key, state }: Entry<SilenceState>, nowNs: bigint): Fields | undefined {
    if (!state.isSilent) return undefined
    const fields = { key: keyField(key), gap: secondsOf(this.#afterNs), age: secondsOf(spanNs(state.lastNs, nowNs)) }
    return this.withCarried(fields, state.carried)
  }

  write({ lastNs, carried, isSilent }: SilenceState, out: ByteWriter): void {
    writeNs(out, lastNs)
    writeCarried(out, carried)
    out.byte(isSilent ? 1 : 0)
  }

  read(input: ByteReader): SilenceState {
    return { lastNs: readNs(input), carried: readCarried(input), isSilent: input.byte() === 1 }
  }
}
