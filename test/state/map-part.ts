/** A part whose whole meaning is a map of texts to numbers: simple enough to be compared as a whole. */
import type { ByteReader } from '../../src/state/byte-reader.ts'
import type { ByteWriter } from '../../src/state/byte-writer.ts'
import type { RecordPart } from '../../src/state/part.ts'

export class MapPart implements RecordPart {
  readonly name = 'map'
  readonly values = new Map<string, number>()
  readonly #recorded = new Set<string>()
  readonly #dirty = new Set<string>()

  set(key: string, value: number): void {
    this.values.set(key, value)
    this.#dirty.add(key)
  }

  delete(key: string): void {
    this.values.delete(key)
    this.#dirty.add(key)
  }

  get hasChanges(): boolean {
    return this.#dirty.size > 0
  }

  beginJournal(): void {}

  writeChanges(out: ByteWriter): void {
    for (const key of this.#dirty) write(out, key, this.values.get(key))
  }

  acknowledge(): void {
    for (const key of this.#dirty) {
      if (this.values.has(key)) this.#recorded.add(key)
      else this.#recorded.delete(key)
    }
    this.#dirty.clear()
  }

  *sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void> {
    for (const key of [...this.values.keys()]) {
      const value = this.values.get(key)
      if (value === undefined || !(isFrozen || this.#recorded.has(key))) continue
      write(out, key, value)
      yield
    }
  }

  openReader(): (section: ByteReader) => void {
    return (input) => {
      while (!input.isAtEnd) {
        const key = input.text()
        if (input.byte() === 0) this.values.delete(key)
        else this.values.set(key, input.number())
      }
    }
  }
}

function write(out: ByteWriter, key: string, value: number | undefined): void {
  out.text(key)
  out.byte(value === undefined ? 0 : 1)
  if (value !== undefined) out.number(value)
}
