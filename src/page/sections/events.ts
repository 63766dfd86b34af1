/** Events by name: what is counted, what is not and why, what never came. */
import type { Mending } from '../../explain/mending.ts'
import { count, counted, duration } from '../figures.ts'
import { breakable, foreign, type Html, html, type Part } from '../html.ts'
import type { EventView, NameField, PageModel } from '../model.ts'
import { exampleHtml } from './example.ts'
import { placeHtml } from './place.ts'
import { chip, nothing, section, table, under } from './table.ts'

const STATES = {
  mapped: chip('ok', 'taken'),
  unmatched: chip('warning', 'no condition held'),
  unmapped: chip('warning', 'no rule'),
  dropped: chip('note', 'dropped'),
  unseen: chip('note', 'never came'),
}
const OUTCOMES: Readonly<Record<string, string>> = {
  mapped: 'Example that a rule took',
  unmatched: 'Example on which no condition held',
  unmapped: 'Example',
  dropped: 'Example that was dropped',
}
const COLUMNS = [
  { title: 'Event' },
  { title: 'State' },
  { title: 'Taken', isNumber: true },
  { title: 'Not taken', isNumber: true },
  { title: 'Last seen', isNumber: true },
]

export function eventsHtml(model: PageModel): Html {
  const seen = model.events.filter((event) => event.state !== 'unseen')
  const unseen = model.events.filter((event) => event.state === 'unseen')
  const items = seen.map((event) => ({ key: `event ${event.key}`, cells: cells(event), more: more(event, model) }))
  return section(
    'events',
    'Events',
    html`An event is a line that is a JSON object; its name is what stands at <code>${foreign(model.eventNameSpec)}</code>.${
      seen.some((event) => event.state === 'unmapped') &&
      ' Events without a rule count nowhere: write a rule for them, or leave them out with drop.'
    }`,
    [
      seen.length === 0 ? nothing('No event has come yet.') : table('Events', COLUMNS, items),
      model.hiddenEvents > 0 &&
        html`<p class="quiet after" data-key="hidden">and ${counted(model.hiddenEvents, 'name')} more</p>`,
      model.mending !== undefined && mendingHtml(model.mending),
      unseen.length > 0 && neverCame(unseen),
    ],
  )
}

function cells(event: EventView): Part[] {
  const { mapped, unmatched, unmapped, dropped } = event.counts
  return [
    event.isNameless
      ? html`<i>without a name</i>`
      : [html`<code>${breakable(event.name)}</code>`, event.isOthers && under('names past the first hundred')],
    STATES[event.state],
    count(mapped),
    [count(unmatched + unmapped + dropped), event.state === 'mapped' && unmatched > 0 && under('no condition held')],
    event.ageSeconds !== undefined && `${duration(event.ageSeconds)} ago`,
  ]
}

function more(event: EventView, model: PageModel): Part[] {
  return [
    event.near !== undefined && nearHtml(event.near),
    event.isNameless && event.state === 'unmapped' && nameFieldsHtml(model.nameFields),
    event.reasons.length > 0 && reasonsHtml(event),
    event.examples.map(({ outcome, example }) =>
      exampleHtml(
        example,
        `event ${event.isNameless ? 'without a name' : event.name}`,
        event.examples.length > 1 ? OUTCOMES[outcome] : undefined,
      ),
    ),
  ]
}

function nearHtml({ name, place }: NonNullable<EventView['near']>): Html {
  return html`<p>Did you mean <code>${foreign(name)}</code>? Rules wait for that name${place && html` at ${placeHtml(place)}`}.</p>`
}

function nameFieldsHtml(fields: readonly NameField[]): Html {
  if (fields.length === 0)
    return html`<p>Say where the name stands with <code>input: { event_name: … }</code>; in the examples no field looks like one.</p>`
  const items = fields.map(
    ({ path, knownName }) =>
      html`<li><code>${foreign(path)}</code>${knownName !== undefined && html`: there stands <code>${foreign(knownName)}</code>, which rules wait for`}</li>`,
  )
  return html`<p>Fields that may hold the name, for <code>input: { event_name: … }</code>:</p><ul>${items}</ul>`
}

function reasonsHtml({ reasons }: EventView): Html {
  const items = reasons.map(
    ({ metric, why, place }) => html`<li><code>${foreign(metric)}</code> at ${placeHtml(place)}: ${foreign(why)}</li>`,
  )
  return html`<p>Why no rule took the example:</p><ul>${items}</ul>`
}

/** A text to copy: what the mapping would have to say. */
function mendingHtml({ lines, isNewFile }: Mending): Html {
  const how = isNewFile
    ? html`To count these as what they seem to be, save this as <code>mapping.yaml</code> and run with <code>-c mapping.yaml</code>:`
    : html`To count these as what they seem to be, put this into the mapping:`
  return html`<div class="mending" data-key="mending"><p>${how}</p><pre tabindex="0" aria-label="Mapping that mends it">${lines.map(
    (line) => html`${foreign(line)}
`,
  )}</pre></div>`
}

function neverCame(events: readonly EventView[]): Html {
  return html`<p class="quiet after" data-key="never">Rules wait for these too, and none has come:</p>
<ul class="names" data-key="unseen">${events.map((event) => html`<li><code>${foreign(event.name)}</code></li>`)}</ul>`
}
