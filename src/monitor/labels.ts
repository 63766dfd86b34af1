/** What a mapping says of the labels of a metric: their names in Prometheus, the texts that it knows, and which of them tell success from failure. */
import type { RuleSpec } from '../mapping/spec.ts'
import { isLong } from '../select/path-words.ts'
import type { Scalar, ValueSpec } from '../select/spec.ts'
import { NO_LABELS } from './promql.ts'

export interface LabelFacts {
  /** As Prometheus shows it: a target's own label wins, and ours is then called `exported_…`. */
  readonly name: string
  /** Texts that stand in the mapping. */
  readonly texts: readonly string[]
  /** Whether all that the label can be stands in the mapping. */
  readonly isClosed: boolean
}

/** The label that says how an event ended. */
export interface Outcome {
  readonly label: string
  /** Texts that say it failed; empty: the mapping does not name them, and `OPEN_FAILURES` are looked for. */
  readonly failures: readonly string[]
}

const OF_TARGETS = ['job', 'instance']
const GOOD = /^(?:success|succeeded|successful|ok|completed?|done|passed|2\d\d|2xx)$/i
const BAD = /^(?:err|errors?|fail|failed|failure|time(?:d_)?out|timed out|exception|crash(?:ed)?|fatal|panic|5\d\d|5xx)$/i
const TRUTHS = ['true', 'false']
const NAMED_OUTCOME = /^(?:status|outcome|result|(?:http_)?(?:status_)?code)$/
/** A regular expression for labels whose texts are the log's: failures by word, and HTTP's. */
export const OPEN_FAILURES = '(?i:error|errors|failed|failure|timeout|5..)'

/** In the order in which the rules first name them; without those that no expression can name. */
export function labelsOf(rules: readonly RuleSpec[]): LabelFacts[] {
  const byName = new Map<string, { texts: string[]; isClosed: boolean }>()
  const add = (name: string, texts: readonly string[], isClosed: boolean): void => {
    const known = byName.get(name) ?? { texts: [], isClosed: true }
    byName.set(name, { texts: [...known.texts, ...texts], isClosed: known.isClosed && isClosed })
  }
  for (const { labels, split } of rules) {
    for (const { name, spec } of labels) add(name, textsOf(spec), isClosedSet(spec))
    if (split !== undefined)
      add(
        split.label,
        split.entries.map(({ text }) => text),
        true,
      )
  }
  const nameable = [...byName].filter(([name]) => !NO_LABELS.test(name))
  return nameable.map(([name, { texts, isClosed }]) => ({
    name: OF_TARGETS.includes(name) ? `exported_${name}` : name,
    texts: [...new Set(texts)],
    isClosed,
  }))
}

export function outcomeOf(labels: readonly LabelFacts[]): Outcome | undefined {
  for (const label of labels) {
    const failures = failuresOf(label)
    if (failures !== undefined) return { label: label.name, failures }
  }
  const open = labels.find(({ name, texts, isClosed }) => !isClosed && texts.every(isVague) && NAMED_OUTCOME.test(name))
  return open && { label: open.name, failures: [] }
}

/** undefined: the label does not tell failures, as far as its texts are known. */
function failuresOf({ name, texts }: LabelFacts): readonly string[] | undefined {
  if (TRUTHS.every((truth) => texts.includes(truth))) {
    if (/^(?:success|successful|succeeded|ok)$/.test(name)) return ['false']
    return /^(?:failed|failure|error|is_error)$/.test(name) ? ['true'] : undefined
  }
  const bad = texts.filter((text) => BAD.test(text))
  return bad.length > 0 && texts.some((text) => GOOD.test(text)) ? bad : undefined
}

function isVague(text: string): boolean {
  return text === '' || text === 'unknown' || text === 'other'
}

function textsOf(spec: ValueSpec): readonly string[] {
  if (typeof spec === 'string') return []
  if (!isLong(spec)) return [String(spec)]
  const mapped = spec.one_of ?? [...Object.values(spec.map ?? {}), ...(spec.map_re ?? []).map(([, to]) => to)]
  const given: readonly (Scalar | undefined)[] = [spec.const, ...mapped, spec.else, spec.default]
  return given.flatMap((text) => (text === undefined ? [] : [String(text)]))
}

function isClosedSet(spec: ValueSpec): boolean {
  if (typeof spec === 'string') return false
  if (!isLong(spec) || spec.const !== undefined || spec.one_of !== undefined) return true
  return (spec.map !== undefined || spec.map_re !== undefined) && spec.else !== undefined
}
