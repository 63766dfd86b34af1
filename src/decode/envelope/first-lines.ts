/**
 * Where in a log the first line of each writer begins: only that can go on with what the log before has left open. Asking the logs before at
 * each line costs as much as there are generations.
 */

/** Names of writers come from the log: of those that are more, each line may be the first. */
const MAX_WRITERS = 1000

export class FirstLines {
  readonly #offsets = new Map<string, number>()

  /** Whether the line of `writer` that begins at `offset` is its first, or that again. */
  isFirst(writer: string, offset: number): boolean {
    const first = this.#offsets.get(writer)
    if (first !== undefined) return offset <= first
    if (this.#offsets.size < MAX_WRITERS) this.#offsets.set(writer, offset)
    return true
  }

  /** The next line of `writer` counts as its first. */
  forget(writer: string): void {
    this.#offsets.delete(writer)
  }

  /** What follows is another log. */
  reset(): void {
    this.#offsets.clear()
  }
}
