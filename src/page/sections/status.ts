/** The head of the page: the state in one sentence, what became of all that came, and what needs a look. */
import { count, duration, percent, rate } from '../figures.ts'
import { foreign, type Html, html } from '../html.ts'
import type { Flow, PageModel, Warning } from '../model.ts'
import { placeHtml } from './place.ts'
import { chip, section } from './table.ts'

const LEVEL_WORDS = { ok: 'Well', note: 'Note', warning: 'Warning', bad: 'Not well' }

export function statusHtml({ status, atMs, uptimeSeconds }: PageModel): Html {
  const at = new Date(atMs).toISOString()
  const sentence =
    status.anchor === undefined ? html`${status.sentence}` : html`<a href="#${status.anchor}">${status.sentence}</a>`
  return html`<div class="status ${status.level}" data-key="status">
<p class="sentence" role="status"><span class="unseen">${LEVEL_WORDS[status.level]}: </span>${sentence}</p>
<p class="quiet">As of <time datetime="${at}">${at.slice(11, 19)} UTC</time>, running for ${duration(uptimeSeconds)}</p>
</div>`
}

/** Lines → events → those that rules took → series, each with what was lost on the way to it. */
export function flowHtml(flow: Flow): Html {
  const loss = (value: number, words: string, anchor: string): Html | false =>
    value > 0 && html`<li><a href="#${anchor}">${count(value)} ${words}</a></li>`
  const step = (key: string, title: string, value: number, anchor: string, notes: readonly (Html | false)[]): Html =>
    html`<li data-key="step ${key}"><a class="step" href="#${anchor}"><span>${title}</span> <b>${count(value)}</b></a><ul>${notes}</ul></li>`
  return html`<ol class="flow" aria-label="From lines to series" data-key="flow">
${step('lines', 'Lines', flow.lines, 'sources', [
  html`<li>${rate(flow.lineRate)} per second</li>`,
  loss(flow.rejected, 'rejected', 'rejected'),
  flow.primed > 0 && html`<li>${count(flow.primed)} old ones, read and not counted</li>`,
])}
${step('events', 'Events', flow.events, 'events', [
  loss(flow.unmapped, 'without a rule', 'events'),
  loss(flow.unmatched, 'where no condition held', 'events'),
  loss(flow.dropped, 'dropped by the mapping', 'events'),
])}
${step('mapped', 'Taken by rules', flow.mapped, 'rules', [
  flow.events > 0 && html`<li>${percent(flow.mapped, flow.events)} of events</li>`,
  loss(flow.skipped, 'updates skipped', 'skipped'),
])}
${step('series', 'Series', flow.series, 'metrics', [
  html`<li>${percent(flow.series, flow.maxSeries)} of ${count(flow.maxSeries)}</li>`,
  loss(flow.overflow, 'updates in _other', 'metrics'),
])}
</ol>`
}

export function warningsHtml(warnings: readonly Warning[]): Html | false {
  if (warnings.length === 0) return false
  const items = warnings.map(
    (warning) => html`<li data-key="${`warning ${warning.text}`}">${chip(warning.level, LEVEL_WORDS[warning.level])}
<div><p>${foreign(warning.text)}${warning.place && html` ${placeHtml(warning.place)}`}${
      warning.anchor !== undefined && html` <a href="#${warning.anchor}">Show</a>`
    }</p>${warning.cure !== undefined && html`<p class="quiet">${foreign(warning.cure)}</p>`}</div></li>`,
  )
  return section('warnings', 'Warnings and notes', undefined, html`<ul class="warnings">${items}</ul>`)
}
