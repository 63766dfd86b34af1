/** Parts of the language that this version does not have: each use is an error that says so, never a number that is silently wrong. */
import type { NodePath, Report } from '../diag/diagnostic.ts'
import { placeIn } from './raw.ts'

type Keys = Readonly<Record<string, unknown>>

const NONE: readonly string[] = []

/** Keys by where they stand. */
export const LATER = {
  top: NONE,
  metric: ['expire'],
  rule: ['over', 'last'],
  takes: NONE,
  value: NONE,
} as const

const LATER_OPS = ['mean', 'sum', 'count', 'distinct']

/** What stands where only a later version can read it, and what may stand there instead while the rest is checked. */
export interface LaterValue {
  readonly path: NodePath
  readonly instead: unknown
}

export function reportLater(data: Keys, file: string, report: Report): LaterValue[] {
  const parts = new LaterParts(file, report)
  parts.mapping(data)
  return parts.values
}

class LaterParts {
  readonly values: LaterValue[] = []
  readonly #file: string
  readonly #report: Report

  constructor(file: string, report: Report) {
    this.#file = file
    this.#report = report
  }

  mapping(data: Keys): void {
    this.#keys(data, LATER.top, [])
    this.#keys(keysOf(data.defaults), ['expire'], ['defaults'])
    this.#labels(keysOf(data.defaults).labels, ['defaults', 'labels'])
    this.#input(keysOf(data.input), ['input'])
    for (const [i, source] of list(data.sources)) this.#source(source, ['sources', i])
    for (const [i, takes] of list(data.drop)) this.#takes(takes, LATER.takes, ['drop', i])
    for (const [i, metric] of list(data.metrics)) this.#metric(metric, ['metrics', i])
  }

  #source(source: Keys, path: NodePath): void {
    this.#input(keysOf(source.input), [...path, 'input'])
    this.#labels(source.labels, [...path, 'labels'])
  }

  #input(input: Keys, path: NodePath): void {
    for (const key of ['event_name', 'event_time']) this.#value(input[key], [...path, key])
  }

  #metric(metric: Keys, path: NodePath): void {
    this.#keys(metric, LATER.metric, path)
    this.#rule(metric, path)
    for (const [i, rule] of list(metric.rules)) this.#rule(rule, [...path, 'rules', i])
  }

  #rule(rule: Keys, path: NodePath): void {
    this.#takes(rule, LATER.rule, path)
    if (LATER_OPS.includes(String(rule.op))) {
      this.#say(`op: ${rule.op}`, [...path, 'op'], 'value')
      this.values.push({ path: [...path, 'op'], instead: 'set' })
    }
    this.#labels(rule.labels, [...path, 'labels'])
    this.#labels(rule.exemplar, [...path, 'exemplar'])
    this.#value(rule.value, [...path, 'value'])
    for (const [label, entries] of Object.entries(keysOf(rule.split))) this.#labels(entries, [...path, 'split', label])
  }

  #takes(takes: Keys, later: readonly string[], path: NodePath): void {
    this.#keys(takes, later, path)
  }

  #labels(labels: unknown, path: NodePath): void {
    for (const [name, value] of Object.entries(keysOf(labels))) this.#value(value, [...path, name])
  }

  #value(value: unknown, path: NodePath): void {
    if (Array.isArray(value)) for (const [i, one] of value.entries()) this.#value(one, [...path, i])
    const keys = keysOf(value)
    this.#keys(keys, LATER.value, path)
    if (LATER.value.some((key) => Object.hasOwn(keys, key))) this.values.push({ path, instead: 1 })
    for (const inner of ['take', 'plus', 'minus']) if (inner in keys) this.#value(keys[inner], [...path, inner])
  }

  #keys(data: Keys, later: readonly string[], path: NodePath): void {
    for (const key of later) if (Object.hasOwn(data, key) && !isEmpty(data[key])) this.#say(key, [...path, key], 'key')
  }

  #say(what: string, path: NodePath, part: 'key' | 'value'): void {
    const message = `"${what}" is part of the mapping language, but not of this version of agentlog-exporter`
    this.#report({ severity: 'error', code: 'not-yet', message, place: placeIn(this.#file, path, part) })
  }
}

/** Written down without anything in it: asks for nothing. */
function isEmpty(value: unknown): boolean {
  return value === '0s' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

function keysOf(value: unknown): Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Keys) : {}
}

function list(value: unknown): [number, Keys][] {
  return Array.isArray(value) ? value.map((entry, i) => [i, keysOf(entry)]) : []
}
