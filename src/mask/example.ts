/** One line of a log as people may see it: secrets masked, cut, and with nothing in it that acts on a terminal or a page. */
import { BUILT_IN_MASKS, type Masks } from './masks.ts'

export interface ExampleOptions {
  readonly masks?: Masks
  /** The line is longer than what was given of it. */
  readonly isCut?: boolean
}

/** Of a line no more is looked at than this and four times what is shown: masking makes texts shorter. */
const LOOKED_AT = 4096
/** What may be a secret's first half at the end of a text that was cut. */
const HALF_SECRET = 512
/** Controls, separators of lines, marks that turn the direction of text, invisible characters and tags, halves of characters. Joiners stay. */
const UNFIT =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

/**
 * At most `maxLength` characters of the line, with `…` if that is not all. Values under a secret's key are masked wherever they stand, be the
 * line whole JSON, broken or none. Bytes are read as UTF-8.
 */
export function maskedExample(line: Buffer | string, maxLength: number, options: ExampleOptions = {}): string {
  const { masks = BUILT_IN_MASKS, isCut = false } = options
  const most = LOOKED_AT + 4 * maxLength
  const given = typeof line === 'string' ? line.slice(0, most) : line.toString('utf8', 0, most)
  const isShortened = isCut || line.length > most
  const whole = isShortened ? withoutHalf(given) : given
  const shown = masks.text(whole).replace(/\t/g, ' ').replace(UNFIT, '\ufffd')
  return shown.length <= maxLength && whole === given ? shown : `${headOf(shown, maxLength - 1)}…`
}

function headOf(text: string, length: number): string {
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}

/** `text`, the head of a longer one, without what may be half a secret: back to the last space or quote, or a good piece. */
export function withoutHalf(text: string): string {
  const tail = text.slice(-HALF_SECRET)
  const kept = /^.*[\s"'`]/s.exec(tail)?.[0].length ?? 0
  return text.slice(0, text.length - tail.length + kept)
}
