/** Rules of a whole mapping that others make useless or wrong: those whose events `drop` takes, those that count what another counts. */
import type { Diagnostic, Report } from '../../diag/diagnostic.ts'
import type { InputSpec, MetricSpec, RuleSpec, TakesSpec } from '../../mapping/spec.ts'
import { isLong } from '../../select/path-words.ts'
import type { ValueSpec } from '../../select/spec.ts'
import type { Config } from '../config.ts'
import { implies } from './contradictions.ts'

/** Where counting an event twice makes a number wrong. */
const SUMMED = ['counter', 'histogram', 'summary']

/** A rule is dead if it is wherever it stands: what one source drops, another may count. */
export function checkCoveredRules({ profiles }: Config, report: Report): void {
  const dead = new Map<string, Diagnostic | undefined>()
  for (const { mapping } of profiles.values()) {
    const drops = dropsOf(mapping.drop)
    const names = namesOf(mapping.input)
    for (const metric of mapping.metrics) {
      for (const rule of metric.rules) {
        const key = JSON.stringify(rule.place)
        // What is derived was never in the log.
        const isOfLog = rule.derived === undefined && rule.open === undefined
        const found = isOfLog ? (droppedIn(rule, drops(rule)) ?? (names && unnamedIn(rule, names))) : undefined
        if (found === undefined || !dead.has(key)) dead.set(key, found)
      }
      if (SUMMED.includes(metric.type)) tellTwice(metric, report)
    }
  }
  for (const diagnostic of dead.values()) if (diagnostic !== undefined) report(diagnostic)
}

/** By the first event that a rule names: those that may take all of its events. */
function dropsOf(all: readonly TakesSpec[]): (rule: TakesSpec) => readonly TakesSpec[] {
  const unnamed: TakesSpec[] = []
  const byEvent = new Map<string, TakesSpec[]>()
  for (const drop of all.filter(({ each }) => each.length === 0)) {
    if (drop.events === undefined) unnamed.push(drop)
    for (const event of drop.events ?? []) byEvent.set(event, [...(byEvent.get(event) ?? []).slice(0, MOST_COMPARED), drop])
  }
  const few = unnamed.slice(0, MOST_COMPARED)
  return ({ events }) => [...few, ...(byEvent.get(events?.[0] ?? '') ?? [])]
}

function droppedIn(rule: RuleSpec, drops: readonly TakesSpec[]): Diagnostic | undefined {
  const drop = drops.find((one) => takesAll(one, rule))
  if (drop === undefined) return undefined
  const notes = [{ message: 'dropped here', place: drop.place }]
  const message = 'this rule takes nothing: drop takes all of its events before it'
  return {
    severity: 'warning',
    code: 'dead-rule',
    message,
    place: rule.place,
    notes,
    hint: 'narrow the one, or take the other out',
  }
}

/** Whether `taker` takes every event of `rule`, as far as that can be read off. */
function takesAll(taker: TakesSpec, rule: TakesSpec): boolean {
  const hasEvents = taker.events === undefined || (rule.events?.every((event) => taker.events!.includes(event)) ?? false)
  return hasEvents && implies(rule.where?.spec ?? {}, taker.where?.spec ?? {})
}

/** The names that events can have, where the mapping closes them. */
function namesOf({ eventName: { spec } }: InputSpec): ReadonlySet<string> | undefined {
  if (!isLong(spec)) return undefined
  if (spec.const !== undefined) return new Set([String(spec.const)])
  if (spec.one_of === undefined) return undefined
  return new Set([...spec.one_of, spec.else ?? 'other', ...(spec.default === undefined ? [] : [spec.default])].map(String))
}

function unnamedIn(rule: RuleSpec, names: ReadonlySet<string>): Diagnostic | undefined {
  if (rule.events === undefined || rule.events.length === 0 || rule.events.some((event) => names.has(event))) return undefined
  const message = `this rule takes nothing: event_name never gives ${rule.events.map((event) => `"${event}"`).join(' or ')}`
  const hint = `it gives ${[...names].slice(0, 8).join(', ')}`
  return { severity: 'warning', code: 'dead-rule', message, place: rule.place, hint }
}

/** Of rules that give one series the same number, one whose events another takes as well. Each rule is compared with few: those that are alike. */
function tellTwice({ name, rules }: MetricSpec, report: Report): void {
  const alike = new Map<string, RuleSpec[]>()
  for (const rule of rules) {
    const key = samenessOf(rule)
    const before = alike.get(key) ?? []
    const first = before.find((one) => overlap(one, rule))
    if (first !== undefined) {
      const notes = [{ message: 'counted here too', place: first.place }]
      const message = `this rule of "${name}" counts events that another of its rules counts in the same series`
      report({
        severity: 'warning',
        code: 'counted-twice',
        message,
        place: rule.place,
        notes,
        hint: 'take one out, or narrow it with where',
      })
    } else if (before.length < MOST_COMPARED) before.push(rule)
    alike.set(key, before)
  }
}

/** With so many alike, a mapping is no work of a person; comparing each with each would take the square of them. */
const MOST_COMPARED = 100

/** What makes two rules give the same sample to the same series. */
function samenessOf(rule: RuleSpec): string {
  const { labels, value, split, each, events: _events, where: _where, place: _place, exemplar: _exemplar, ...state } = rule
  const specs = (parts: readonly { readonly name: string; readonly spec: ValueSpec }[]) =>
    parts.map(({ name, spec }) => [name, spec]).sort(([a], [b]) => String(a).localeCompare(String(b)))
  const entries = split?.entries.map(({ text, spec }) => [text, spec])
  return JSON.stringify([specs(labels), value?.spec, split?.label, entries, each.map(({ name, spec }) => [name, spec]), state])
}

function overlap(a: TakesSpec, b: TakesSpec): boolean {
  const { events } = b
  const shareEvents = a.events === undefined || events === undefined || events.some((event) => a.events!.includes(event))
  const [whereA, whereB] = [a.where?.spec ?? {}, b.where?.spec ?? {}]
  return shareEvents && (implies(whereA, whereB) || implies(whereB, whereA))
}
