/** Whether the parts of a metric go together: its type with value, op, buckets, quantiles and one_per, its rules with themselves. */
import type { Diagnostic, NodePath, Report } from '../../diag/diagnostic.ts'
import { nearest } from '../../diag/suggest.ts'
import type { ValueSpec } from '../../select/spec.ts'
import { bucketBounds, NAMED_BUCKETS } from '../buckets.ts'
import { durationNs, ONLY_WINDOW_OPS, WINDOW_OPS } from '../merge-windows.ts'
import { type MappingFile, placeIn, type RawMapping, type RawMetric, type RawRule, rulesOf } from '../raw.ts'

/** OpenMetrics 1.0. */
const MAX_EXEMPLAR_CHARACTERS = 128

type Say = (message: string, path: NodePath, more?: Partial<Diagnostic>, part?: 'key' | 'value') => void

/** Keys of a metric and the types they are for. */
const KEY_TYPES: Readonly<Record<string, readonly string[]>> = {
  buckets: ['histogram'],
  quantiles: ['summary'],
  op: ['gauge'],
  open: ['gauge'],
  over: ['gauge', 'summary'],
  last: ['gauge'],
  one_per: ['gauge', 'info'],
  max_step: ['counter'],
  exemplar: ['counter', 'histogram'],
}

export function checkMetricParts({ file, raw }: MappingFile, _: unknown, report: Report): void {
  const say: Say = (message, path, more = {}, part = 'value') =>
    report({ severity: 'error', code: 'bad-value', message, place: placeIn(file, path, part), ...more })
  for (const [i, metric] of (raw.metrics ?? []).entries()) {
    const path = ['metrics', i]
    checkKeys(metric, metric.type, path, say)
    checkBuckets(metric, path, say)
    checkOnePer(metric, labelsBeside(raw), path, say)
    checkRuleKeys(metric, path, say)
    for (const { rule, path: at } of rulesOf(metric, path)) checkRule(rule, metric, at, say)
  }
}

function checkKeys(holder: object, type: string, path: NodePath, say: Say): void {
  for (const [key, types] of Object.entries(KEY_TYPES)) {
    if (Object.hasOwn(holder, key) && !types.includes(type))
      say(`"${key}" is for ${types.join(' and ')}; this is a ${type}`, [...path, key], {}, 'key')
  }
}

function checkBuckets({ type, buckets }: RawMetric, path: NodePath, say: Say): void {
  if (type !== 'histogram' || buckets === undefined) return
  const bounds = bucketBounds(buckets)
  if (bounds === undefined) {
    const near = nearest(String(buckets), Object.keys(NAMED_BUCKETS))
    const hint = near ? `did you mean "${near}"?` : `shipped lists: ${Object.keys(NAMED_BUCKETS).join(', ')}`
    say(`no bucket list is called "${buckets}"`, [...path, 'buckets'], { hint })
    return
  }
  const wrong = bounds.findIndex((bound, i) => !Number.isFinite(bound) || (i > 0 && bound <= bounds[i - 1]!))
  if (wrong >= 0)
    say(`buckets must be finite and ascend: ${bounds[wrong]} does not fit after ${bounds[wrong - 1] ?? 'nothing'}`, [
      ...path,
      'buckets',
    ])
}

/** Labels that no metric gives itself. */
function labelsBeside({ defaults, sources = [] }: RawMapping): string[] {
  return [defaults?.labels, ...sources.map(({ labels }) => labels)].flatMap((labels) => Object.keys(labels ?? {}))
}

function checkOnePer(metric: RawMetric, defaults: readonly string[], path: NodePath, say: Say): void {
  const ofRules = rulesOf(metric, path).flatMap(({ rule }) =>
    [rule.labels, rule.split].flatMap((labels) => Object.keys(labels ?? {})),
  )
  const labels = new Set([...defaults, ...Object.keys(metric.labels ?? {}), ...ofRules])
  for (const [i, name] of (metric.one_per ?? []).entries()) {
    if (labels.has(name)) continue
    const near = nearest(name, [...labels])
    say(
      `one_per names "${name}", which is no label of ${metric.name}`,
      [...path, 'one_per', i],
      near ? { hint: `did you mean "${near}"?` } : {},
    )
  }
}

/** With `rules`, what a rule takes stands in the rules. */
function checkRuleKeys(metric: RawMetric, path: NodePath, say: Say): void {
  if (metric.rules === undefined) return
  for (const key of ['event', 'derived', 'open', 'each', 'where', 'value', 'split', 'once', 'rise', 'exemplar']) {
    if (Object.hasOwn(metric, key))
      say(`"${key}" stands beside "rules": it belongs into each rule`, [...path, key], { code: 'conflict' }, 'key')
  }
}

/** A price stands alone, and only where dollars are added up. */
function checkPrice(value: ValueSpec | undefined, { type }: RawMetric, path: NodePath, say: Say): void {
  if (typeof value !== 'object' || !Object.hasOwn(value, 'price')) return
  if (type !== 'counter') say(`"price" is for counters; this is a ${type}`, [...path, 'price'], {}, 'key')
  const other = Object.keys(value).find((key) => key !== 'price')
  if (other !== undefined) say(`"price" stands alone, found "${other}" beside it`, [...path, other], {}, 'key')
}

/** OpenMetrics has so much room for names and texts together, and something must be left for a text. */
function checkExemplar({ exemplar = {} }: RawRule, path: NodePath, say: Say): void {
  const nameLength = Object.keys(exemplar).join('').length
  if (nameLength < MAX_EXEMPLAR_CHARACTERS) return
  say(
    `names and texts of an exemplar have room for ${MAX_EXEMPLAR_CHARACTERS} characters; these names alone have ${nameLength}`,
    [...path, 'exemplar'],
    { hint: 'shorter names, such as trace_id' },
    'key',
  )
}

/** What is made of the values of a window needs a window, and a window something that is made of its values. */
function checkWindow(rule: RawRule, metric: RawMetric, path: NodePath, say: Say): void {
  const [op, over, last] = [rule.op ?? metric.op, rule.over ?? metric.over, rule.last ?? metric.last]
  const hasWindow = over !== undefined || last !== undefined
  const at = (key: 'op' | 'over' | 'last'): NodePath => (Object.hasOwn(rule, key) ? [...path, key] : [...path.slice(0, 2), key])
  if (over !== undefined && durationNs(over) === 0n) say('a window lasts longer than 0', at('over'), { hint: 'over: 1h' })
  if (metric.type !== 'gauge' || rule.open !== undefined) return
  if (!hasWindow && op !== undefined && ONLY_WINDOW_OPS.includes(op))
    say(`"op: ${op}" is made of the values of a window, and there is none`, at('op'), { hint: 'over: 1h, or last: 100' })
  if (hasWindow && !(WINDOW_OPS as readonly (string | undefined)[]).includes(op))
    say(
      `a window needs to know what is made of its values: ${WINDOW_OPS.join(', ')}; found ${op === undefined ? 'no op' : `"op: ${op}"`}`,
      at(op !== undefined ? 'op' : over !== undefined ? 'over' : 'last'),
      { hint: 'op: mean' },
    )
}

function checkRule(rule: RawRule, metric: RawMetric, path: NodePath, say: Say): void {
  checkPrice(rule.value, metric, [...path, 'value'], say)
  for (const [label, values] of Object.entries(rule.split ?? {}))
    for (const [text, value] of Object.entries(values)) checkPrice(value, metric, [...path, 'split', label, text], say)
  if (rule !== metric) checkKeys(rule, metric.type, path, say)
  checkWindow(rule, metric, path, say)
  checkExemplar(rule, path, say)
  const entries = Object.keys(rule.split ?? {})
  if (rule.split !== undefined && entries.length !== 1) say(`split takes one label, found ${entries.length}`, [...path, 'split'])
  if (rule.split !== undefined && rule.value !== undefined)
    say('a rule has a value or a split, not both', [...path, 'value'], { code: 'conflict' }, 'key')
  const both = entries.find((label) => rule.labels?.[label] || metric.labels?.[label])
  if (both !== undefined)
    say(`label "${both}" is given by split and by labels`, [...path, 'split', both], { code: 'conflict' }, 'key')
  if (metric.type === 'info' && (rule.value !== undefined || rule.split !== undefined))
    say('an info metric is always 1: it takes no value', [...path, rule.value === undefined ? 'split' : 'value'], {}, 'key')
  if (rule.open !== undefined) {
    checkOpen(rule, metric, path, say)
    return
  }
  const countsEvents = metric.type === 'gauge' && (rule.op ?? metric.op) === 'count'
  if (
    ['gauge', 'histogram', 'summary'].includes(metric.type) &&
    rule.value === undefined &&
    rule.split === undefined &&
    !countsEvents
  ) {
    say(`the ${metric.type} "${metric.name}" needs a value`, path, { code: 'missing-key', hint: 'value: PATH' })
  }
  if (rule.derived !== undefined) {
    if (rule.event !== undefined)
      say('a rule takes events of logs, or what an item derives: not both', [...path, 'derived'], { code: 'conflict' }, 'key')
    return
  }
  if (rule.event === undefined && rule.where === undefined && rule.each === undefined) {
    say(`this rule of "${metric.name}" takes every event of the log`, path, {
      severity: 'warning',
      code: 'takes-all',
      hint: 'name an event: event: NAME',
    })
  }
}

const OPEN_OPS = ['count', 'max', 'sum']

/** What is open is counted at each scrape: it is no event, and changes no numbers of events. */
function checkOpen(rule: RawRule, metric: RawMetric, path: NodePath, say: Say): void {
  if (metric.type !== 'gauge') return
  for (const key of ['event', 'derived', 'each', 'split', 'once', 'rise', 'over', 'last'] as const)
    if (Object.hasOwn(rule, key))
      say(`"${key}" is for events; this shows what is open`, [...path, key], { code: 'conflict' }, 'key')
  if (metric.one_per !== undefined)
    say('what is open has all its series', ['metrics', path[1]!, 'one_per'], { code: 'conflict' }, 'key')
  const op = rule.op ?? metric.op ?? 'count'
  const holder = rule.op === undefined && metric.op !== undefined ? path.slice(0, 2) : path
  if (!OPEN_OPS.includes(op)) say(`of what is open there are ${OPEN_OPS.join(', ')}; found ${op}`, [...holder, 'op'])
  else if (op === 'count' && rule.value !== undefined)
    say('op: count needs no value; max and sum do', [...path, 'value'], { code: 'conflict' }, 'key')
  else if (op !== 'count' && rule.value === undefined)
    say(`op: ${op} needs a value`, path, { code: 'missing-key', hint: 'value: age' })
}
