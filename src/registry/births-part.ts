/**
 * What is left to be shown at 0, and to whom, as a part of the durable record: so that a series that was born just before the process died
 * is at 0 first for each scraper that has not seen it, as if nothing had happened. Names series as `SeriesPart` does.
 */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { RecordPart } from '../state/part.ts'
import type { Birth, Births } from './births.ts'
import type { Family } from './family.ts'
import type { RecordedFamily } from './series-part.ts'

/** Number of the birth, name of the family, birth of the series in it. */
const BIRTH = 1
/** How many births there were, how many scrapers there are; each by name with how many births it has seen. */
const SCRAPERS = 2

interface RecordedBirth {
  readonly number: number
  readonly family: string
  readonly birth: number
}

export class BirthsPart implements RecordPart {
  readonly name = 'births'
  readonly #births: Births
  /** Births before it are in the record, if anybody has not seen them. */
  #recordedTo = 0
  #recordedChanges = 0
  readonly #recorded = new Map<number, RecordedBirth>()
  #count = 0
  #scrapers: ReadonlyMap<string, number> = new Map()

  constructor(births: Births) {
    this.#births = births
  }

  /** Gives back what was read, once the series are restored. */
  restore(recorded: ReadonlyMap<string, RecordedFamily>, families: readonly Family[]): void {
    const byName = new Map(families.map((family) => [family.spec.name, family]))
    const found: Omit<Birth, 'birth'>[] = []
    for (const { number, family: name, birth } of this.#recorded.values()) {
      const family = byName.get(name)
      const slot = recorded.get(name)?.series.get(birth)?.slot
      if (family !== undefined && slot !== undefined) found.push({ number, family, slot })
    }
    this.#births.restore(this.#count, found, this.#scrapers)
    this.#recorded.clear()
  }

  get hasChanges(): boolean {
    const { count, scrapers } = this.#births
    return scrapers.changes !== this.#recordedChanges || (this.#recordedTo < count && scrapers.all().size > 0)
  }

  beginJournal(): void {}

  writeChanges(out: ByteWriter): void {
    if (!this.hasChanges) return
    this.#writeBirths(out, this.#births.after(Math.max(this.#recordedTo, this.#births.scrapers.leastSeen)))
    this.#writeScrapers(out)
  }

  acknowledge(): void {
    this.#recordedTo = this.#births.count
    this.#recordedChanges = this.#births.scrapers.changes
  }

  *sweep(out: ByteWriter, isFrozen: boolean): Generator<void, void> {
    const { scrapers, count } = this.#births
    for (const one of this.#births.after(scrapers.leastSeen, isFrozen ? count : this.#recordedTo)) {
      this.#writeBirths(out, [one])
      yield
    }
    this.#writeScrapers(out)
  }

  openReader(): (section: ByteReader) => void {
    return (input) => {
      while (!input.isAtEnd) {
        if (input.byte() === BIRTH) {
          const one = { number: input.count(), family: input.text(), birth: input.count() }
          this.#recorded.set(one.number, one)
        } else this.#readScrapers(input)
      }
    }
  }

  #readScrapers(input: ByteReader): void {
    this.#count = input.count()
    this.#scrapers = new Map(Array.from({ length: input.count() }, () => [input.text(), input.count()]))
    const leastSeen = Math.min(...this.#scrapers.values())
    for (const number of this.#recorded.keys()) if (number < leastSeen) this.#recorded.delete(number)
  }

  #writeBirths(out: ByteWriter, births: readonly Birth[]): void {
    for (const { number, family, birth } of births) {
      out.byte(BIRTH)
      out.count(number)
      out.text(family.spec.name)
      out.count(birth)
    }
  }

  #writeScrapers(out: ByteWriter): void {
    const { count, scrapers } = this.#births
    out.byte(SCRAPERS)
    out.count(count)
    out.count(scrapers.all().size)
    for (const [scraper, seen] of scrapers.all()) {
      out.text(scraper)
      out.count(seen)
    }
  }
}
