/** Traces of rules, together with the updates that they made → what is told of them. */
import type { Place } from '../diag/diagnostic.ts'
import { boundText } from '../exposition/number-text.ts'
import { sampleHead } from '../exposition/sample-head.ts'
import type { Rule, RuleTrace } from '../mapping/rule.ts'
import type {
  ElementTrace,
  ExemplarTrace,
  LabelTrace,
  MadeTrace,
  RiseTrace,
  SampleTrace,
  Standing,
  TakesTrace,
} from '../mapping/trace.ts'
import { COUNTS } from '../select/prices/rates.ts'
import type { ValueTrace } from '../select/trace.ts'
import type { ElementTold, LabelTold, RiseTold, RuleTold, SampleTold, TakesTold, UpdateTold, ValueTold } from './explanation.ts'
import { harmless, type LogText } from './log-text.ts'
import type { ValueTeller } from './tell-value.ts'
import type { Update } from './updates.ts'

/** `file:line` of a place in the mapping. */
export type Locate = (place: Place) => string

/** What one element adds to what is told of it. */
type TellMade<T> = (made: T) => Partial<ElementTold>

export class RuleTeller {
  readonly #values: ValueTeller
  readonly #logText: LogText
  readonly #locate: Locate

  constructor(values: ValueTeller, logText: LogText, locate: Locate) {
    this.#values = values
    this.#logText = logText
    this.#locate = locate
  }

  drop(trace: TakesTrace<undefined>): TakesTold {
    return this.#takes(trace, () => ({}))
  }

  /** `updates`: what the rule did, in order. A trace that does not agree with it is a bug, and is thrown as one. */
  rule(trace: RuleTrace, updates: readonly Update[]): RuleTold {
    const { rule } = trace
    const rest = [...updates]
    return { metric: rule.metric, ...this.#takes(trace, (made: MadeTrace) => this.#made(rule, made, rest)) }
  }

  #takes<T>(trace: TakesTrace<T>, tellMade: TellMade<T>): TakesTold {
    const { place, isTaken, elements, untold, untoldTaken } = trace
    return {
      place: this.#locate(place),
      isTaken,
      elements: elements.map((element) => this.#element(element, tellMade)),
      ...(untold === 0 ? {} : { untold: { elements: untold, taken: untoldTaken } }),
    }
  }

  #element<T>({ on, isTaken, empty, where, made }: ElementTrace<T>, tellMade: TellMade<T>): ElementTold {
    this.#values.standOn(on)
    return {
      on: on.map((standing) => this.#standing(standing)),
      isTaken,
      ...(empty === undefined ? {} : { empty: this.#empty(empty) }),
      ...(where === undefined ? {} : { where: this.#values.condition(where) }),
      ...(isTaken ? tellMade(made as T) : {}),
    }
  }

  #standing({ name, path, key }: Standing): string {
    return `$${name} = ${harmless(path)}[${this.#logText.text(key, undefined, 40)}]`
  }

  #empty({ path, found }: { path: string; found: Parameters<LogText['value']>[0] }): NonNullable<ElementTold['empty']> {
    const like = found === undefined ? this.#values.like([path]) : {}
    return { path: harmless(path), found: this.#logText.value(found), ...like }
  }

  #made(rule: Rule, { labels, once, rise, samples, exemplar }: MadeTrace, rest: Update[]): Partial<ElementTold> {
    const isRepeated = rest[0]?.kind === 'repeated'
    const head = {
      labels: labels.map((label) => this.#label(label)),
      ...(once && { once: { key: this.#key(once), ...(isRepeated ? { repeated: true as const } : {}) } }),
      ...(rise && { rise: { key: this.#key(rise) } }),
    }
    if (isRepeated) {
      rest.shift()
      return head
    }
    const stopped = stoppedAt(rest[0], samples)
    const told = {
      ...head,
      samples: stopped === 'key' ? [] : samples.map((one) => this.#sample(rule, labels, one, rest)),
      ...(exemplar === undefined || exemplar.labels.length === 0 ? {} : { exemplar: this.#exemplar(exemplar) }),
    }
    if (stopped === undefined) return told
    const skip = take(rest, rule)
    if (skip.kind !== 'skipped') throw disagreement(rule)
    return { ...told, skipped: skip.reason }
  }

  #key(values: readonly ValueTrace[]): ValueTold[] {
    return values.map((value) => this.#values.value(value))
  }

  #exemplar({ labels, fits }: ExemplarTrace): NonNullable<ElementTold['exemplar']> {
    const told = Object.fromEntries(labels.map(([name, text]) => [name, this.#logText.text(text, name)]))
    return fits ? { labels: told } : { labels: told, tooLong: true }
  }

  #label({ name, value, text, isUnknown }: LabelTrace): LabelTold {
    return { name, value: this.#values.value(value), text: this.#logText.text(text, name), isUnknown }
  }

  #sample(rule: Rule, labels: readonly LabelTrace[], sample: SampleTrace, rest: Update[]): SampleTold {
    const { splitText, value, number } = sample
    const told = {
      ...(splitText === undefined ? {} : { split: { label: rule.splitLabel!, text: splitText } }),
      ...(value === undefined ? {} : { value: this.#values.value(value) }),
      number: number === undefined ? null : Number.isFinite(number) ? number : String(number),
    }
    if (number === undefined) return told
    const update = take(rest, rule)
    if (update.kind === 'rose') return { ...told, ...this.#risen(rule, labels, sample, update.rise, rest) }
    if (update.kind === 'skipped') return { ...told, skipped: update.reason }
    if (update.kind !== 'recorded' || !Object.is(update.value, number)) throw disagreement(rule)
    return { ...told, update: updateOf(rule, labels, splitText, update) }
  }

  #risen(
    rule: Rule,
    labels: readonly LabelTrace[],
    { number, splitText }: SampleTrace,
    { outcome, numbers }: RiseTrace,
    rest: Update[],
  ): Partial<SampleTold> {
    const isPrice = numbers.length > 1
    if (!isPrice && !Object.is(numbers[0]!.number, number)) throw disagreement(rule)
    const rise: RiseTold = {
      outcome,
      numbers: numbers
        .map(({ highest = null, ...risen }, i) => ({ ...(isPrice ? { name: COUNTS[i]! } : {}), ...risen, highest }))
        // Counts that the event does not have, and never had.
        .filter((risen) => !isPrice || risen.number > 0 || (risen.highest ?? 0) > 0),
    }
    if (outcome === 'same' || outcome === 'baseline') return { rise }
    const update = take(rest, rule)
    if (update.kind === 'skipped') return { rise, skipped: update.reason }
    if (update.kind !== 'recorded' || (!isPrice && !Object.is(update.value, numbers[0]!.added))) throw disagreement(rule)
    return { rise, update: updateOf(rule, labels, splitText, update) }
  }
}

/** Where the rule stopped, if it did: at a key, or since no sample has a number. */
function stoppedAt(next: Update | undefined, samples: readonly SampleTrace[]): 'key' | 'number' | undefined {
  const isSkipped = next?.kind === 'skipped'
  // What rises is told of before what becomes of it, so here it is the key of `once`.
  if (isSkipped && (next.reason === 'no_key' || next.reason === 'forgotten')) return 'key'
  return samples.some((sample) => sample.number !== undefined) ? undefined : 'number'
}

function take(rest: Update[], rule: Rule): Update {
  const update = rest.shift()
  if (update === undefined) throw disagreement(rule)
  return update
}

function disagreement(rule: Rule): Error {
  return new Error(`what a rule of ${rule.metric} says of an event is not what it did`)
}

/** `labels`: what the rule asked for; what became something else is told. */
export function updateOf(
  rule: Rule,
  labels: readonly LabelTrace[],
  splitText: string | undefined,
  { texts, value, now }: Extract<Update, { kind: 'recorded' }>,
): UpdateTold {
  const { spec } = rule.family
  const asked = new Map(labels.map(({ name, text }) => [name, text]))
  if (splitText !== undefined) asked.set(rule.splitLabel!, splitText)
  const pairs = spec.labelNames.map((name, i) => [name, texts[i]!] as const)
  const changed = labels.length === 0 ? [] : pairs.filter(([name, text]) => (asked.get(name) ?? '') !== text)
  const le = spec.type === 'histogram' ? (spec.buckets.find((bound) => value <= bound) ?? Number.POSITIVE_INFINITY) : undefined
  return {
    series: harmless(sampleHead(spec.name, pairs).trimEnd()),
    op: opOf(rule),
    value,
    now,
    ...(spec.window?.op === undefined ? {} : { window: spec.window.op }),
    ...(le === undefined ? {} : { le: boundText(le) }),
    ...(changed.length === 0 ? {} : { changed: changed.map(([label, text]) => ({ label, text: harmless(text) })) }),
  }
}

function opOf({ family, op }: Rule): UpdateTold['op'] {
  const { type } = family.spec
  if (type === 'counter') return 'add'
  if (type === 'info') return 'set'
  return type === 'gauge' && family.spec.window === undefined ? op : 'observe'
}
