/** Rules as text: whether each takes the event and why, its labels and number step by step, and the series it ends in. */
import { valueText as numberText } from '../exposition/number-text.ts'
import type { SkipReason } from '../mapping/skip-reason.ts'
import { missingText, shownText, testText } from './condition-text.ts'
import type {
  ConditionTold,
  DerivedRuleTold,
  DerivedTold,
  ElementTold,
  LabelTold,
  RuleTold,
  SampleTold,
  StateTold,
  TakesTold,
  UpdateTold,
} from './explanation.ts'
import { keyTexts, repeatedLine, riseLine } from './mark-text.ts'
import type { Paint } from './paint.ts'
import { valueText } from './value-text.ts'

const WHY_SKIPPED: Readonly<Record<SkipReason, string>> = {
  no_value: 'there is no number',
  no_key: 'a value of the key is missing',
  forgotten: 'its key was seen before and evicted since (limits.keys), so what counted of it is not known',
  nan: 'the number is NaN',
  infinite: 'the number, or the counter with it, is infinite',
  negative: 'a counter cannot go down',
  unpriced: 'the price table has no price for this model or for such tokens',
  too_much_work: 'expressions, or lists in lists, wanted more work than a line of this length is given',
  max_step: 'a step larger than max_step of the metric is not believed',
  series_limit: 'the metric has all the series it may have (max_series, limits.series)',
}

export function ruleLines(rule: RuleTold, paint: Paint): string[] {
  return takesLines(rule, rule.metric, '', paint)
}

export function dropLines(drop: TakesTold, paint: Paint): string[] {
  return takesLines(drop, 'drop', ' takes it: the event goes no further', paint)
}

/** What is kept of the event, or what it is to an item. */
export function stateLine({ does, of, value }: StateTold, paint: Paint): string {
  const said = does === 'keeps' ? `= ${shownText(value)}` : value === '' ? '' : `key ${shownText(value)}`
  return `  ${does.padEnd(6)}${paint('bold', of)} ${said}`.trimEnd()
}

/** An event that was derived, its fields in a row. */
export function derivedLine({ item, at, fields }: DerivedTold, paint: Paint): string {
  const said = Object.entries(fields).map(([name, value]) => `${name} ${shownText(value)}`)
  return `  made  ${paint('bold', item)} at ${at}: ${said.join(', ')}`
}

export function derivedRuleLines({ metric, place, updates, skipped }: DerivedRuleTold, paint: Paint): string[] {
  return [
    `  ${paint('green', '✓')} ${paint('bold', metric)} ${paint('dim', `(${place})`)}`,
    ...updates.flatMap((update) => updateLines(update, paint)),
    ...skipped.map((reason) => skippedLine(reason, paint)),
  ]
}

function takesLines(takes: TakesTold, name: string, verdict: string, paint: Paint): string[] {
  const { isTaken, place, elements, untold } = takes
  const mark = isTaken ? paint('green', '✓') : paint('dim', '✗')
  const head = `  ${mark} ${isTaken ? paint('bold', name) : name}${isTaken ? verdict : ' does not take it'} ${paint('dim', `(${place})`)}`
  const more = untold && [`      … and ${untold.elements} elements more, ${untold.taken} of them taken`]
  return [head, ...elements.flatMap((element) => elementLines(element, paint)), ...(more ?? [])]
}

function elementLines(element: ElementTold, paint: Paint): string[] {
  const { on, empty, where, isTaken, skipped, exemplar } = element
  const isAlone = on.length === 0
  const lines: string[] = isAlone ? [] : [`    ${on.join(', ')}${isTaken ? '' : paint('dim', ' not taken')}`]
  if (empty !== undefined) lines.push(`      each ${empty.path}: ${emptyText(empty)}`)
  if (where !== undefined) lines.push(...conditionLines(where, paint))
  lines.push(...valueLines(element, paint), ...repeatedLine(element, paint))
  if (skipped !== undefined) lines.push(skippedLine(skipped, paint))
  else if (exemplar !== undefined) lines.push(exemplarLine(exemplar, paint))
  return lines
}

function exemplarLine({ labels, tooLong }: NonNullable<ElementTold['exemplar']>, paint: Paint): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}=${JSON.stringify(text)}`)
  const why = tooLong === true ? paint('yellow', ' left away: longer than OpenMetrics allows') : ''
  return `      ${paint('cyan', 'exemplar')}  {${pairs.join(',')}}${why}`
}

function emptyText({ found, like }: NonNullable<ElementTold['empty']>): string {
  return found === null ? missingText(like) : `found ${shownText(found)}, no elements`
}

function conditionLines(where: ConditionTold, paint: Paint): string[] {
  return where.kind === 'all'
    ? where.parts.flatMap((part) => partLines(part, 'where ', paint))
    : partLines(where, 'where ', paint)
}

/** A test is one line; `any` and `none` are a line and their parts below. */
function partLines(part: ConditionTold, lead: string, paint: Paint): string[] {
  const mark = part.holds ? paint('green', '✓') : paint('red', '✗')
  if (part.kind === 'test') return [`      ${lead}${mark} ${testText(part)}`]
  const inner = `${' '.repeat(lead.length)}  `
  const parts = part.parts.flatMap((one) => partLines(unwrapped(one), inner, paint))
  return [`      ${lead}${mark} ${part.kind === 'all' ? 'all' : part.kind} of`, ...parts]
}

/** `all` of one is that one. */
function unwrapped(part: ConditionTold): ConditionTold {
  return part.kind === 'all' && part.parts.length === 1 ? unwrapped(part.parts[0]!) : part
}

/** Labels, keys and samples, the names one below the other. */
function valueLines(element: ElementTold, paint: Paint): string[] {
  const { labels = [], samples = [] } = element
  const keys = keyTexts(element, paint)
  const names = [...labels.map(({ name }) => name), ...keys.map(([name]) => name), ...samples.map((sample) => sampleName(sample))]
  const width = Math.max(0, ...names.map((name) => name.length))
  const line = (name: string, text: string): string => `      ${paint('cyan', name.padEnd(width))}  ${text}`
  return [
    ...labels.map((label) => line(label.name, labelText(label, paint))),
    ...keys.map(([name, text]) => line(name, text)),
    ...samples.flatMap((sample) => sampleLines(sample, line, paint)),
  ]
}

function labelText({ value, text, isUnknown }: LabelTold, paint: Paint): string {
  const steps = valueText(value, paint)
  return isUnknown ? `${steps}${paint('dim', ' → ')}${paint('yellow', JSON.stringify(text))}` : steps
}

function sampleName({ split, value }: SampleTold): string {
  if (split !== undefined) return `${split.label}=${split.text}`
  return value === undefined ? '' : 'value'
}

function sampleLines(sample: SampleTold, line: (name: string, text: string) => string, paint: Paint): string[] {
  const { value, rise, update, skipped } = sample
  const made = value === undefined ? [] : [line(sampleName(sample), valueText(value, paint))]
  if (rise !== undefined) made.push(riseLine(rise, paint))
  if (update !== undefined) return [...made, ...updateLines(update, paint)]
  if (skipped !== undefined) return [...made, skippedLine(skipped, paint)]
  return made
}

function skippedLine(reason: SkipReason, paint: Paint): string {
  return `      ${paint('yellow', `= not counted: ${reason}`)} (${WHY_SKIPPED[reason]})`
}

function updateLines({ series, op, value, now, window, le, changed = [] }: UpdateTold, paint: Paint): string[] {
  const number = numberText(value)
  const done = {
    add: `${value < 0 ? '' : '+'}${number}, now ${numberText(now)}`,
    set: `set to ${number}`,
    max: `max ${number}, now ${numberText(now)}`,
    min: `min ${number}, now ${numberText(now)}`,
    observe:
      window === undefined
        ? `observes ${number}${le === undefined ? '' : ` (le="${le}")`}, ${now} so far`
        : `observes ${window === 'distinct' ? 'a text' : number}, ${window} now ${numberText(now)}`,
  }[op]
  const notes = changed.map(
    ({ label, text }) => `      ${paint('yellow', `label ${label} became ${JSON.stringify(text)}: ${whyChanged(text)}`)}`,
  )
  return [...notes, `      ${paint('bold', `= ${series}`)} ${paint('green', done)}`]
}

function whyChanged(text: string): string {
  return text === '_other' ? 'past max_values, max_series or limits.series' : 'masked, cleaned or cut for a label'
}
