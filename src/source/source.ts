/**
 * What every source promises: the bytes of each of its streams, in order, each byte with its offset; nothing about lines.
 *
 * A sink is pushed to synchronously and answers with the offset from which it wants to read on. It may answer with an
 * offset that was delivered before (the start of an unfinished line): a source keeps no rest of a line, it reads again.
 */

/** Bytes `[start, end)` of `buffer`, which belongs to the source and is valid only during the call. */
export interface Chunk {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
  /** Offset in the stream of `buffer[start]`. */
  readonly offset: number
}

/** What wraps the lines of a stream: nothing, Docker's json-file records, or the lines of a Kubernetes runtime (CRI). */
export type Envelope = 'none' | 'docker' | 'cri'

/** A container as `$container.X` names it. */
export interface Container {
  readonly id: string
  /** Without the leading slash. */
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
}

/** A pod's container as `$pod.X` names it. */
export interface Pod {
  readonly namespace: string
  readonly name: string
  readonly container: string
  readonly uid: string
}

/** Where lines come from, as `$source`, `$log`, `$file`, `$stream`, `$path.X` and the exporter's own metrics name it. */
export interface Origin {
  /** Name of the source in the mapping, or made from the argument. */
  readonly source: string
  /** One log by identity: survives renames. Text without meaning. */
  readonly log: string
  /** Path as it was found; empty for standard input. Follows renames. */
  readonly file: string
  readonly stream: string
  /** Named groups of the source's `fields`. */
  readonly fields: Readonly<Record<string, string>>
  /** Bytes that were there when the source first looked: lines that end in them are history, later ones are live. Default 0. */
  readonly historyBytes?: number
  /** Lines that end in the first so many bytes prepare for later ones and count nothing (`history: prime`). Default 0. */
  readonly primedBytes?: number
  /** Lines before the first one that is read were left out (`history: skip`): totals that go on in it began before. Default false. */
  readonly lacksHistory?: boolean
  readonly container?: Container | undefined
  readonly pod?: Pod | undefined
  /** What the source knows its bytes to be wrapped in; default: the mapping's `input.envelope` says it, or it is found out. */
  readonly envelope?: Envelope
  /** Messages of other streams are left out, as if they had not been written; default: all. */
  readonly streams?: readonly ('stdout' | 'stderr')[]
  /** What a sink before this one said that it must know at the offset where the stream goes on. */
  readonly resumption?: Resumption | undefined
}

/**
 * What a sink must know besides its checkpoint to go on there: messages may come in parts, those of several streams interleaved, so that
 * what is behind the first open part may be in the numbers. Plain data: it is kept in the record.
 */
export interface Resumption {
  /** Messages that end in the first so many bytes are in the numbers; at least the checkpoint. */
  readonly appliedBytes: number
  /** Streams whose last message goes on behind `appliedBytes`, each with the time of that message's first part. */
  readonly open?: Readonly<Record<string, string>>
  /** The same of messages that were given up: their rest is thrown away. */
  readonly givenUp?: Readonly<Record<string, string>>
  /** What was found to wrap the lines. Missing: nothing. */
  readonly envelope?: string
  /** By writer (see `Wrapping`), what it was found to write, or how many bytes of it have told nothing; others are to tell. Missing: all is JSON. */
  readonly formats?: Readonly<Record<string, string | number>>
  /** By writer, where an open document begins that does not begin its first line: the offset of that, and bytes of the message before it. */
  readonly columns?: Readonly<Record<string, Column>>
}

export type Column = readonly [messageOffset: number, column: number]

/** What a log is written in, for people. */
export interface FoundFormat {
  /** One for all, or each with who writes it. */
  readonly name: string
  /** Missing: the mapping says it. */
  readonly why?: string
}

/** Messages that are unfinished at the end of a log. The log that goes on with it finishes them. */
export interface Unfinished {
  /** What there is of the message of a stream. */
  partOf(stream: string): OpenMessage | HeadlessMessage | undefined
  /** It is finished, or given up. */
  settle(stream: string): void
  /** What is known of the format of a writer, as in `Resumption`; missing: nothing of any. */
  formatOf?(writer: string): string | number | undefined
}

/** A message of which parts have come. */
export interface OpenMessage {
  /** Its bytes so far. */
  readonly bytes: Buffer
  /** Of its first part, as the log has it. */
  readonly time: string
  readonly partCount: number
}

/** A message whose parts cannot be had any more (`lost`), or whose rest is not wanted (`given up`). */
export interface HeadlessMessage {
  readonly why: 'lost' | 'given up'
  /** Of its first part, as the log had it. */
  readonly time: string
}

/** Takes the bytes of one stream. */
export interface StreamSink {
  /** Applies what is complete and answers the offset of the next byte it wants, at most `offset + (end - start)`. */
  push(chunk: Chunk): number
  /** The least number of bytes the next chunk must hold to be of use (0: any): a long line is wanted in one piece. */
  readonly needBytes: number
  /** The first byte whose effect is not in the numbers yet: what a durable record stores. */
  readonly checkpoint: number
  /** What is to be known besides the checkpoint; missing or undefined: nothing. It may change only when something is pushed. */
  readonly resumption?: Resumption | undefined
  /** Up to here everything is in the numbers but for open parts; missing: up to the checkpoint. */
  readonly appliedBytes?: number
  /** What wraps its lines, as far as they have told. */
  readonly envelope?: string | undefined
  /** What they are written in, as far as they have told. */
  readonly format?: FoundFormat | undefined
  /**
   * Nothing follows `chunk` (which starts at the offset last asked for): an unterminated last line is complete now.
   * If `needBytes` is above 0 afterwards, the last `needBytes` bytes of the stream are wanted again: `end` is called with them.
   * `isContinued`: another log goes on where this one ends, so what is open stays open.
   */
  end(chunk: Chunk, isContinued?: boolean): void
  /** A look found nothing more than what was pushed; more may come. Told at each such look. `writtenMs`: since when; default: now. */
  noteAtEnd?(writtenMs?: number): void
  /** The file was truncated or replaced in place: what follows starts at offset 0. */
  reset(): void
  /**
   * Resolves when the sink can take more; missing or undefined: now. Asked after a push by sources that read something to its end
   * (`--once`, archives, standard input); one that follows live files does not wait.
   */
  readonly busy?: Promise<void> | undefined
  /** What is unfinished when this stream has been read; missing: nothing ever is. */
  readonly unfinished?: Unfinished
  /** This stream goes on where the one ends that has left this. Called before the first push. */
  follow?(before: Unfinished | undefined): void
}

/** Makes the sink of a new stream. `origin` may be changed by the source later (a rename), so read it at each use. */
export type OpenStream = (origin: Origin) => StreamSink

/** Where a log stands, for the durable record: its first `checkpoint` bytes are in the numbers. */
export interface Position {
  /** Where its lines come from, while it is open. */
  readonly origin?: Origin
  /** Unlike that of every other log of the source, over restarts. */
  readonly id: string
  readonly checkpoint: number
  /** Grows with every change of the checkpoint or the note. */
  readonly changes: number
  /** What was found to wrap its lines. */
  readonly envelope?: string | undefined
  /** What they are written in, as far as is known. Asked for by people only, and put together then. */
  format?(): FoundFormat | undefined
  /** What finds the log again after a restart, as text that only the source reads. Asked for when it is written. */
  note(): string
}

/** A position as the record has it. */
export interface RecordedPosition {
  readonly id: string
  readonly checkpoint: number
  readonly note: string
}

export type RecordedPositions = readonly RecordedPosition[]

export interface Source {
  readonly name: string
  /**
   * Delivers until `signal` aborts, or resolves when nothing more can come (end of standard input; with `once`, the end of
   * all files). Yields to the event loop after each block. Operating errors are counted and retried, never thrown.
   */
  run(open: OpenStream, signal: AbortSignal): Promise<void>
  /** Nobody waits for more: what was written up to now is delivered, then `run` resolves. */
  drain(): void
  /** Resolves when everything that was there at the start has been read once: the first backlog. */
  readonly caughtUp: Promise<void>
  /** Positions of all logs. Synchronous: between two pushes it agrees with the numbers. */
  positions(): Position[]
  /**
   * Where logs stand: those that a source of this name read, when that was written (milliseconds since the epoch), and those of others
   * that nobody reads now. Called before `run`. Answers those that it does not look after.
   */
  restore(own: RecordedPositions, recordedMs: number, others?: RecordedPositions): RecordedPositions
}
