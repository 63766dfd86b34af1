/** One open key of one item: what is known of it until it ends, runs out or is evicted. */
import type { Origin } from '../source/source.ts'
import type { KeyTexts } from './derived-event.ts'
import type { Item } from './item.ts'

export class Entry<S = unknown> {
  readonly item: Item<S>
  /** The hash of item, scope and key, as a text of eight units. */
  readonly id: string
  /** The hash of the scope, likewise; empty: the item has none. */
  readonly scope: string
  readonly key: KeyTexts
  state: S
  /** Of the line that touched it last; its log's clock is the one that it runs out by. */
  origin: Origin
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
  /** Where it stands in the heap of its log's deadlines, and at what time; -1: it is in none. */
  heapIndex = -1
  heapNs = 0n
  heapLog = ''

  constructor(parts: Pick<Entry<S>, 'item' | 'id' | 'scope' | 'key' | 'state' | 'origin' | 'birth' | 'touch'>) {
    this.item = parts.item
    this.id = parts.id
    this.scope = parts.scope
    this.key = parts.key
    this.state = parts.state
    this.origin = parts.origin
    this.birth = parts.birth
    this.touch = parts.touch
  }
}
