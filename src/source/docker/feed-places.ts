/**
 * Places behind whole messages from which a stream can go on. As long as a document is open that goes over several messages, the last of them
 * before its start is what the record has: what follows is asked for again. A place is noted where the sink has got all: it tells then
 * where the oldest open document begins.
 */
import type { CursorMark, CursorState } from './cursor.ts'

/** More within one document are left out: then more comes again. */
const MAX_LATER = 64

export interface FeedPlace {
  readonly cursor: CursorMark
  offset: number
}

export class FeedPlaces {
  /** Before the start of every open document. */
  #first: FeedPlace
  /** Behind the start of one. */
  #later: FeedPlace[] = []

  constructor({ cursor, offset }: { readonly cursor: CursorState; readonly offset: number }) {
    this.#first = { cursor: { ...cursor }, offset }
  }

  /** The stream stands at `offset`, behind what `mark` has; the sink's checkpoint is there, or before it at the start of a document. */
  note(checkpoint: number, offset: number, mark: CursorMark): void {
    if (checkpoint >= offset) {
      Object.assign(this.#first.cursor, mark)
      this.#first.offset = offset
      this.#later.length = 0
      return
    }
    this.before(checkpoint)
    if (this.#later.length < MAX_LATER) this.#later.push({ cursor: { ...mark }, offset })
  }

  /** The last place that is not behind the checkpoint. */
  before(checkpoint: number): FeedPlace {
    const passed = this.#later.findLastIndex(({ offset }) => offset <= checkpoint)
    if (passed >= 0) {
      this.#first = this.#later[passed]!
      this.#later = this.#later.slice(passed + 1)
    }
    return this.#first
  }
}
