/**
 * Places behind whole messages from which a stream can go on. As long as a document is open that goes over several messages, the last of them
 * before its start is what the record has: what follows is asked for again. A place is noted where the sink has got all: it tells then
 * where the open document begins.
 */
import type { CursorMark, CursorState } from './cursor.ts'

export interface FeedPlace {
  readonly cursor: CursorMark
  offset: number
}

export class FeedPlaces {
  /** Before the start of the open document. */
  #first: FeedPlace
  /** The newest within it: before the start of the one after it. */
  #within: FeedPlace | undefined = undefined

  constructor({ cursor, offset }: { readonly cursor: CursorState; readonly offset: number }) {
    this.#first = { cursor: { ...cursor }, offset }
  }

  /** The stream stands at `offset`, behind what `mark` has; the sink's checkpoint is there, or before it at the start of a document. */
  note(checkpoint: number, offset: number, mark: CursorMark): void {
    const first = this.before(checkpoint)
    if (checkpoint < offset) {
      this.#within = { cursor: { ...mark }, offset }
      return
    }
    this.#within = undefined
    Object.assign(first.cursor, mark)
    first.offset = offset
  }

  /** The last place that is not behind the checkpoint. */
  before(checkpoint: number): FeedPlace {
    if (this.#within !== undefined && this.#within.offset <= checkpoint) {
      this.#first = this.#within
      this.#within = undefined
    }
    return this.#first
  }
}
