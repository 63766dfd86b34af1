/**
 * A whole log, added up while it is read: outcomes, rejects, event names, skipped updates, rules with and without hits. Memory is
 * bounded: 1000 event names besides those that the mapping waits for, a few texts for each.
 */
import type { EnvelopeKind } from '../decode/envelope/wrapping.ts'
import type { LineFormat } from '../decode/format/line-format.ts'
import type { EventTrace } from '../mapping/mapping.ts'
import type { Mappings } from '../mapping/mappings.ts'
import type { Rule } from '../mapping/rule.ts'
import type { SkipReason } from '../mapping/skip-reason.ts'
import type { AppliedLine } from './applied-line.ts'
import { conditionText } from './condition-text.ts'
import { EventCounts, FailureCounts } from './event-counts.ts'
import type { Explainer } from './explainer.ts'
import type { LineOutcome, Rejected } from './explanation.ts'
import { NameCounts } from './name-counts.ts'
import { nameFields } from './name-fields.ts'
import { type Failure, nearestRule } from './nearest-rule.ts'
import type { Updates } from './updates.ts'

const MAX_NAMES = 1000
const MAX_FILES = 20
/** Of each name so many events are asked why rules did not take them. */
export const MAX_TRACED = 500

export interface RejectCounts {
  readonly reason: string
  readonly first: string
  readonly example: Rejected
  readonly text: string
  readonly hint: string | undefined
  count: number
}

export interface SkipCounts {
  readonly metric: string
  readonly reason: SkipReason
  readonly first: string
  count: number
}

export class Summary {
  readonly files: string[] = []
  fileCount = 0
  lineCount = 0
  bytes = 0
  otherEvents = 0
  /** Messages by what was around them, and how many of those came in parts. */
  readonly envelopes = new Map<EnvelopeKind | 'none', { messages: number; joined: number }>()
  /** Messages by what they were read as. */
  readonly formats = new Map<LineFormat['name'], number>()
  readonly outcomes: Record<LineOutcome, number> = { mapped: 0, unmatched: 0, unmapped: 0, dropped: 0, rejected: 0, blank: 0 }
  readonly rejects = new Map<string, RejectCounts>()
  /** By name as it is shown; undefined: without one. */
  readonly events = new Map<string | undefined, EventCounts>()
  readonly skips = new Map<string, SkipCounts>()
  /** Of each rule as it is written, however many mappings have it. */
  readonly hits = new Map<Rule, number>()
  readonly updates = new Map<string, number>()
  readonly ruleFailures = new Map<Rule, FailureCounts>()
  /** Of events without a name, and of those whose name no rule waits for. */
  readonly namesOfNameless = new NameCounts()
  readonly namesOfUnmapped = new NameCounts()
  /** Where the mapping looks for names, as it says it. */
  namePaths = ''
  readonly #explainer: Explainer
  readonly #mappings: Mappings
  readonly #updates: Updates
  #place: () => string = () => ''

  constructor(explainer: Explainer, mappings: Mappings, updates: Updates) {
    this.#explainer = explainer
    this.#mappings = mappings
    this.#updates = updates
    updates.onUpdate = (rule, skipped) => this.#update(rule, skipped)
  }

  addFile(file: string): void {
    if (this.fileCount++ < MAX_FILES) this.files.push(this.#explainer.logText.text(file || '-', undefined, 500))
  }

  /** Before each line is applied: its updates are placed there. */
  expect(place: () => string): void {
    this.#place = place
  }

  add(line: AppliedLine): void {
    if (line.eventIndex === 0) this.lineCount++
    this.bytes += line.bytes
    this.outcomes[line.outcome]++
    if (line.eventIndex === 0 && line.text !== undefined && line.outcome !== 'blank' && line.reason !== 'bad_envelope')
      this.#addKind(line)
    if (line.outcome === 'rejected') this.#addReject(line)
    else if (line.outcome !== 'blank') this.#addEvent(line)
  }

  #addKind({ wrapping, format: { name } }: AppliedLine): void {
    this.formats.set(name, (this.formats.get(name) ?? 0) + 1)
    const kind = wrapping?.kind ?? 'none'
    const counts = this.envelopes.get(kind) ?? { messages: 0, joined: 0 }
    this.envelopes.set(kind, counts)
    counts.messages++
    if (wrapping !== undefined && wrapping.partCount > 1) counts.joined++
  }

  #addReject(line: AppliedLine): void {
    const known = this.rejects.get(line.reason!)
    if (known !== undefined) {
      known.count++
      return
    }
    const { rejected, text, hints } = this.#explainer.tell(line)
    this.rejects.set(line.reason!, {
      reason: line.reason!,
      first: this.#place(),
      example: rejected!,
      text,
      hint: hints[0]?.message,
      count: 1,
    })
  }

  #addEvent({ name, outcome }: AppliedLine): void {
    for (const hit of this.#updates.rules) {
      const rule = this.#mappings.asWritten(hit)
      this.hits.set(rule, (this.hits.get(rule) ?? 0) + 1)
    }
    const counts = this.#countsOf(name)
    if (counts === undefined) {
      this.otherEvents++
      return
    }
    counts.count++
    if (outcome === 'rejected' || outcome === 'blank') return
    counts.outcomes[outcome]++
    if (outcome === 'dropped' || counts.tracedCount++ >= MAX_TRACED) return
    if (outcome === 'unmapped') this.#addNames(name)
    else this.#addFailures(counts, this.#explainer.trace(1))
  }

  #countsOf(name: string | undefined): EventCounts | undefined {
    const shown = name === undefined ? undefined : this.#explainer.logText.text(name)
    const known = this.events.get(shown)
    if (known !== undefined) return known
    if (this.events.size >= MAX_NAMES && name !== undefined && !this.#mappings.waitsFor(name)) return undefined
    const counts = new EventCounts(this.#place())
    this.events.set(shown, counts)
    return counts
  }

  #addNames(name: string | undefined): void {
    this.namePaths ||= this.#explainer.nameSource()
    const fields = nameFields(this.#explainer.event(), (text) => this.#mappings.waitsFor(text))
    if (name === undefined) this.namesOfNameless.add(fields)
    else this.namesOfUnmapped.add(fields.filter((field) => field.isKnown))
  }

  #addFailures(counts: EventCounts, { rules }: EventTrace): void {
    const near = nearestRule(rules)
    if (near !== undefined) this.#addFailure(counts.failures, near.trace.rule, near.failure)
    for (const trace of rules) {
      const rule = this.#mappings.asWritten(trace.rule)
      if (this.hits.has(rule) || trace.isTaken) continue
      const failure = nearestRule([trace])?.failure
      if (failure === undefined) continue
      const failures = this.ruleFailures.get(rule) ?? new FailureCounts()
      this.ruleFailures.set(rule, failures)
      this.#addFailure(failures, rule, failure)
    }
  }

  #addFailure(failures: FailureCounts, rule: Rule, failure: Failure): void {
    const { place } = rule.takes
    const key = `${place.file} ${place.path?.join('.')} ${keyOf(failure)}`
    failures.add(rule, key, () =>
      failure.kind === 'condition'
        ? conditionText(this.#explainer.values().standOn(failure.on).condition(failure.failed))
        : `each ${failure.path}: no elements`,
    )
  }

  #update(rule: Rule, skipped: SkipReason | undefined): void {
    if (skipped === undefined) {
      this.updates.set(rule.metric, (this.updates.get(rule.metric) ?? 0) + 1)
      return
    }
    const key = `${rule.metric} ${skipped}`
    const known = this.skips.get(key)
    if (known !== undefined) known.count++
    else this.skips.set(key, { metric: rule.metric, reason: skipped, first: this.#place(), count: 1 })
  }
}

/** What was asked, without what was found. */
function keyOf(failure: Failure): string {
  if (failure.kind === 'no_elements') return failure.path
  const { failed } = failure
  if (failed.kind === 'test') return `${failed.path} ${failed.asks}`
  return `${failed.kind} ${failed.parts.length}`
}
