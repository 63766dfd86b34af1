/** A file source over a fresh directory, with all that it delivered: lines by log, and in the order of reading. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { FileSource, type FileSourceOptions } from '../../src/source/file/file-source.ts'
import type { OpenStream, Origin, StreamSink } from '../../src/source/source.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'
import { SteppedTime } from './stepped-time.ts'

export const MAX_LINE_BYTES = 8 << 20

export class Following {
  readonly directory: string
  readonly time = new SteppedTime()
  readonly telemetry = createOwnMetrics()
  readonly source: FileSource
  readonly lines: string[] = []
  readonly tooLong: number[] = []
  readonly origins: Origin[] = []
  readonly warnings: string[] = []
  readonly #stop = new AbortController()
  readonly #openOther: OpenStream | undefined
  #run: Promise<void> | undefined = undefined
  /** Since the epoch. */
  killedMs = 0

  /** `goesOnFrom`: one that was killed; what its record holds is what it had delivered. */
  constructor({
    goesOnFrom,
    open,
    ...options
  }: Partial<FileSourceOptions> & {
    readonly patterns: readonly string[]
    readonly goesOnFrom?: Following
    /** Takes the place of what notes all lines. */
    readonly open?: OpenStream
  }) {
    this.#openOther = open
    this.directory = goesOnFrom?.directory ?? mkdtempSync(join(tmpdir(), 'agentlog-source-'))
    this.source = new FileSource({
      name: 's',
      exclude: [],
      history: 'count',
      once: false,
      watches: false,
      clock: this.time,
      waker: this.time,
      telemetry: this.telemetry,
      log: { info: () => {}, warn: (message, fields) => this.warnings.push(`${message} ${fields?.subject}`) },
      ...options,
      patterns: options.patterns.map((pattern) => (pattern.startsWith('/') ? pattern : join(this.directory, pattern))),
    })
    const recorded = goesOnFrom?.source.positions().map(({ id, checkpoint, note }) => ({ id, checkpoint, note: note() })) ?? []
    this.source.restore(recorded, goesOnFrom?.killedMs ?? 0)
  }

  /** Ends without a last look. The next one may go on from it. */
  async kill(): Promise<void> {
    this.#stop.abort()
    await this.#run
    this.killedMs = Date.now()
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  /** Resolves when the source has ended by itself. */
  run(): Promise<void> {
    this.#run = this.source.run((origin) => this.#open(origin), this.#stop.signal)
    return this.#run
  }

  /** Asks the source to end in good order, and resolves when it has. */
  async drain(): Promise<void> {
    this.source.drain()
    await this.#run
  }

  abort(): void {
    this.#stop.abort()
  }

  /** Starts, and resolves when everything that is there was read. */
  async start(): Promise<this> {
    void this.run()
    await this.time.untilWaiting()
    return this
  }

  /** Lets the source scan and read until nothing is left to do. */
  async settle(): Promise<void> {
    for (const ms of [1000, 60, 60]) await this.time.step(ms)
  }

  async once(): Promise<void> {
    await this.source.run((origin) => this.#open(origin), this.#stop.signal)
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.directory, { recursive: true, force: true })
  }

  changes(change: string): number {
    return this.telemetry.sourceFileEvents.at('s', change).value
  }

  files(state: string): number {
    return this.telemetry.sourceFiles.at('s', state).value
  }

  /** Lines since the last call. */
  taken(): string[] {
    return this.lines.splice(0)
  }

  #open(origin: Origin): StreamSink {
    this.origins.push(origin)
    if (this.#openOther !== undefined) return this.#openOther(origin)
    return new LineFramer({
      maxLineBytes: MAX_LINE_BYTES,
      onLine: (buffer, start, end) => this.lines.push(buffer.toString('utf8', start, end)),
      onTooLong: (lineBytes) => this.tooLong.push(lineBytes),
    })
  }
}

/** Without the rights of root, to whom no file is unreadable. */
export async function asNobody(act: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65534)
  try {
    await act()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}
