/** Where every log stands, as a part of the durable record. A log is named by its source and its id; what its note says, only the source knows. */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { RecordPart } from '../state/part.ts'
import type { Position, RecordedPosition } from './source.ts'

/** What gives positions: a source. */
interface Positioned {
  readonly name: string
  positions(): Position[]
}

/** A log as the record has it. */
export interface RecordedLog {
  readonly source: string
  readonly position: RecordedPosition
}

const STANDS = 1
const GONE = 2
const WRITTEN = 3

interface Known {
  readonly source: string
  readonly id: string
  readonly checkpoint: number
  readonly changes: number
}

export class PositionsPart implements RecordPart {
  readonly name = 'positions'
  #sources: readonly Positioned[]
  /** What the record has, by source and id. */
  readonly #known = new Map<string, Known>()
  readonly #recorded = new Map<string, RecordedLog>()
  #given: readonly RecordedLog[]
  readonly #timeMs: () => number
  #recordedMs = 0

  /** `given`: logs that nobody reads now, kept as they are. `timeMs`: since the epoch, as file systems have it. */
  constructor(sources: readonly Positioned[], given: readonly RecordedLog[] = [], timeMs: () => number = Date.now) {
    this.#sources = sources
    this.#given = given
    this.#timeMs = timeMs
  }

  /** When what was read was written, in milliseconds since the epoch; 0 if nothing was. */
  get recordedMs(): number {
    return this.#recordedMs
  }

  /** All that was read. */
  recorded(): RecordedLog[] {
    return [...this.#recorded.values()]
  }

  /** From now on these sources are asked. */
  follow(sources: readonly Positioned[], given: readonly RecordedLog[]): void {
    this.#sources = sources
    this.#given = given
  }

  get hasChanges(): boolean {
    let count = 0
    for (const { name, positions } of this.#all()) {
      for (const position of positions) {
        count++
        if (this.#differs(name, position)) return true
      }
    }
    return count !== this.#known.size
  }

  beginJournal(): void {}

  writeChanges(out: ByteWriter): void {
    const gone = new Map(this.#known)
    for (const { name, positions } of this.#all()) {
      for (const position of positions) {
        gone.delete(keyOf(name, position.id))
        if (this.#differs(name, position)) writePosition(out, name, position)
      }
    }
    for (const { source, id } of gone.values()) {
      out.byte(GONE)
      out.text(source)
      out.text(id)
    }
    this.#writeTime(out)
  }

  acknowledge(): void {
    this.#known.clear()
    for (const { name, positions } of this.#all()) {
      for (const { id, checkpoint, changes } of positions)
        this.#known.set(keyOf(name, id), { source: name, id, checkpoint, changes })
    }
  }

  *sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void> {
    for (const { name, positions } of this.#all()) {
      for (const position of positions) {
        if (!isFrozen && !this.#known.has(keyOf(name, position.id))) continue
        writePosition(out, name, position)
        yield
      }
    }
    this.#writeTime(out)
  }

  openReader(): (section: ByteReader) => void {
    return (input) => {
      while (!input.isAtEnd) {
        const tag = input.byte()
        if (tag === WRITTEN) this.#recordedMs = input.count()
        else this.#read(tag === GONE, input)
      }
    }
  }

  #writeTime(out: ByteWriter): void {
    out.byte(WRITTEN)
    out.count(Math.max(0, Math.floor(this.#timeMs())))
  }

  #read(isGone: boolean, input: ByteReader): void {
    const source = input.text()
    const id = input.text()
    if (isGone) this.#recorded.delete(keyOf(source, id))
    else this.#recorded.set(keyOf(source, id), { source, position: { id, checkpoint: input.count(), note: input.text() } })
  }

  #all(): { readonly name: string; readonly positions: readonly Position[] }[] {
    const given = this.#given.map(({ source, position }) => ({ name: source, positions: [unchanging(position)] }))
    return [...given, ...this.#sources.map((source) => ({ name: source.name, positions: source.positions() }))]
  }

  #differs(source: string, { id, checkpoint, changes }: Position): boolean {
    const known = this.#known.get(keyOf(source, id))
    return known === undefined || known.changes !== changes || known.checkpoint !== checkpoint
  }
}

function unchanging({ id, checkpoint, note }: RecordedPosition): Position {
  return { id, checkpoint, changes: 0, note: () => note }
}

function keyOf(source: string, id: string): string {
  return `${source}\u0000${id}`
}

function writePosition(out: ByteWriter, source: string, position: Position): void {
  out.byte(STANDS)
  out.text(source)
  out.text(position.id)
  out.count(position.checkpoint)
  out.text(position.note())
}
