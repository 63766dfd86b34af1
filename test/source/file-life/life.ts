/** The process under test: its sources over one disk, its record of numbers and positions, killed and started again. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LineFramer } from '../../../src/frame/line-framer.ts'
import { FileSource } from '../../../src/source/file/file-source.ts'
import { PositionsPart } from '../../../src/source/positions-part.ts'
import { ByteReader } from '../../../src/state/byte-reader.ts'
import { ByteWriter } from '../../../src/state/byte-writer.ts'
import { createOwnMetrics } from '../../../src/telemetry/own-metrics.ts'
import { SteppedTime } from '../stepped-time.ts'

export const ROTATE_WAIT_MS = 10_000_000
const NOBODY = 65534
const PATIENCE_MS = 1000

export interface SourceSpec {
  readonly name: string
  readonly patterns: readonly string[]
  readonly history: 'count' | 'skip'
}

/** One process. All that it counted dies with it. */
class Process {
  readonly lines: Map<string, string[]>
  readonly positions: PositionsPart
  readonly times: SteppedTime[] = []
  readonly #sources: FileSource[]
  readonly #stop = new AbortController()
  #runs: Promise<void>[] = []

  constructor(specs: readonly SourceSpec[], record: Record | undefined) {
    this.lines = new Map(specs.map(({ name }) => [name, (record?.lines.get(name) ?? []).slice(0, record?.counts.get(name))]))
    this.#sources = specs.map(({ name, patterns, history }) => {
      const time = new SteppedTime()
      this.times.push(time)
      return new FileSource({
        name,
        patterns,
        exclude: [],
        history,
        once: false,
        watches: false,
        rotateWaitMs: ROTATE_WAIT_MS,
        clock: time,
        waker: time,
        telemetry: createOwnMetrics(),
      })
    })
    // Nothing is written while nothing runs, as far as times tell: what came compressed in between is not looked for.
    this.positions = new PositionsPart(this.#sources, [], () => Number.MAX_SAFE_INTEGER)
    const read = this.positions.openReader()
    for (const section of record?.sections ?? []) read(new ByteReader(section))
    const logs = this.positions.recorded()
    for (const source of this.#sources) {
      const own = logs.filter((log) => log.source === source.name)
      source.restore(
        own.map(({ position }) => position),
        this.positions.recordedMs,
      )
    }
  }

  start(): void {
    this.#runs = this.#sources.map((source) => {
      const lines = this.lines.get(source.name)!
      const onLine = (buffer: Buffer, start: number, end: number) => lines.push(buffer.toString('latin1', start, end))
      return source.run(() => new LineFramer({ maxLineBytes: 8 << 20, onLine, onTooLong: () => {} }), this.#stop.signal)
    })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#runs)
  }
}

interface Record {
  /** Sections of the positions part: a snapshot, then a journal. */
  readonly sections: readonly Buffer[]
  readonly lines: ReadonlyMap<string, readonly string[]>
  readonly counts: ReadonlyMap<string, number>
}

export class Life {
  /** Without the rights of root, to whom no file is unreadable. */
  readsAsNobody = false
  readonly #specs: readonly SourceSpec[]
  #process: Process | undefined
  #record: Record | undefined
  /** Sections that this process has written. */
  #sections: Buffer[] = []

  constructor(specs: readonly SourceSpec[]) {
    this.#specs = specs
  }

  get isAlive(): boolean {
    return this.#process !== undefined
  }

  linesOf(source: string): readonly string[] {
    return this.#process?.lines.get(source) ?? this.#record?.lines.get(source)?.slice(0, this.#record.counts.get(source)) ?? []
  }

  /**
   * Everything that can be read is read when it resolves. Starts the process if there is none. What is packed is read beside the steps of
   * time: `isThere` tells whether it was.
   */
  async poll(waitMs: number, isThere: () => boolean): Promise<void> {
    await this.#asReader(async () => {
      if (this.#process === undefined) await this.#start()
      else await this.#step(waitMs)
      // A file that was quiet for long is not looked at more often.
      await this.#step(3000)
      await this.#settle()
      const givesUpAtMs = performance.now() + PATIENCE_MS
      while (!isThere() && performance.now() < givesUpAtMs) {
        await nextTurn()
        await this.#settle()
      }
    })
  }

  /** Each step takes a scan: a generation waits for the one before it, a copy for the truncation of its original to be seen. */
  async #settle(): Promise<void> {
    for (let quiet = 0, before = -1; quiet < 3; ) {
      await this.#step(300)
      const count = this.#countedLines()
      quiet = count === before ? quiet + 1 : 0
      before = count
    }
  }

  /** A little of a poll: some of what can be read is read. Starts the process if there is none. */
  async look(waitMs: number): Promise<void> {
    await this.#asReader(async () => {
      if (this.#process === undefined) await this.#start()
      else await this.#step(waitMs)
    })
  }

  /** Turns of the event loop into a poll. What `act` does falls between two windows. */
  async amid(turns: number, act: () => void | Promise<void>): Promise<void> {
    await this.#asReader(async () => {
      const isNew = this.#process === undefined
      this.#process ??= this.#begin()
      const { times } = this.#process
      if (!isNew) for (const time of times) void time.step(1000)
      for (let turn = 0; turn <= turns; turn++) await nextTurn()
      await act()
      if (this.#process !== undefined) for (const time of times) await time.untilWaiting()
    })
  }

  commit(): void {
    const { positions, lines } = this.#process!
    const out = new ByteWriter()
    if (this.#sections.length === 0) for (const _ of positions.sweep(out, true));
    else if (positions.hasChanges) positions.writeChanges(out)
    positions.acknowledge()
    this.#sections.push(Buffer.from(out.bytes()))
    const counts = new Map([...lines].map(([name, { length }]) => [name, length]))
    this.#record = { sections: [...this.#sections], lines: new Map([...lines].map(([name, all]) => [name, [...all]])), counts }
  }

  async kill(): Promise<void> {
    const dead = this.#process
    this.#process = undefined
    this.#sections = []
    await dead?.stop()
  }

  #begin(): Process {
    const begun = new Process(this.#specs, this.#record)
    begun.start()
    return begun
  }

  async #start(): Promise<void> {
    this.#process = this.#begin()
    for (const time of this.#process.times) await time.untilWaiting()
  }

  async #step(ms: number): Promise<void> {
    for (const time of this.#process!.times) await time.step(ms)
  }

  #countedLines(): number {
    let count = 0
    for (const lines of this.#process!.lines.values()) count += lines.length
    return count
  }

  async #asReader(act: () => Promise<void>): Promise<void> {
    const isRoot = this.readsAsNobody && process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(NOBODY)
    try {
      await act()
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  }
}
