/**
 * The distinct texts of one label of one family, each with a small number. A text lives as long as a series uses it, so what
 * the log can make this hold is bounded by the limits on series. Keeps copies, never the caller's strings.
 */
import { flatCopy } from './flat-text.ts'

/** An id is an index into both lists; ids of texts that no series uses any more are given again. */
export class LabelDictionary {
  readonly #ids = new Map<string, number>()
  readonly #texts: string[] = []
  /** How many series use the text. */
  readonly #uses: number[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#ids.size
  }

  id(text: string): number | undefined {
    return this.#ids.get(text)
  }

  text(id: number): string {
    return this.#texts[id]!
  }

  /** The id of the text, for one more series. */
  retain(text: string): number {
    const id = this.#ids.get(text) ?? this.#add(flatCopy(text))
    this.#uses[id]!++
    return id
  }

  /** Every text with how many series use it, in no order that means anything. */
  *uses(): IterableIterator<readonly [text: string, seriesCount: number]> {
    for (const [text, id] of this.#ids) yield [text, this.#uses[id]!]
  }

  /** One series less uses it. */
  release(id: number): void {
    this.#uses[id]!--
    if (this.#uses[id]! > 0) return
    this.#ids.delete(this.#texts[id]!)
    this.#texts[id] = ''
    this.#free.push(id)
  }

  #add(text: string): number {
    const id = this.#free.pop() ?? this.#texts.length
    this.#texts[id] = text
    this.#uses[id] = 0
    this.#ids.set(text, id)
    return id
  }
}
