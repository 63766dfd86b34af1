/** A place in the mapping as a link to its line below. */
import { foreign, type Html, html } from '../html.ts'
import type { PlaceView } from '../model.ts'

export function placeHtml({ text, anchor }: PlaceView): Html {
  const shown = html`<code>${foreign(text)}</code>`
  return anchor === undefined ? shown : html`<a href="#${anchor}">${shown}</a>`
}
