/** Places in the mapping ↔ lines of its texts on the page. */
import { basename } from 'node:path'
import type { Place } from '../diag/diagnostic.ts'
import type { Sources } from '../diag/render.ts'
import type { Masks } from '../mask/masks.ts'
import { shownText } from './examples.ts'
import type { MappingFileView, PlaceView } from './model.ts'

/** Lines that the page shows of one text. */
const MAX_LINES = 2000
const MAX_LINE_LENGTH = 400
const HIDDEN = '[masked]'

export class Places {
  readonly #texts: Sources
  readonly #files: readonly string[]

  constructor(texts: Sources) {
    this.#texts = texts
    this.#files = [...texts.keys()]
  }

  view(place: Place): PlaceView {
    const source = this.#texts.get(place.file)
    if (source === undefined) return { text: place.file }
    const { line } = source.position(source.span(place)[0])
    const text = `${shortName(place.file)}:${line}`
    return line > MAX_LINES ? { text } : { text, anchor: lineId(this.#files.indexOf(place.file), line) }
  }

  files(masks: Masks): MappingFileView[] {
    return [...this.#texts].map(([name, { text }], index) => {
      const lines = text.replace(/\n$/, '').split(/\r?\n/)
      const clean = new Set(masks.text(text).split(/\r?\n/))
      // A secret of several lines may have left fewer of them: every line keeps its number.
      const shown = lines.slice(0, MAX_LINES).map((line) => {
        const masked = shownText(line, masks, MAX_LINE_LENGTH)
        return clean.has(line) || masked !== line ? masked : HIDDEN
      })
      return { name, index, lines: shown, hiddenLines: lines.length - shown.length }
    })
  }
}

export function lineId(file: number, line: number): string {
  return `m${file}-${line}`
}

function shortName(file: string): string {
  return file.startsWith('preset:') ? file : basename(file)
}
