/** A whole log as text: what became of its lines, then why, then what each rule and metric got out of it. */
import type { Hint } from './explanation.ts'
import { harmless } from './log-text.ts'
import type { Mending } from './mending.ts'
import type { Paint } from './paint.ts'
import type { EventsTold, RejectsTold, SummaryTold } from './summary-told.ts'

/** How a rule is told whose event did not happen. */
const NO_EVENT = 'no event'
/** Rows of one table; the JSON has all. */
const MAX_ROWS = 30

export function summaryText(told: SummaryTold, paint: Paint): string {
  const place = placeText(told)
  const parts = [
    head(told, paint),
    told.hints.map((hint) => hintText(hint, paint)),
    mendingLines(told.mending, paint),
    section(
      'sources with a mapping of their own',
      (told.sources ?? []).map(({ name, is }) => `  ${name}: ${is.join('; ')}`),
      paint,
    ),
    section('envelopes by messages', table(told.envelopes.map(envelopeRow)), paint),
    section('formats by messages', table(told.formats.map(({ messages, name, why }) => [messages, name, why])), paint),
    section(
      'rejected lines',
      told.rejected.flatMap((one) => rejectLines(one, place, paint)),
      paint,
    ),
    section('events', eventRows(told, place), paint),
    section(
      'updates that did not count',
      table(told.skipped.map(({ count, metric, reason, first }) => [count, metric, reason, `first at ${place(first)}`])),
      paint,
    ),
    section('rules by events taken', table(hitRows(told)), paint),
    section('rules without a hit', missRows(told), paint),
    section('metrics by series', metricRows(told), paint),
  ]
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

type PlaceText = (place: string) => string

/** Of one file the line is enough. */
function placeText({ fileCount, files }: SummaryTold): PlaceText {
  return (place) => (fileCount === 1 ? place.replace(`${files[0]}:`, 'line ') : place)
}

function envelopeRow({ kind, messages, joined, why }: SummaryTold['envelopes'][number]): readonly [number, ...string[]] {
  return [messages, kind, joined === 0 ? '' : `${joined} joined`, why]
}

function hitRows({ rules }: SummaryTold): (readonly [number, ...string[]])[] {
  const hit = rules.filter(({ hits }) => hits > 0).sort((a, b) => b.hits - a.hits)
  return hit.map(({ hits, metric, place }) => [hits, metric, place])
}

/** By what they miss, since the rules for one event miss it together. */
function missRows({ rules }: SummaryTold): string[] {
  const byWhy = new Map<string, string[]>()
  for (const { hits, why = '', metric, place } of rules) {
    if (hits === 0) byWhy.set(why, [...(byWhy.get(why) ?? []), `${metric} (${place})`])
  }
  // What a condition missed says more than an event that did not happen.
  const sorted = [...byWhy].sort(([a], [b]) => Number(a.startsWith(NO_EVENT)) - Number(b.startsWith(NO_EVENT)))
  return sorted.flatMap(([why, names]) => [`  ${why}`, ...names.map((name) => `${' '.repeat(10)}${name}`)])
}

function head({ files, fileCount, lines, bytes, outcomes }: SummaryTold, paint: Paint): string[] {
  const more = fileCount > files.length ? `, … (${fileCount} files)` : ''
  const { rejected, blank, ...events } = outcomes
  const eventCount = Object.values(events).reduce((sum, count) => sum + count, 0)
  const parts = Object.entries(events).map(([name, count]) => `${count} ${name}`)
  return [
    `${paint('bold', files.join(', ') || 'nothing was read')}${more}`,
    `${lines} lines, ${bytes} bytes: ${eventCount} events, ${rejected} rejected, ${blank} blank`,
    `${eventCount} events: ${parts.join(', ')}`,
  ]
}

function hintText({ message, set }: Hint, paint: Paint): string {
  return `${paint('yellow', 'hint:')} ${message}${set === undefined ? '' : `; set ${paint('bold', set)}`}`
}

function mendingLines(mending: Mending | undefined, paint: Paint): string[] {
  if (mending === undefined) return []
  const how = mending.isNewFile
    ? 'a mapping that mends it: save it as mapping.yaml, then -c mapping.yaml'
    : 'in the mapping, to mend it'
  return section(
    how,
    mending.lines.map((line) => `  ${harmless(line)}`),
    paint,
  )
}

function section(name: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : [paint('bold', name), ...lines]
}

function rejectLines({ count, reason, first, example, text }: RejectsTold, placeOf: PlaceText, paint: Paint): string[] {
  const { message, column, before, after } = example
  const place = `${placeOf(first)}${column === undefined ? '' : `, column ${column}`}`
  const shown = before === undefined || after === undefined ? text : `${before}${paint('red', after)}`
  const [line] = table([[count, reason, `first at ${place}: ${message}`]])
  return [line!, ...(shown === '' ? [] : [`${' '.repeat(10)}${shown}`])]
}

function eventRows({ events, otherEvents }: SummaryTold, place: PlaceText): string[] {
  const rows = table(
    events.map((one) => [
      one.count,
      one.name === null ? '(no name)' : JSON.stringify(one.name),
      outcomeText(one),
      whyText(one, place),
    ]),
  )
  return otherEvents === 0 ? rows : [...rows, `${String(otherEvents).padStart(8)}  of more than ${events.length} other names`]
}

function outcomeText({ mapped, unmatched, unmapped, dropped }: EventsTold): string {
  const parts = Object.entries({ mapped, unmatched, unmapped, dropped }).filter(([, count]) => count > 0)
  return parts.length === 1 ? parts[0]![0] : parts.map(([name, count]) => `${count} ${name}`).join(', ')
}

function whyText({ failed, near, unmapped, first }: EventsTold, place: PlaceText): string {
  if (failed !== undefined)
    return `${failed.metric} (${failed.place}): ${failed.condition}${failed.count > 1 ? `, ${failed.count} times` : ''}`
  if (near !== undefined) return `nearest: ${near.join(', ')}; first at ${place(first)}`
  return unmapped > 0 ? `first at ${place(first)}` : ''
}

function metricRows({ metrics }: SummaryTold): string[] {
  const alive = metrics.filter(({ series, updates, skipped }) => series + updates + skipped > 0)
  const rows = table(
    alive.map(({ name, type, series, updates, skipped, overflowed }) => [
      series,
      `${name} (${type})`,
      `${updates} update${updates === 1 ? '' : 's'}`,
      [...(skipped > 0 ? [`${skipped} not counted`] : []), ...(overflowed > 0 ? [`${overflowed} to _other`] : [])].join(', '),
    ]),
  )
  const rest = metrics.length - alive.length
  return rest === 0 ? rows : [...rows, `${String(0).padStart(8)}  in ${rest} other metric${rest === 1 ? '' : 's'}`]
}

/** A number and columns of text, all but the last as wide as their widest. */
function table(rows: readonly (readonly [number, ...string[]])[]): string[] {
  const shown = rows.slice(0, MAX_ROWS)
  const columns = shown[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...shown.map((row) => Math.min(String(row[i]).length, 60))))
  const lines = shown.map(([count, ...texts]) => {
    const cells = texts.map((text, i) => (i === texts.length - 1 ? text : text.padEnd(widths[i + 1]!)))
    return `${String(count).padStart(8)}  ${cells.join('  ').trimEnd()}`
  })
  return rows.length > MAX_ROWS
    ? [...lines, `${' '.repeat(10)}… and ${rows.length - MAX_ROWS} more (--format json shows all)`]
    : lines
}
