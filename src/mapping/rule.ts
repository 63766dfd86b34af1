/**
 * One rule of one metric, compiled: for each event (or element) it takes, label texts and numbers go to series.
 * Order as the language says: taken, labels, once, value or each split entry, rise, price, checks, series limit. Keeps nothing between
 * events but what `Marks` hold, and those move only with an applied sample.
 */
import type { Row } from '../decode/row.ts'
import type { Derived, Kept } from '../derive/derived-event.ts'
import type { Place, Report } from '../diag/diagnostic.ts'
import type { Once } from '../marks/once.ts'
import type { Rise } from '../marks/rise.ts'
import type { Family, Site } from '../registry/family.ts'
import type { Recorder } from '../registry/kinds/kind.ts'
import { within } from '../select/compile-context.ts'
import { compilePrice, type Price, type PriceFiles } from '../select/price.ts'
import type { SlotTable } from '../select/slots.ts'
import type { ValueSpec } from '../select/spec.ts'
import type { Value } from '../select/trace.ts'
import { compileLabel, compileValue } from '../select/value.ts'
import { type ExemplarReader, exemplarReader } from './exemplar-reader.ts'
import { isUnmasked, maxValuesOf } from './label-caps.ts'
import type { MetricMarks } from './metric-marks.ts'
import type { SkipReason } from './skip-reason.ts'
import type { FeedRole, GaugeOp, RuleSpec } from './spec.ts'
import { Takes } from './takes.ts'
import type { MadeTrace, RiseTrace, TakesTrace } from './trace.ts'

/** What a label stands at when its value is missing and the mapping gives no default. */
const UNKNOWN = 'unknown'

/** No smaller step makes a finite sum infinite. */
const LEAST_OVERFLOWING = 1e290

export type CountSkip = (metric: string, reason: SkipReason) => void
/** Tokens that have no price, by the model's name as the log has it. */
export type CountUnpriced = (metric: string, model: string, tokens: number) => void

/** Sees each update as it is made, in order. It is compiled in where somebody wants to tell of updates; nobody else pays for it. */
export interface UpdateWatch {
  /** `value` went into the series in `slot` of the rule's family. */
  recorded(rule: Rule, slot: number, value: number): void
  skipped(rule: Rule, reason: SkipReason): void
  /** An element whose key has counted: nothing follows for it. */
  repeated(rule: Rule): void
  /** What the numbers of a sample are to their marks; what is done with them follows, if anything is. */
  rose(rule: Rule, rise: RiseTrace): void
  /** `remember` keeps a value. */
  remembered(name: string, value: Kept): void
  /** An item took the event in a role; what it derives of that follows. */
  fed(item: string, role: FeedRole, key: readonly string[]): void
  /** An event was derived; what its rules make of it follows. */
  derived(event: Derived): void
}

const UNVALUED = { value: undefined, price: undefined }

/** What all rules of a mapping are compiled with. */
export interface RuleContext {
  readonly slots: SlotTable
  readonly countSkip: CountSkip
  readonly countUnpriced?: CountUnpriced | undefined
  readonly priceFiles: PriceFiles
  readonly maxStep: number | undefined
  readonly marks: MetricMarks
  readonly watch?: UpdateWatch | undefined
  readonly report: Report
}

/** What one rule made of an event. */
export interface RuleTrace extends TakesTrace<MadeTrace> {
  readonly rule: Rule
}

/** A number for one series: the rule's only one, or one per entry of `split`. */
interface Sample {
  /** Text of the split label; undefined without `split`. */
  readonly text: string | undefined
  /** undefined: 1. */
  readonly value: Value | undefined
  /** The same value if it is a price. */
  readonly price: Price | undefined
  readonly site: Site
  /** With `rise`: where the marks of its numbers start. */
  readonly mark: number
}

/** What became of a sample: it had no number; it was refused; or it is in a series, or its marks say that nothing of it is to be added. */
type Applied = 'missing' | 'refused' | 'applied'

export class Rule {
  readonly takes: Takes
  readonly isOpen: boolean
  readonly metric: string
  /** Where the user wrote it. */
  readonly place: Place
  /** How many events, or elements of events, it has taken. */
  hits = 0
  /** Whether it reads an expression, which may want more steps than a line is given. */
  readonly hasExpressions: boolean
  /** Whether the last event wanted more work of it than a line of its length is given. */
  isOverworked = false
  readonly family: Family
  readonly op: GaugeOp
  /** The label whose texts are the entries of `split`. */
  readonly splitLabel: string | undefined
  /** Reads of label i in the family's order; undefined where the rule does not give that label. */
  readonly #labels: readonly (Value | undefined)[]
  readonly #labelNames: readonly string[]
  readonly #splitIndex: number
  readonly #samples: readonly Sample[]
  readonly #isCounter: boolean
  /** Of counters; others take any number. */
  readonly #maxStep: number
  readonly #exemplar: ExemplarReader | undefined
  readonly #once: Once | undefined
  readonly #rise: Rise | undefined
  readonly #watch: UpdateWatch | undefined
  readonly #record: (slot: number, value: number) => void
  readonly #countSkip: (reason: SkipReason) => void
  readonly #countUnpriced: CountUnpriced | undefined
  /** Label texts of the event at hand; the registry copies what it keeps. */
  readonly #texts: string[]
  /** A number that is no price, for `rise`. */
  readonly #alone = [0]
  readonly #visit = (row: Row): void => this.#applyHere(row)
  readonly #visitPrimed = (row: Row): void => this.#primeHere(row)

  constructor(
    spec: RuleSpec,
    family: Family,
    { slots, countSkip, countUnpriced, priceFiles, maxStep, marks, watch, report }: RuleContext,
  ) {
    const expressionsBefore = slots.expressionCount
    this.takes = new Takes(spec, slots, report)
    this.metric = family.spec.name
    this.place = spec.place
    this.family = family
    this.op = spec.op
    this.splitLabel = spec.split?.label
    this.#labelNames = family.spec.labelNames
    const { bindings, secretNames } = this.takes
    const compile = ({ spec: text, place }: NonNullable<RuleSpec['value']>) => {
      const context = { slots, bindings, place, report }
      if (typeof text !== 'object' || text.price === undefined) return { value: compileValue(text, context), price: undefined }
      const price = compilePrice(text.price, priceFiles, within(context, 'price'), compileValue)
      return { value: price, price }
    }
    const compileText = ({ spec: text, place }: NonNullable<RuleSpec['value']>): Value =>
      compileLabel(text, { slots, bindings, secretNames, place, report })
    const byName = new Map(spec.labels.map((label) => [label.name, compileText(label)]))
    this.#labels = this.#labelNames.map((name) => byName.get(name))
    this.#splitIndex = spec.split === undefined ? -1 : this.#labelNames.indexOf(spec.split.label)
    const entries = spec.split?.entries.map((entry) => ({ text: entry.text, ...compile(entry) }))
    const samples = entries ?? [{ text: undefined, ...(spec.value ? compile(spec.value) : UNVALUED) }]
    const maxValues = this.#ofLabels(spec, maxValuesOf)
    const unmasked = this.#ofLabels(spec, isUnmasked)
    this.#samples = samples.map((sample) => ({
      ...sample,
      site: family.site(this.#closed(sample.text), maxValues, unmasked),
      mark: marks.markOf(spec, sample.text),
    }))
    this.#once = marks.once(spec, { slots, bindings, report })
    this.#rise = marks.rise(spec, { slots, bindings, report })
    this.#watch = watch
    this.#isCounter = family.spec.type === 'counter'
    this.#maxStep = this.#isCounter && maxStep !== undefined ? maxStep : Number.POSITIVE_INFINITY
    this.isOpen = spec.open !== undefined
    this.#record = spec.open ? family.shownRecorder(spec.open.op) : watched(family.recorder(spec.op), watch, this)
    this.#countSkip = (reason) => {
      countSkip(this.metric, reason)
      watch?.skipped(this, reason)
    }
    this.#countUnpriced = countUnpriced
    this.#exemplar = exemplarReader(
      spec.exemplar.map((label) => ({ name: label.name, value: compileText(label), isUnmasked: isUnmasked(label.spec) })),
      family,
    )
    this.#texts = this.#labelNames.map(() => '')
    this.hasExpressions = slots.expressionCount > expressionsBefore
  }

  /** Whether the rule took the event (or an element of it). */
  apply(row: Row): boolean {
    const isTaken = this.takes.forEach(row, this.#visit)
    this.isOverworked = this.#wantsMore(row)
    if (this.takes.wasCut || (this.isOverworked && !isTaken)) this.#countSkip('too_much_work')
    return isTaken
  }

  #wantsMore(row: Row): boolean {
    return row.elementsLeft < 0 || (row.workLeft < 0 && this.hasExpressions)
  }

  /** Series that stand at 0 before any event: those of closed label sets. */
  birthAtLoad(): void {
    for (const sample of this.#samples) sample.site.birthAtLoad()
  }

  /** Whether priming tells it anything. */
  get remembers(): boolean {
    return this.#once !== undefined || this.#rise !== undefined
  }

  /** The event is history that counts nothing: its marks move as if it had counted. */
  prime(row: Row): void {
    if (this.remembers) this.takes.forEach(row, this.#visitPrimed)
  }

  #applyHere(row: Row): void {
    this.hits++
    const texts = this.#texts
    const { timed } = this.family
    if (timed !== undefined) timed.clock = row.clock
    for (let i = 0; i < texts.length; i++) texts[i] = this.#labelText(i, row)
    if (this.#once !== undefined && !this.#isFirst(this.#once, row)) return
    if (this.#rise === undefined || this.#rise.begin(row)) this.#applySamples(row)
    else this.#countMissing('no_key', row)
  }

  #applySamples(row: Row): void {
    const texts = this.#texts
    let isMissing = true
    let isApplied = false
    for (let i = 0; i < this.#samples.length; i++) {
      const sample = this.#samples[i]!
      if (sample.text !== undefined) texts[this.#splitIndex] = sample.text
      const became = this.#rise === undefined ? this.#apply(sample, row) : this.#applyRise(this.#rise, sample, row)
      isMissing &&= became === 'missing'
      isApplied ||= became === 'applied'
    }
    if (isMissing) this.#countMissing('no_value', row)
    if (isApplied) this.#once?.note()
  }

  #isFirst(once: Once, row: Row): boolean {
    const standing = once.ask(row)
    if (standing === 'repeated') this.#watch?.repeated(this)
    else if (standing === 'forgotten') this.#countSkip('forgotten')
    else if (standing === 'no_key') this.#countMissing('no_key', row)
    return standing === 'new'
  }

  #apply({ value, price, site }: Sample, row: Row): Applied {
    const number = this.#valueOf(value, row)
    if (number === undefined) return 'missing'
    return this.#countPriced(site, number, price, row) ? 'applied' : 'refused'
  }

  #applyRise(rise: Rise, { value, price, site, mark }: Sample, row: Row): Applied {
    const numbers = price === undefined ? this.#numberOf(value, row) : price.counts(row)
    if (numbers === undefined) return 'missing'
    const refused = refusalOfAny(numbers)
    if (refused !== undefined) {
      this.#countSkip(refused)
      return 'refused'
    }
    const outcome = rise.ask(numbers, mark)
    this.#watch?.rose(this, { outcome, numbers: rise.told(numbers) })
    if (outcome === 'counts' && !this.#countRisen(site, rise.added, price, row)) return 'refused'
    if (outcome === 'forgotten') this.#countSkip('forgotten')
    if (outcome !== 'same') rise.lift(numbers, mark)
    return 'applied'
  }

  #countRisen(site: Site, added: readonly number[], price: Price | undefined, row: Row): boolean {
    return this.#countPriced(site, price === undefined ? added[0]! : price.dollars(row, added), price, row)
  }

  #numberOf(value: Value | undefined, row: Row): readonly number[] | undefined {
    const number = value === undefined ? 1 : value.number(row)
    if (number === undefined) return undefined
    this.#alone[0] = number
    return this.#alone
  }

  #primeHere(row: Row): void {
    if (this.#once !== undefined && this.#once.ask(row) !== 'new') return
    if (this.#rise?.begin(row) === false) return
    let isThere = false
    for (const { value, price, mark } of this.#samples) {
      const numbers = price === undefined ? this.#numberOf(value, row) : price.counts(row)
      if (numbers === undefined || refusalOfAny(numbers) !== undefined) continue
      isThere = true
      this.#rise?.lift(numbers, mark)
    }
    if (isThere) this.#once?.note()
  }

  #countMissing(reason: 'no_key' | 'no_value', row: Row): void {
    this.#countSkip(this.#wantsMore(row) ? 'too_much_work' : reason)
  }

  #labelText(index: number, row: Row): string {
    const label = this.#labels[index]
    return label === undefined ? '' : (label.text(row) ?? UNKNOWN)
  }

  /** Where texts are told apart, a text counts as the number that stands for it. */
  #valueOf(value: Value | undefined, row: Row): number | undefined {
    if (value === undefined) return 1
    const distinct = this.family.timed?.distinct
    if (distinct === undefined) return value.number(row)
    const text = value.text(row)
    return text === undefined ? undefined : distinct.of(text)
  }

  /** Answers whether it is in a series: what has no price is, as 0. */
  #countPriced(site: Site, number: number, price: Price | undefined, row: Row): boolean {
    if (price === undefined || price.unpricedTokens === 0) return this.#count(site, number, row)
    this.#leaveUnpriced(site, price)
    return true
  }

  /** The series is there, and nothing is added. */
  #leaveUnpriced(site: Site, { unpricedModel, unpricedTokens }: Price): void {
    const slot = site.series(this.#texts)
    if (slot >= 0) this.family.timed?.touch(slot)
    this.#countSkip('unpriced')
    this.#countUnpriced?.(this.metric, unpricedModel, unpricedTokens)
  }

  #count(site: Site, value: number, row: Row): boolean {
    const refused = this.#refusal(value)
    const slot = refused === undefined ? site.series(this.#texts) : -1
    if (slot < 0) this.#countSkip(refused ?? 'series_limit')
    else if (Math.abs(value) > LEAST_OVERFLOWING && !this.family.staysFinite(slot, value)) this.#countSkip('infinite')
    else {
      this.family.timed?.touch(slot)
      this.#record(slot, value)
      this.#exemplar?.keep(row, slot, value)
      return true
    }
    return false
  }

  #refusal(value: number): SkipReason | undefined {
    if (value > this.#maxStep && Number.isFinite(value)) return 'max_step'
    if (Number.isFinite(value)) return this.#isCounter && value < 0 ? 'negative' : undefined
    return Number.isNaN(value) ? 'nan' : 'infinite'
  }

  /** The closed set of each label, for births: of a label that the rule does not give, only its absence. */
  #closed(splitText: string | undefined): (readonly string[] | undefined)[] {
    return this.#labels.map((label, i) =>
      i === this.#splitIndex ? [splitText ?? ''] : label === undefined ? [''] : label.closedTexts,
    )
  }

  /** What each label's value says, in the family's order; undefined where the rule does not give that label. */
  #ofLabels<T>({ labels }: RuleSpec, read: (value: ValueSpec) => T): (T | undefined)[] {
    const byName = new Map(labels.map(({ name, spec }) => [name, read(spec)]))
    return this.#labelNames.map((name) => byName.get(name))
  }

  /** What the rule makes of the event, of at most `most` of its elements in full. Changes nothing. */
  trace(row: Row, most: number): RuleTrace {
    return { rule: this, ...this.takes.trace(row, most, (here) => this.#traceHere(here)) }
  }

  #traceHere(row: Row): MadeTrace {
    const labels = this.#labels.flatMap((label, i) => {
      if (label === undefined) return []
      const isUnknown = label.text(row) === undefined
      return [{ name: this.#labelNames[i]!, value: label.trace(row), text: this.#labelText(i, row), isUnknown }]
    })
    const samples = this.#samples.map(({ text, value, price }) => {
      const isText = this.family.timed?.distinct !== undefined
      const number = value === undefined || (isText && value.text(row) !== undefined) ? 1 : value.number(row)
      const isUnpriced = price !== undefined && price.unpricedTokens > 0
      const refusal = number === undefined ? 'no_value' : isUnpriced ? 'unpriced' : this.#refusal(number)
      return { splitText: text, value: isText ? value?.trace(row) : value?.trace(row, 'number'), number, refusal } as const
    })
    const [once, rise] = [this.#once?.trace(row), this.#rise?.trace(row)]
    return { labels, once, rise, samples, exemplar: this.#exemplar?.trace(row) }
  }
}

function watched(record: Recorder, watch: UpdateWatch | undefined, rule: Rule): Recorder {
  if (watch === undefined) return record
  return (slot, value) => {
    record(slot, value)
    watch.recorded(rule, slot, value)
  }
}

/** Of what rises: a number that no sample could be made of, whatever its mark is. */
function refusalOfAny(numbers: readonly number[]): SkipReason | undefined {
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!
    if (!(number >= 0 && number < Number.POSITIVE_INFINITY))
      return Number.isNaN(number) ? 'nan' : Number.isFinite(number) ? 'negative' : 'infinite'
  }
  return undefined
}
