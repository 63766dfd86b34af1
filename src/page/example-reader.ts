/**
 * A kept line, read once more: why no rule took it, where its name may stand, where it breaks. Told by the pieces of `explain`, so the page
 * and the command line say the same. A line that was cut cannot be read: then there is nothing to tell.
 */
import { Decoder } from '../decode/decoder.ts'
import type { RejectReason } from '../decode/json-line.ts'
import { Row } from '../decode/row.ts'
import type { Place } from '../diag/diagnostic.ts'
import { rejectedLine } from '../explain/applied-line.ts'
import { failureText } from '../explain/hints.ts'
import { cleanedBy, LogText } from '../explain/log-text.ts'
import { type NameField, nameFields } from '../explain/name-fields.ts'
import { nearestRule } from '../explain/nearest-rule.ts'
import { rejectedOf } from '../explain/tell-line.ts'
import { ValueTeller } from '../explain/tell-value.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Example } from '../pipeline/sightings.ts'
import { shownText } from './examples.ts'
import type { PageFacts } from './facts.ts'

/** Of the elements that `each` stands on, so many are looked at. */
const MAX_ELEMENTS = 20
const MAX_WHY_LENGTH = 300

/** Reads the examples of all sources with one mapping. */
interface Reader {
  readonly mapping: Mapping
  readonly decoder: Decoder
  readonly row: Row
}

export class ExampleReader {
  readonly #facts: PageFacts
  readonly #logText: LogText
  readonly #readers = new Map<Mapping, Reader>()

  constructor(facts: PageFacts) {
    this.#facts = facts
    this.#logText = new LogText(cleanedBy(facts.masks))
  }

  /** Of each rule that waits for the event, by its place, what did not hold; undefined: the example cannot be read. */
  whyUnmatched(example: Example | undefined): ReadonlyMap<Place, string | undefined> | undefined {
    const reader = this.#read(example)
    if (reader === undefined) return undefined
    const { mapping, decoder, row } = reader
    const context = { values: new ValueTeller(this.#logText, decoder.event()), logText: this.#logText }
    return new Map(
      mapping.trace(row, MAX_ELEMENTS).rules.map((trace) => {
        const near = nearestRule([trace])
        return [trace.place, near && this.#shown(failureText(near.failure, context))]
      }),
    )
  }

  /** Fields that look like the name of the event, the likeliest first; not masked. */
  nameFields(example: Example | undefined): readonly NameField[] {
    const reader = this.#read(example)
    return reader === undefined ? [] : nameFields(reader.decoder.event(), (name) => this.#facts.mappings.waitsFor(name))
  }

  /** What is wrong with a line that made no event, and where. */
  whyRejected(example: Example | undefined, reason: RejectReason): string | undefined {
    if (example === undefined || isCut(example)) return undefined
    const { bytes, lineBytes, format } = example
    const text = { buffer: bytes, start: 0, end: bytes.length }
    const line = rejectedLine(reason, { origin: originOf(example), number: 1, bytes: lineBytes, text, format })
    const limits = { bounds: boundsOf(this.#facts), maxLineBytes: this.#facts.config.limits.lineBytes }
    const { rejected, hint } = rejectedOf(line, reason, limits, this.#logText)
    const place = rejected.column === undefined ? '' : `at character ${rejected.column}: `
    return this.#shown(`${place}${rejected.message}${hint === undefined ? '' : `; ${hint}`}`)
  }

  /** What is quoted of the log is masked already; the mapping is quoted too. */
  #shown(why: string): string {
    return shownText(why, this.#facts.masks, MAX_WHY_LENGTH)
  }

  #read(example: Example | undefined): Reader | undefined {
    if (example === undefined || isCut(example)) return undefined
    const reader = this.#readerFor(example)
    const { decoder, row } = reader
    row.origin = originOf(example)
    if (decoder.decode(example.bytes, 0, example.bytes.length, row, undefined, example.format) !== 'event') return undefined
    while (row.eventIndex < example.eventIndex) if (!decoder.next(row)) return undefined
    return reader
  }

  #readerFor(example: Example): Reader {
    const { mappings, wallClockMs } = this.#facts
    const mapping = mappings.ofSource(example.source)
    const known = this.#readers.get(mapping)
    if (known !== undefined) return known
    const decoder = new Decoder(mapping, boundsOf(this.#facts), wallClockMs)
    const row = new Row(mapping.slotCount, originOf(example))
    decoder.giveTimeTo(row)
    const reader = { mapping, decoder, row }
    this.#readers.set(mapping, reader)
    return reader
  }
}

function isCut({ bytes, lineBytes }: Example): boolean {
  return lineBytes > bytes.length
}

function boundsOf({ config }: PageFacts) {
  return { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
}

function originOf({ source, file }: Example) {
  return { source, log: '', file, stream: '', fields: {} }
}
