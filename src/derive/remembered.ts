/** `remember`: the last (or first) value that a scope has had. Read as `$kept.NAME`; whoever reads it keeps it from being evicted. */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Kept } from './derived-event.ts'
import type { Cause, Entry, ItemSpec, Touch } from './entry.ts'
import { Item } from './item.ts'
import type { OpenKeys } from './open-keys.ts'
import { readKept, writeKept } from './written.ts'

export interface RememberSpec extends ItemSpec {
  readonly kind: 'remember'
  /** Whether the first value stays. */
  readonly keepsFirst: boolean
}

export class Remembered extends Item<Kept> {
  readonly #keepsFirst: boolean
  /** The one that was asked for last: mostly one log is read for a while. */
  #last: Entry<Kept> | undefined

  constructor(spec: RememberSpec, keys: OpenKeys) {
    super(spec, keys)
    this.#keepsFirst = spec.keepsFirst
  }

  remember(touch: Touch, value: Kept): void {
    const entry = this.keys.find<Kept>(touch.id)
    if (entry === undefined) {
      this.keys.open(this, touch, value)
      return
    }
    if (!this.#keepsFirst) entry.state = value
    this.keys.touch(entry, touch.cause)
  }

  /** What the scope with this hash has had. */
  kept(id: string): Kept | undefined {
    const entry = this.#last?.id === id && this.#last.isOpen ? this.#last : this.keys.find<Kept>(id)
    this.#last = entry
    if (entry === undefined) return undefined
    this.keys.use(entry)
    return entry.state
  }

  deadlineNs(): undefined {
    return undefined
  }

  runOut(): void {}

  evict(entry: Entry<Kept>): void {
    this.keys.close(entry)
  }

  resetEntry(entry: Entry<Kept>, _: Cause): void {
    this.keys.close(entry)
  }

  openFields(): undefined {
    return undefined
  }

  write(state: Kept, out: ByteWriter): void {
    writeKept(out, state)
  }

  read(input: ByteReader): Kept {
    return readKept(input) ?? ''
  }
}
