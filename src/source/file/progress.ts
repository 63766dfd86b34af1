/**
 * How far the sink of a log is, as it says, and a number that grows with each change of that: what the durable record stores. Also which
 * log went before it and which goes on with it: a message that the one has left open is finished by the other, which moves both.
 */
import type { Resumption, StreamSink, Unfinished } from '../source.ts'

export class Progress {
  changes = 1
  /** What is before it is in the numbers. */
  checkpoint: number
  /** What is before it is in the numbers, but for open parts. */
  appliedBytes: number
  /** The log was let go. */
  isOver = false
  readonly #sink: StreamSink
  /** Before anything is delivered the sink does not know where it stands. */
  #isBegun = false
  #predecessor: Progress | undefined = undefined
  #heir: Progress | undefined = undefined

  constructor(sink: StreamSink, startOffset: number, resumption: Resumption | undefined) {
    this.#sink = sink
    this.checkpoint = startOffset
    this.appliedBytes = resumption?.appliedBytes ?? startOffset
  }

  /** A log that is followed may have the rests of messages that this one has left open. */
  get isAwaited(): boolean {
    return this.#awaiting !== undefined
  }

  /** This log goes on where that one ends. */
  succeed(before: Progress): void {
    this.follow(before.#left)
    this.#predecessor = before
    before.#heir = this
  }

  /** What was left open before its first byte. */
  follow(unfinished: Unfinished | undefined): void {
    this.#predecessor = undefined
    this.#sink.follow?.(unfinished)
  }

  /** What it has left open is replaced for the log that may await it. Answers whether there is one. */
  bequeath(unfinished: Unfinished): boolean {
    const awaiting = this.#awaiting
    awaiting?.follow(unfinished)
    return awaiting !== undefined
  }

  /** Something was delivered. */
  note(): void {
    this.#isBegun = true
    this.#refresh()
    for (let before = this.#predecessor; before !== undefined; before = before.#predecessor) before.#refresh()
    if (this.#predecessor?.isOver === true) this.follow(undefined)
  }

  restart(): void {
    this.checkpoint = this.appliedBytes = 0
    this.#predecessor = undefined
    this.changes++
  }

  /** What is left open may be settled without the checkpoint moving: the record must have that, too. */
  get #left(): Unfinished | undefined {
    const { unfinished } = this.#sink
    return (
      unfinished && {
        partOf: (stream) => unfinished.partOf(stream),
        settle: (stream) => {
          unfinished.settle(stream)
          this.changes++
        },
        formatOf: (writer) => unfinished.formatOf?.(writer),
      }
    )
  }

  get #awaiting(): Progress | undefined {
    const heir = this.#heir
    return heir !== undefined && !heir.isOver && heir.#predecessor === this ? heir : undefined
  }

  #refresh(): void {
    if (!this.#isBegun) return
    const { checkpoint, appliedBytes = checkpoint } = this.#sink
    if (this.checkpoint !== checkpoint || this.appliedBytes !== appliedBytes) this.changes++
    this.checkpoint = checkpoint
    this.appliedBytes = appliedBytes
  }
}
