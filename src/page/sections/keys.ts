/** Keys that are remembered between events, each table with its bound. */
import { count, percent } from '../figures.ts'
import { type Html, html, type Part } from '../html.ts'
import type { KeyTableView } from '../model.ts'
import { table, under } from './table.ts'

const COLUMNS = [
  { title: 'Keys' },
  { title: 'Remembered', isNumber: true },
  { title: 'Of limits.keys', isNumber: true },
  { title: 'Evicted', isNumber: true },
]
const MEANINGS: Readonly<Record<string, string>> = { marks: 'of once and rise: what has counted, and the highest seen' }

export function keysHtml(tables: readonly KeyTableView[]): Html | false {
  if (tables.length === 0) return false
  const items = tables.map((one) => ({ key: `keys ${one.table}`, cells: cells(one) }))
  return html`<p class="quiet after" data-key="keys">Past the bound the key goes that was touched longest ago.</p>${table('Keys', COLUMNS, items)}`
}

function cells({ table: name, keys, limit, evictions }: KeyTableView): Part[] {
  return [
    [html`<code>${name}</code>`, MEANINGS[name] !== undefined && under(MEANINGS[name])],
    count(keys),
    [
      percent(keys, limit),
      html`<meter min="0" max="${limit}" high="${limit * 0.8}" value="${Math.min(keys, limit)}" aria-label="Keys of ${name}"></meter>`,
    ],
    evictions > 0 ? html`<span class="alarming">${count(evictions)}</span>` : '0',
  ]
}
