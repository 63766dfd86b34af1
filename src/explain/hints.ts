/** Why a line makes nothing, and what to do about it: one sentence each, the likeliest cause first. */
import type { Json } from '../decode/path.ts'
import { alike } from '../diag/suggest.ts'
import type { EventTrace, Mapping } from '../mapping/mapping.ts'
import type { Mappings } from '../mapping/mappings.ts'
import type { ValueTrace } from '../select/trace.ts'
import { conditionText, missingText, shownText } from './condition-text.ts'
import type { Hint, TimeTold } from './explanation.ts'
import { fieldsOf } from './field-paths.ts'
import { harmless, type LogText } from './log-text.ts'
import { scalar } from './mending.ts'
import { type NameField, nameFields } from './name-fields.ts'
import { type Failure, nearestRule } from './nearest-rule.ts'
import type { Locate } from './tell-rule.ts'
import type { ValueTeller } from './tell-value.ts'

/** Names that are listed where none of them is near. */
const MAX_LISTED = 6

/** For a line that wants more of the mapping's expressions than its length allows. */
export const OVERWORKED: Hint = {
  kind: 'too_much_work',
  message:
    'a rule wanted more work than a line of this length is given: what its expressions give, and elements of lists in lists, are missing from there on; how far it came is not told',
}

export interface HintContext {
  readonly mappings: Mappings
  readonly mapping: Mapping
  readonly logText: LogText
  readonly values: ValueTeller
  readonly locate: Locate
}

/** For an event that no rule waits for: its name is missing, elsewhere, or near to one that rules wait for. */
export function unmappedHints(name: string | undefined, trace: ValueTrace, event: Json, context: HintContext): Hint[] {
  const fields = nameFields(event, (text) => context.mapping.waitsFor(text))
  if (name === undefined) return [nameMissing(trace, fields, event, context)]
  const elsewhere = fields.filter((field) => field.isKnown && field.value !== name)
  return [...elsewhere.map((field) => nameElsewhere(field, trace, context)), nearestEvent(name, context)]
}

/** For an event that rules wait for and none took: the one that came nearest. */
export function unmatchedHints({ rules }: EventTrace, { values, logText, locate }: HintContext): Hint[] {
  const near = nearestRule(rules)
  if (near === undefined) return []
  const { trace, failure } = near
  const why = failureText(failure, { values, logText })
  return [{ kind: 'nearest_rule', message: `nearest rule: ${trace.rule.metric} (${locate(trace.place)}): ${why}` }]
}

/** The first thing that kept a rule from taking the event, in words. */
export function failureText(failure: Failure, { values, logText }: Pick<HintContext, 'values' | 'logText'>): string {
  if (failure.kind === 'no_elements') {
    const { like } = values.like([failure.path])
    const found = failure.found === undefined ? missingText(like) : `found ${shownText(logText.value(failure.found))}`
    return `each ${harmless(failure.path)}: ${found}, expected a list or an object`
  }
  const on = failure.on.map(({ name, key }) => `$${name} at ${logText.text(key, undefined, 40)}, `).join('')
  return `${on}${conditionText(values.standOn(failure.on).condition(failure.failed))}`
}

/** The line gives a time that was not taken: the log's clock is not what it seems. A line without one is nothing to tell. */
export function timeHints({ why, at, from, value }: TimeTold): Hint[] {
  const found = `${value.tried.at(-1)?.path ?? value.of}: found ${shownText(value.result)}`
  const taken = from === 'envelope' ? `its envelope's (${at})` : `arrival (${at})`
  if (why === 'no_time') return [{ kind: 'time', message: `${found}, which is no time; ${taken} is taken` }]
  return why === 'ahead'
    ? [{ kind: 'time', message: `${found}, more than 10 minutes ahead of the clock; ${taken} is taken` }]
    : []
}

function nameMissing(trace: ValueTrace, fields: readonly NameField[], event: Json, { logText }: HintContext): Hint {
  const looked = trace.tried.map(({ path }) => `"${harmless(path)}"`)
  const none = looked.length === 0 ? 'this line gives no event name' : `no ${joined(looked, 'or')} here`
  const [best] = fields
  if (best !== undefined) {
    const has = fields.map((field) => fieldText(field, logText)).join(', ')
    return { kind: 'name_missing', message: `${none}; this line has ${has}`, set: nameSet(trace, [], [logText.text(best.path)]) }
  }
  const keys = fieldsOf(event).filter(({ depth }) => depth === 1)
  const listed = keys
    .slice(0, MAX_LISTED)
    .map(({ path, value }) => `${logText.text(path, undefined, 40)}${isInner(value) ? ' (object)' : ''}`)
  const more = keys.length > MAX_LISTED ? `, … (${keys.length} fields)` : ''
  const has =
    listed.length === 0 ? 'the object is empty' : `nothing here looks like a name; this line has ${listed.join(', ')}${more}`
  return { kind: 'name_missing', message: `${none}; ${has}` }
}

function isInner(value: Json): boolean {
  return typeof value === 'object' && value !== null
}

/** Where names are to be looked for: the new places before or after those of the mapping, which other logs may need. */
function nameSet({ source, of, stages }: ValueTrace, before: readonly string[], after: readonly string[]): string {
  const known = source === 'path' ? [harmless(of)] : []
  const paths = [...before.map(scalar), ...known, ...after.map(scalar)]
  const key = known.length > 0 && stages.length > 0 ? 'input.event_name.path' : 'input.event_name'
  return `${key}: ${known.length === 0 ? paths.join(', ') : `[${paths.join(', ')}]`}`
}

function nameElsewhere(field: NameField, trace: ValueTrace, { logText }: HintContext): Hint {
  return {
    kind: 'name_elsewhere',
    message: `${fieldText(field, logText)} is a name that rules wait for, but the event is named by ${harmless(trace.of)}`,
    set: nameSet(trace, [logText.text(field.path)], []),
  }
}

function nearestEvent(name: string, { mapping, mappings, logText }: HintContext): Hint {
  const none = `no rule waits for ${JSON.stringify(logText.text(name))}`
  if (mapping.eventNames.includes(name)) return { kind: 'known_events', message: `only drop rules name it: ${none}` }
  const others = mappings.sourcesWaitingFor(name)
  if (others.length > 0) {
    const message = `${none} in the mapping of this source; in that of ${joined(others.slice(0, MAX_LISTED).map(harmless), 'and')} there is`
    return { kind: 'other_source', message }
  }
  const known = mapping.eventNames.filter((one) => mapping.waitsFor(one))
  const near = alike(name, known)
  if (near.length === 0) return { kind: 'known_events', message: `${none}; rules wait for ${listed(known)}` }
  const rules = near.map((one) => `${JSON.stringify(one)} (${metricsOf(one, mapping)})`)
  return { kind: 'nearest_event', message: `${none}; the nearest name is ${joined(rules, 'or')}` }
}

function metricsOf(name: string, mapping: Mapping): string {
  const metrics = [...new Set(mapping.rulesFor(name).map((rule) => rule.metric))]
  return metrics.length > 2 ? `${metrics[0]} and ${metrics.length - 1} more` : metrics.join(', ')
}

/** The first few, with how many there are. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'no event by name'
  const first = names.slice(0, MAX_LISTED).map(harmless)
  return names.length > MAX_LISTED ? `${first.join(', ')}, … (${names.length} names)` : first.join(', ')
}

export function fieldText({ path, value }: NameField, logText: LogText): string {
  return `${logText.text(path)}=${JSON.stringify(logText.text(value, path))}`
}

function joined(parts: readonly string[], word: string): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)!}`
}
