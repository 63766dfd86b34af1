/** Lines that made no event, and updates that a rule took but that could not count: by reason, each with an example. */
import { count } from '../figures.ts'
import { breakable, foreign, type Html, html } from '../html.ts'
import type { LossView } from '../model.ts'
import { exampleHtml } from './example.ts'
import { nothing, section, table, under } from './table.ts'

export function rejectsHtml(losses: readonly LossView[]): Html {
  const columns = [{ title: 'Reason' }, { title: 'What it means' }, { title: 'Lines', isNumber: true }]
  const items = losses.map((loss) => ({
    key: `reject ${loss.reason}`,
    cells: [html`<code>${loss.reason}</code>`, loss.meaning, count(loss.count)],
    more: [
      loss.why !== undefined && html`<p>In the example: ${foreign(loss.why)}.</p>`,
      exampleOf(loss, `a line that is ${loss.reason}`),
    ],
  }))
  const content =
    losses.length === 0 ? nothing('None: every line that came is an event.') : table('Rejected lines', columns, items)
  return section('rejected', 'Rejected lines', 'Lines that made no event.', content)
}

export function skipsHtml(losses: readonly LossView[]): Html {
  const columns = [{ title: 'Metric' }, { title: 'Reason' }, { title: 'Updates', isNumber: true }]
  const items = losses.map((loss) => ({
    key: `skip ${loss.metric} ${loss.reason}`,
    cells: [
      html`<code>${breakable(loss.metric ?? '')}</code>`,
      [html`<code>${loss.reason}</code>`, under(loss.meaning)],
      count(loss.count),
    ],
    more: exampleOf(loss, `${loss.metric}, ${loss.reason}`),
  }))
  const content =
    losses.length === 0 ? nothing('None: every update that a rule made counts.') : table('Skipped updates', columns, items)
  return section('skipped', 'Skipped updates', 'A rule took the event, and its value could not count.', content)
}

function exampleOf({ example }: LossView, of: string): Html[] {
  return example === undefined ? [] : [exampleHtml(example, of)]
}
