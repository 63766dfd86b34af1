/** Metrics: how many series of how many, and which label values make most of them. */
import { count, counted, percent } from '../figures.ts'
import { breakable, foreign, type Html, html, type Part } from '../html.ts'
import type { LabelView, MetricView, PageModel } from '../model.ts'
import { keysHtml } from './keys.ts'
import { nothing, section, table, under } from './table.ts'

const COLUMNS = [
  { title: 'Metric' },
  { title: 'Series', isNumber: true },
  { title: 'Of limit', isNumber: true },
  { title: 'In _other', isNumber: true },
  { title: 'Skipped', isNumber: true },
]

export function metricsHtml({ metrics, keys }: Pick<PageModel, 'metrics' | 'keys'>): Html {
  const items = metrics.map((metric) => ({ key: `metric ${metric.name}`, cells: cells(metric), more: more(metric) }))
  const content = metrics.length === 0 ? nothing('The mapping has no metrics.') : table('Metrics', COLUMNS, items)
  const words = 'Past its limit a metric puts new label values under _other; sums stay right.'
  return section('metrics', 'Metrics', words, [content, keysHtml(keys)])
}

function cells({ name, type, help, series, hidden, maxSeries, overflow, skipped }: MetricView): Part[] {
  return [
    [html`<code>${breakable(name)}</code>`, under([type, help !== '' && html` · ${foreign(help)}`])],
    hidden === 0 ? count(series) : html`${count(series)} <span class="quiet">${count(hidden)} silent</span>`,
    [
      percent(series, maxSeries),
      html`<meter min="0" max="${maxSeries}" high="${maxSeries * 0.8}" value="${Math.min(series, maxSeries)}" aria-label="Series of ${name}"></meter>`,
    ],
    overflow > 0 ? html`<span class="alarming">${count(overflow)}</span>` : '0',
    count(skipped),
  ]
}

function more({ name, labels }: MetricView): Html[] {
  if (labels.every((label) => label.valueCount === 0)) return []
  return [
    html`<details><summary>Label values by series<span class="unseen"> of ${foreign(name)}</span></summary><dl class="labels">${labels.map(labelHtml)}</dl></details>`,
  ]
}

function labelHtml({ name, valueCount, top, isPartial }: LabelView): Html {
  const values = top.map(
    ({ text, series }) => html`<li><code>${foreign(text)}</code> <span class="quiet">${count(series)}</span></li>`,
  )
  return html`<div><dt><code>${foreign(name)}</code> <span class="quiet">${counted(valueCount, 'value')}${isPartial && ', the first ones looked at'}</span></dt>
<dd><ul class="names">${values}${valueCount > top.length && html`<li class="quiet">…</li>`}</ul></dd></div>`
}
