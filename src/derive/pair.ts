/**
 * Pairs: a start and the end of the same key become one event with the time between them. A start that finds its key open is ignored, or
 * queued (`order: fifo`); an end that finds nothing open is an orphan.
 */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { type Fields, type KeyTexts, keyField, secondsOf, spanNs } from './derived-event.ts'
import type { Carried, Cause, Entry, ItemSpec, Touch } from './entry.ts'
import { carriedOver, Item } from './item.ts'
import type { OpenKeys } from './open-keys.ts'
import { readCarried, readNs, writeCarried, writeNs } from './written.ts'

/** Starts of one key that wait at most: the oldest is evicted past it. */
const MOST_QUEUED = 1000

interface Start {
  readonly ns: bigint
  readonly carried: Carried
}

/** The oldest first; several only where starts are queued. */
export type PairState = readonly Start[]

export interface PairSpec extends ItemSpec {
  readonly kind: 'pair'
  readonly timeoutNs: bigint | undefined
  readonly isFifo: boolean
}

type Outcome = 'ended' | 'timeout' | 'reset' | 'orphan' | 'evicted'

export class Pair extends Item<PairState> {
  readonly #timeoutNs: bigint | undefined
  readonly #isFifo: boolean

  constructor(spec: PairSpec, keys: OpenKeys) {
    super(spec, keys)
    this.#timeoutNs = spec.timeoutNs
    this.#isFifo = spec.isFifo
  }

  start(touch: Touch): void {
    const { carried, cause } = touch
    const start = { ns: cause.timeNs, carried }
    const entry = this.keys.find<PairState>(touch.id)
    if (entry === undefined) cause.consumer.opened(this.keys.open(this, touch, [start]))
    else if (this.#isFifo) {
      if (entry.state.length >= Math.min(MOST_QUEUED, this.keys.limit)) this.evict(entry, cause)
      entry.state = [...entry.state, start]
      this.keys.touch(entry, cause)
      cause.consumer.opened(entry)
    }
  }

  end({ id, key, carried, cause }: Touch): void {
    const entry = this.keys.find<PairState>(id)
    if (entry === undefined) {
      this.tell(this.#fields(key, undefined, 'orphan', carried), cause)
      return
    }
    const [start] = entry.state
    const spentNs = spanNs(start!.ns, cause.timeNs)
    this.tell(this.#fields(key, spentNs, 'ended', carriedOver(start!.carried, carried)), cause)
    this.#leave(entry, 0)
    if (!entry.isOpen) return
    this.keys.touch(entry, cause)
    cause.consumer.opened(entry)
  }

  deadlineNs(state: PairState): bigint | undefined {
    if (this.#timeoutNs === undefined) return undefined
    let first = state[0]!.ns
    for (let i = 1; i < state.length; i++) if (state[i]!.ns < first) first = state[i]!.ns
    return first + this.#timeoutNs
  }

  runOut(entry: Entry<PairState>, dueNs: bigint): void {
    const at = entry.state.findIndex(({ ns }) => ns + this.#timeoutNs! === dueNs)
    const { ns, carried } = entry.state[at]!
    this.#leave(entry, at)
    this.tellOf(entry, this.#fields(entry.key, spanNs(ns, dueNs), 'timeout', carried), dueNs)
  }

  /** Of the key that was touched longest ago, the oldest start. */
  evict(entry: Entry<PairState>, { timeNs }: Cause): void {
    const { ns, carried } = entry.state[0]!
    this.#leave(entry, 0)
    this.tellOf(entry, this.#fields(entry.key, spanNs(ns, timeNs), 'evicted', carried), timeNs)
  }

  resetEntry(entry: Entry<PairState>, cause: Cause): void {
    this.keys.close(entry)
    for (const { ns, carried } of entry.state)
      this.tell(this.#fields(entry.key, spanNs(ns, cause.timeNs), 'reset', carried), cause)
  }

  /** Of several starts the oldest is shown. */
  openFields({ key, state }: Entry<PairState>, nowNs: bigint): Fields {
    const [{ ns, carried }] = state as readonly [Start]
    return this.withCarried({ key: keyField(key), age: secondsOf(spanNs(ns, nowNs)) }, carried)
  }

  override weightOf(state: PairState): number {
    return state.length
  }

  write(state: PairState, out: ByteWriter): void {
    out.count(state.length)
    for (const { ns, carried } of state) {
      writeNs(out, ns)
      writeCarried(out, carried)
    }
  }

  read(input: ByteReader): PairState {
    return Array.from({ length: input.count() }, () => ({ ns: readNs(input), carried: readCarried(input) }))
  }

  #leave(entry: Entry<PairState>, at: number): void {
    if (entry.state.length === 1) this.keys.close(entry)
    else entry.state = entry.state.filter((_, i) => i !== at)
  }

  #fields(key: KeyTexts, spentNs: bigint | undefined, outcome: Outcome, carried: Carried): Fields {
    const duration = spentNs === undefined ? {} : { duration: secondsOf(spentNs) }
    return this.withCarried({ key: keyField(key), ...duration, outcome }, carried)
  }
}
