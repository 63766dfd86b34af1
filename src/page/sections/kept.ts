/** What stands between events: values that are remembered, and pairs, sessions, sequences and silences that are open. */
import { count, percent } from '../figures.ts'
import { breakable, foreign, type Html, html } from '../html.ts'
import type { KeptView } from '../model.ts'
import { nothing, section, table, under } from './table.ts'

const COLUMNS = [{ title: 'Item' }, { title: 'Keys now', isNumber: true }]

export function keptHtml({ items, keys, limit, evicted }: KeptView): Html {
  if (items.length === 0) return section('kept', 'Kept', undefined, nothing('The mapping remembers and derives nothing.'))
  const rows = items.map(({ name, unit, kind, keys: own }) => ({
    key: `kept ${unit} ${name}`,
    cells: [[html`<code>${breakable(name)}</code>`, under([kind, unit !== '' && html` · ${foreign(unit)}`])], count(own)],
  }))
  const lead = html`${count(keys)} keys, ${percent(keys, limit)} of limits.keys${evicted > 0 && html`; ${count(evicted)} were evicted, those touched longest ago`}.`
  return section('kept', 'Kept', lead, table('Kept', COLUMNS, rows))
}
