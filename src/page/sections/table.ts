/**
 * Tables as all sections have them: headers with scope, items over refreshes, empty ones in words. On a narrow screen a row becomes a
 * small list (style.ts); the roles, which tables have by nature, keep them tables for those who listen.
 */
import { type Html, html, type Part } from '../html.ts'

export interface Column {
  readonly title: string
  readonly isNumber?: boolean
}

export interface Item {
  /** Keeps the item over refreshes: unique in the table, no text of the log. */
  readonly key: string
  /** One per column; the first is the item's header. */
  readonly cells: readonly Part[]
  /** What stands below the row over the whole width. */
  readonly more?: readonly Part[]
}

export function table(label: string, columns: readonly Column[], items: readonly Item[]): Html {
  const heads = columns.map(
    ({ title, isNumber }) => html`<th scope="col" role="columnheader"${numberClass(isNumber)}>${title}</th>`,
  )
  return html`<div class="frame" role="region" aria-label="${label}" tabindex="0"><table role="table">
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
${items.map((item) => body(columns, item))}
</table></div>`
}

function body(columns: readonly Column[], { key, cells, more = [] }: Item): Html {
  const [head, ...others] = cells.map((cell, i) => [cell, columns[i]!] as const)
  const shown = more.filter((part) => part !== false && part !== undefined && !(Array.isArray(part) && part.length === 0))
  return html`<tbody role="rowgroup" data-key="${key}"><tr role="row"><th scope="row" role="rowheader">${head![0]}</th>${others.map(
    ([cell, { title, isNumber }]) => html`<td role="cell" data-title="${title}"${numberClass(isNumber)}>${cell}</td>`,
  )}</tr>${
    shown.length > 0 && html`<tr role="row" class="more"><td role="cell" colspan="${columns.length}">${shown}</td></tr>`
  }</tbody>
`
}

function numberClass(isNumber: boolean | undefined): Html | false {
  return isNumber === true && html` class="number"`
}

export function section(id: string, title: string, lead: Part, content: Part): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title" data-key="${id}">
<h2 id="${id}-title">${title}</h2>
${lead && html`<p class="lead">${lead}</p>`}
${content}
</section>`
}

export function nothing(text: string): Html {
  return html`<p class="nothing">${text}</p>`
}

/** A word for a state; the colour only repeats it. */
export function chip(level: 'ok' | 'note' | 'warning' | 'bad', text: string): Html {
  return html`<span class="chip ${level}">${text}</span>`
}

/** What stands smaller below a cell's content. */
export function under(part: Part): Html {
  return html`<span class="under">${part}</span>`
}
