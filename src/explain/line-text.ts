/** What is told of one line, as text: first what became of it and why, then every step. */
import { shownText } from './condition-text.ts'
import type { LineExplanation, LineOutcome, Rejected, TimeTold, ValueTold } from './explanation.ts'
import type { Colour, Paint } from './paint.ts'
import { derivedLine, derivedRuleLines, dropLines, ruleLines, stateLine } from './rule-text.ts'
import { valueText } from './value-text.ts'

const COLOURS: Readonly<Record<LineOutcome, Colour>> = {
  mapped: 'green',
  unmatched: 'yellow',
  unmapped: 'yellow',
  dropped: 'dim',
  rejected: 'red',
  blank: 'dim',
}

/** Ends with an empty line. */
export function lineText(told: LineExplanation, paint: Paint): string {
  const { file, line, outcome, text, rejected, event, hints } = told
  const nth = told.event_of_line === undefined ? '' : ` event ${told.event_of_line}`
  const head = `${paint('bold', `${file}:${line}${nth}`)} ${paint(COLOURS[outcome], outcome)}${headline(told)}`
  if (outcome === 'blank') return `${head}\n\n`
  const lines = [
    head,
    ...(text === '' || rejected?.before !== undefined ? [] : [`  ${paint('dim', text)}`]),
    ...(told.mapping === undefined ? [] : [`  map   source ${told.mapping.source}: ${told.mapping.is.join('; ')}`]),
    ...envelopeLines(told),
    ...takenOffLines(told),
    ...(told.format === undefined || told.event_of_line !== undefined ? [] : [`  read  as ${told.format}`]),
    ...(rejected === undefined ? [] : rejectedLines(rejected, paint)),
    ...(event === undefined ? [] : eventLines(told, paint)),
    ...hints.map(
      ({ message, set }) => `  ${paint('yellow', 'hint:')} ${message}${set === undefined ? '' : `; set ${paint('bold', set)}`}`,
    ),
    ...told.drop.flatMap((drop) => dropLines(drop, paint)),
    ...(told.state ?? []).map((one) => stateLine(one, paint)),
    ...told.rules.flatMap((rule) => ruleLines(rule, paint)),
    ...(told.derived ?? []).map((event) => derivedLine(event, paint)),
    ...(told.derivedRules ?? []).flatMap((rule) => derivedRuleLines(rule, paint)),
  ]
  return `${lines.join('\n')}\n\n`
}

function headline(told: LineExplanation): string {
  const { event, rules, rejected } = told
  if (rejected !== undefined) return ` as ${rejected.reason}`
  if (event === undefined) return ''
  const name = event.name.result === null ? 'no event name' : shownText(event.name.result)
  const samples = rules.flatMap((rule) => rule.elements.flatMap((element) => element.samples ?? []))
  const ofDerived = (told.derivedRules ?? []).reduce((sum, { updates }) => sum + updates.length, 0)
  const count = samples.filter((sample) => sample.update !== undefined).length + ofDerived
  if (told.outcome === 'mapped' && count === 0) return `: ${name}, nothing counted`
  return count === 0 ? `: ${name}` : `: ${name}, ${count} sample${count === 1 ? '' : 's'}`
}

function envelopeLines({ envelope, field }: LineExplanation): string[] {
  const lines = field === undefined ? [] : [`  off   the object around the event, which stands in its ${JSON.stringify(field)}`]
  if (envelope === undefined) return lines
  const { kind, stream, container, time, parts } = envelope
  const said = [kind, stream, container, time, ...(parts > 1 ? [`${parts} parts`] : [])].filter((text) => text !== undefined)
  return [`  off   envelope: ${said.join(', ')}`, ...lines]
}

function takenOffLines({ takenOff }: LineExplanation): string[] {
  return takenOff.map(
    ({ kind, bytes, text }) =>
      `  off   ${kind.replaceAll('_', ' ')} before the object, ${bytes} bytes${text === undefined ? '' : `: ${JSON.stringify(text)}`}`,
  )
}

/** The place with a caret below what does not fit. */
function rejectedLines({ message, column, before, after }: Rejected, paint: Paint): string[] {
  if (before === undefined || after === undefined) return [`  ${message}`]
  const shown = [`    ${before}${paint('red', after)}`, `    ${' '.repeat(before.length)}${paint('red', '^')}`]
  return [`  column ${column}: ${message}`, ...shown]
}

function eventLines({ event }: LineExplanation, paint: Paint): string[] {
  const { name, time } = event!
  const named = name.result === null ? `none: ${valueText(name, paint)}` : `${shownText(name.result)} ${fromText(name, paint)}`
  return [`  name  ${named}`, `  time  ${timeText(time, paint)}`]
}

function timeText({ at, from, why, like, value }: TimeTold, paint: Paint): string {
  if (from === 'event') return `${at} ${fromText(value, paint)}`
  const path = value.tried.at(-1)?.path ?? value.of
  const has = like === undefined ? '' : `; this line has ${like}`
  const reason = { missing: `no ${value.of}${has}`, no_time: `${path} is no time`, ahead: `${path} is in the future` }[
    why ?? 'missing'
  ]
  return `${at} ${paint('dim', `(${from}: ${reason})`)}`
}

/** The path that gave it, or all steps where there are more. */
function fromText(value: ValueTold, paint: Paint): string {
  const isPlain = value.source === 'path' && value.stages.length === 0 && value.default === undefined
  return paint('dim', `from ${isPlain ? value.tried.at(-1)!.path : valueText(value, paint)}`)
}
