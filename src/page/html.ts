/**
 * The only way from data to markup: `html` escapes whatever is put into it, unless it is `Html` itself. No text can become a tag, an
 * attribute or invisible; what a browser or a reader would not see as it stands gets a visible sign.
 */

/** Markup that `html` made. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Part = Html | string | number | false | undefined | readonly Part[]

/** Markup with data in it, in texts or in quoted attributes. Lists are joined; `false` and undefined are nothing. */
export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = markup[0]!
  for (const [i, part] of parts.entries()) text += textOf(part) + markup[i + 1]!
  return new Html(text)
}

/** A text of others: kept apart from what is around it, so that its direction of writing changes nothing else. */
export function foreign(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

/** A name that may go on the next line after its dots and underscores. */
export function breakable(name: string): Html {
  const pieces = name.split(/(?<=[_.:/-])(?=[^_.:/-])/)
  return html`<bdi>${pieces.map((piece, i) => [i > 0 && html`<wbr>`, piece])}</bdi>`
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  return Array.isArray(part) ? part.map(textOf).join('') : ''
}

/** Control characters, those of direction, invisible ones, separators of lines, tags, halves of pairs. */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu
/** Marks that stack up would paint over other lines. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu

export function escapeHtml(text: string): string {
  return text
    .replace(STACKED_MARKS, '$1\ufffd')
    .replaceAll('\t', ' ')
    .replace(UNSEEN, '\ufffd')
    .replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`)
}
