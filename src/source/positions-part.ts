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
  readonly checkpoint: number
  readonly changes: number
}

interface Standing {
  readonly source: string
  readonly position: Position
}

/** Walks over all logs several times a commit: with 10,000 of them each time counts, so logs are looked up by id alone. */
export class PositionsPart implements RecordPart {
  readonly name = 'positions'
  #sources: readonly Positioned[]
  /** What the record has, by source and id. */
  readonly #known = new Map<string, Map<string, Known>>()
  /** What was written last; undefined: everything. */
  #written: { readonly changed: readonly Standing[]; readonly gone: readonly (readonly [string, string])[] } | undefined
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
    for (const { source, positions } of this.#all()) {
      const known = this.#knownOf(source)
      for (const position of positions) {
        count++
        if (differs(known.get(position.id), position)) return true
      }
    }
    return count !== this.#knownCount
  }

  beginJournal(): void {}

  writeChanges(out: ByteWriter): void {
    const changed: Standing[] = []
    let stillKnown = 0
    for (const { source, positions } of this.#all()) {
      const known = this.#knownOf(source)
      for (const position of positions) {
        const before = known.get(position.id)
        if (before !== undefined) stillKnown++
        if (!differs(before, position)) continue
        changed.push({ source, position })
        writePosition(out, source, position)
      }
    }
    const gone = stillKnown < this.#knownCount ? this.#gone() : []
    for (const [source, id] of gone) {
      out.byte(GONE)
      out.text(source)
      out.text(id)
    }
    this.#writeTime(out)
    this.#written = { changed, gone }
  }

  acknowledge(): void {
    if (this.#written === undefined) this.#known.clear()
    for (const { source, position } of this.#written?.changed ?? this.#standing()) {
      const { id, checkpoint, changes } = position
      this.#knownOf(source).set(id, { checkpoint, changes })
    }
    for (const [source, id] of this.#written?.gone ?? []) this.#knownOf(source).delete(id)
    this.#written = undefined
  }

  *sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void> {
    if (isFrozen) this.#written = undefined
    for (const { source, position } of this.#standing()) {
      if (!isFrozen && !this.#knownOf(source).has(position.id)) continue
      writePosition(out, source, position)
      yield
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

  #all(): { readonly source: string; readonly positions: readonly Position[] }[] {
    const given = this.#given.map(({ source, position }) => ({ source, positions: [unchanging(position)] }))
    return [...given, ...this.#sources.map((source) => ({ source: source.name, positions: source.positions() }))]
  }

  #standing(): Standing[] {
    return this.#all().flatMap(({ source, positions }) => positions.map((position) => ({ source, position })))
  }

  #gone(): [string, string][] {
    const standing = new Set(this.#standing().map(({ source, position }) => keyOf(source, position.id)))
    const known = [...this.#known].flatMap(([source, ids]) => [...ids.keys()].map((id): [string, string] => [source, id]))
    return known.filter(([source, id]) => !standing.has(keyOf(source, id)))
  }

  #knownOf(source: string): Map<string, Known> {
    const known = this.#known.get(source) ?? new Map<string, Known>()
    if (known.size === 0) this.#known.set(source, known)
    return known
  }

  get #knownCount(): number {
    let count = 0
    for (const known of this.#known.values()) count += known.size
    return count
  }
}

function differs(known: Known | undefined, { checkpoint, changes }: Position): boolean {
  return known === undefined || known.changes !== changes || known.checkpoint !== checkpoint
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
