/** Rules with what they take and how often they did; those that never did stand out. */
import { count, counted } from '../figures.ts'
import { breakable, foreign, type Html, html, type Part } from '../html.ts'
import type { RuleView } from '../model.ts'
import { placeHtml } from './place.ts'
import { chip, nothing, section, table, under } from './table.ts'

const COLUMNS = [{ title: 'Metric' }, { title: 'Takes' }, { title: 'Place' }, { title: 'Hits', isNumber: true }]

export function rulesHtml(rules: readonly RuleView[]): Html {
  const items = rules.map((rule, i) => ({ key: `rule ${i}`, cells: cells(rule) }))
  const never = rules.filter((rule) => rule.hits === 0).length
  const lead = html`A rule takes events of a name on which its condition holds; each that it takes is a hit.${
    never > 0 && html` ${counted(never, 'rule')} ${never === 1 ? 'was' : 'were'} never hit.`
  }`
  return section('rules', 'Rules', lead, rules.length === 0 ? nothing('No rule.') : table('Rules', COLUMNS, items))
}

function cells(rule: RuleView): Part[] {
  return [[html`<code>${breakable(rule.metric)}</code>`, under(rule.type)], takes(rule), placeHtml(rule.place), hits(rule)]
}

function takes({ events, hiddenEvents, where, each }: RuleView): Html {
  const names = events.map((name, i) => html`${i > 0 && ', '}<code>${foreign(name)}</code>`)
  return html`${names.length > 0 ? names : 'every event'}${hiddenEvents > 0 && ` and ${hiddenEvents} more`}${
    each !== undefined && under(html`each <code>${foreign(each)}</code>`)
  }${where !== undefined && under(html`where <code>${foreign(where)}</code>`)}`
}

function hits({ hits: value, why }: RuleView): Html {
  return value > 0 ? html`${count(value)}` : html`${chip('warning', 'never')}${why !== undefined && under(why)}`
}
