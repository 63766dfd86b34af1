/** What was added up → what is told of it: names compared, rules without hits explained, the likeliest cause first. */
import type { LineFormat } from '../decode/format/line-format.ts'
import { WHY_FOUND as WHY_FOUND_FORMAT } from '../decode/format/tells.ts'
import { alike } from '../diag/suggest.ts'
import type { Mappings } from '../mapping/mappings.ts'
import type { Rule } from '../mapping/rule.ts'
import type { Family } from '../registry/family.ts'
import type { ValueSpec } from '../select/spec.ts'
import type { EventCounts } from './event-counts.ts'
import type { Hint } from './explanation.ts'
import { listed } from './hints.ts'
import { harmless, type LogText } from './log-text.ts'
import { type Ills, mendingOf, scalar } from './mending.ts'
import type { PathCount } from './name-counts.ts'
import { nearEventName } from './near-name.ts'
import { MAX_TRACED, type RejectCounts, type Summary } from './summary.ts'
import type { EventsTold, MetricTold, RuleHitsTold, SummaryTold } from './summary-told.ts'
import type { Locate } from './tell-rule.ts'

export interface SummaryContext {
  readonly mappings: Mappings
  readonly sourceWords: ReadonlyMap<string, readonly string[]>
  readonly families: readonly Family[]
  readonly logText: LogText
  readonly locate: Locate
  /** Updates of a metric that went to a series with `_other` labels. */
  readonly overflowOf: (metric: string) => number
  /** How the mapping reads an event's name, and the texts that it is made of, what is included first. */
  readonly nameSpec: ValueSpec
  readonly mappingFiles: readonly string[]
  /** As the mapping says it: `auto`, or what every line must have. */
  readonly envelope: string
  /** Formats that the mapping says, of all logs or of some. */
  readonly saidFormats: ReadonlySet<LineFormat['name']>
}

const MAX_SHOWN_EXAMPLES = 3
/** Part of the unmapped events that must have a known name elsewhere. */
const LEAST_ELSEWHERE = 0.1

export function tellSummary(summary: Summary, context: SummaryContext): SummaryTold {
  const { files, fileCount, lineCount, bytes, outcomes, otherEvents } = summary
  const mending = mendingOf(context.nameSpec, illsOf(summary, context), context.mappingFiles)
  return {
    files,
    fileCount,
    ...sourcesOf(context),
    lines: lineCount,
    bytes,
    outcomes,
    envelopes: envelopesOf(summary, context),
    formats: formatsOf(summary, context),
    rejected: [...summary.rejects.values()].map(({ hint, ...told }) => told).sort((a, b) => b.count - a.count),
    events: [...summary.events].map(([name, counts]) => eventsOf(name, counts, context)).sort((a, b) => b.count - a.count),
    otherEvents,
    skipped: [...summary.skips.values()].sort((a, b) => b.count - a.count),
    rules: context.mappings.rules.map((rule) => ruleHits(rule, summary, context)),
    metrics: context.families.map((family) => metricOf(family, summary, context)),
    hints: hintsOf(summary, context),
    ...(mending === undefined ? {} : { mending }),
  }
}

function sourcesOf({ sourceWords }: SummaryContext): Pick<SummaryTold, 'sources'> {
  const special = [...sourceWords].filter(([, words]) => words.length > 0)
  const sources = special.map(([name, words]) => ({ name: harmless(name), is: words.map(harmless) }))
  return sources.length === 0 ? {} : { sources }
}

const WHY_FOUND = {
  docker: "the lines are records of Docker's json-file driver",
  cri: 'the lines begin as a Kubernetes runtime writes them: time, stream, P or F',
  compose: 'the first line that told anything begins with a name, two blanks and a bar',
  none: 'the lines have no such shape',
} as const

function envelopesOf({ envelopes }: Summary, { envelope }: SummaryContext): SummaryTold['envelopes'] {
  if ([...envelopes.keys()].every((kind) => kind === 'none')) return []
  const why = (kind: keyof typeof WHY_FOUND) => (envelope === kind ? `input.envelope is ${envelope}` : WHY_FOUND[kind])
  const told = [...envelopes].map(([kind, counts]) => ({ kind, ...counts, why: why(kind) }))
  return told.sort((a, b) => b.messages - a.messages)
}

function formatsOf({ formats }: Summary, { saidFormats }: SummaryContext): SummaryTold['formats'] {
  if ([...formats.keys()].every((name) => name === 'json')) return []
  const why = (name: LineFormat['name']) => (saidFormats.has(name) ? `input.format is ${name}` : WHY_FOUND_FORMAT[name])
  const told = [...formats].map(([name, messages]) => ({ name, messages, why: why(name) }))
  return told.sort((a, b) => b.messages - a.messages)
}

function eventsOf(name: string | undefined, counts: EventCounts, { mappings, locate }: SummaryContext): EventsTold {
  const { count, outcomes, first, failures } = counts
  const failed = outcomes.unmatched === 0 ? undefined : failures.commonest()
  const near = name === undefined || outcomes.unmapped === 0 ? [] : alike(name, namesOfRules(mappings))
  return {
    name: name ?? null,
    count,
    ...outcomes,
    first,
    ...(failed && {
      failed: { metric: failed.rule.metric, place: locate(failed.rule.takes.place), condition: failed.text, count: failed.count },
    }),
    ...(near.length === 0 ? {} : { near: near.map(harmless) }),
  }
}

function namesOfRules(mappings: Mappings): readonly string[] {
  return mappings.eventNames.filter((name) => mappings.waitsFor(name))
}

function ruleHits(rule: Rule, summary: Summary, { locate }: SummaryContext): RuleHitsTold {
  const hits = summary.hits.get(rule) ?? 0
  const events = rule.takes.events?.map(harmless) ?? null
  const told = { metric: rule.metric, place: locate(rule.takes.place), events, hits }
  return hits > 0 ? told : { ...told, why: whyNoHits(rule, summary) }
}

function whyNoHits(rule: Rule, summary: Summary): string {
  const { events } = rule.takes
  if (rule.isOpen) return 'counts no event: it shows what is open, see its series'
  if (events !== undefined && !events.some((name) => summary.events.has(name))) return `no event is called ${listed(events)}`
  const failure = summary.ruleFailures.get(rule)?.commonest()
  return failure === undefined ? 'no event came to it' : failure.text
}

function metricOf({ spec, store }: Family, summary: Summary, { overflowOf }: SummaryContext): MetricTold {
  const skips = [...summary.skips.values()].filter(({ metric }) => metric === spec.name)
  return {
    name: spec.name,
    type: spec.type,
    series: store.seriesCount,
    updates: summary.updates.get(spec.name) ?? 0,
    skipped: skips.reduce((sum, { count }) => sum + count, 0),
    overflowed: overflowOf(spec.name),
  }
}

/** What concerns most lines first. */
function hintsOf(summary: Summary, context: SummaryContext): Hint[] {
  const events = [...namelessHint(summary, context), ...elsewhereHint(summary, context), ...unknownHint(summary, context)]
  const rejects = rejectHints([...summary.rejects.values()])
  return 2 * summary.outcomes.rejected > summary.lineCount ? [...rejects, ...events] : [...events, ...rejects]
}

/** What causes rejects, each cause once. */
function rejectHints(rejects: readonly RejectCounts[]): Hint[] {
  const byHint = new Map<string, RejectCounts[]>()
  for (const reject of rejects) {
    if (reject.hint !== undefined) byHint.set(reject.hint, [...(byHint.get(reject.hint) ?? []), reject])
  }
  return [...byHint].map(([hint, of]) => {
    const counts = of.map(({ reason, count }) => `${count} ${reason}`).join(', ')
    return { kind: 'rejected', message: `${counts}: ${hint}` }
  })
}

function namelessHint(summary: Summary, { logText, nameSpec }: SummaryContext): Hint[] {
  const { events, namePaths } = summary
  const nameless = events.get(undefined)?.outcomes.unmapped ?? 0
  if (nameless === 0) return []
  const none = `${nameless} event${nameless === 1 ? ' has' : 's have'} no name (looked at ${namePaths})`
  const best = likelyName(summary)
  if (best === undefined)
    return [{ kind: 'name_missing', message: `${none}, and no field that most of them have looks like one` }]
  return [
    {
      kind: 'name_missing',
      message: `${none}; ${countText(best, logText)}`,
      set: `${keyOf(nameSpec)}: [${namePaths}, ${scalar(logText.text(best.path))}]`,
    },
  ]
}

/** Where the name of events without one may stand: in most of them, or with names that rules wait for. */
function likelyName({ events, namesOfNameless }: Summary): PathCount | undefined {
  const best = namesOfNameless.best()
  const nameless = Math.min(events.get(undefined)?.outcomes.unmapped ?? 0, MAX_TRACED)
  return best !== undefined && (best.knownCount > 0 || 2 * best.count >= nameless) ? best : undefined
}

function keyOf(nameSpec: ValueSpec): string {
  return typeof nameSpec === 'object' && Object.keys(nameSpec).length > 1 ? 'input.event_name.path' : 'input.event_name'
}

function elsewhereHint(summary: Summary, { logText, nameSpec }: SummaryContext): Hint[] {
  const best = nameElsewhere(summary)
  if (best === undefined) return []
  const message = `rules wait for names that stand elsewhere: ${countText(best, logText)}`
  const set = `${keyOf(nameSpec)}: [${scalar(logText.text(best.path))}, ${summary.namePaths}]`
  return [{ kind: 'name_elsewhere', message, set }]
}

/** Of a few lines it is chance, or somebody's forgery. */
function nameElsewhere({ namesOfUnmapped, outcomes }: Summary): PathCount | undefined {
  const best = namesOfUnmapped.best()
  return best !== undefined && best.knownCount >= LEAST_ELSEWHERE * outcomes.unmapped ? best : undefined
}

/**
 * Only what makes more events count, and only of texts that are shown as they stand: a masked or cut one would mend nothing.
 */
function illsOf(summary: Summary, { mappings, logText }: SummaryContext): Ills {
  const [missing, elsewhere] = [likelyName(summary), nameElsewhere(summary)]
  const known = namesOfRules(mappings)
  const meant = (names: Iterable<string>): (readonly [string, string])[] =>
    [...names].flatMap((name) => {
      const near = isWhole(name, logText) ? nearEventName(name, known) : undefined
      return near?.isSpelling === true && near.name !== name ? [[name, near.name] as const] : []
    })
  const unmapped = [...summary.events].flatMap(([name, { outcomes }]) =>
    name !== undefined && outcomes.unmapped > 0 ? [name] : [],
  )
  const nameless = meant(missing?.examples ?? [])
  const pathsOf = (found: PathCount | undefined): string[] =>
    found !== undefined && isWhole(found.path, logText) ? [found.path] : []
  return {
    names: [...new Map([...meant(unmapped), ...nameless])],
    paths: missing !== undefined && (missing.knownCount > 0 || nameless.length > 0) ? pathsOf(missing) : [],
    firstPaths: pathsOf(elsewhere),
  }
}

function isWhole(text: string, logText: LogText): boolean {
  return logText.text(text) === text && !/[…\ufffd]|\[masked\]/.test(text)
}

function unknownHint({ outcomes, events, namesOfUnmapped }: Summary, { mappings }: SummaryContext): Hint[] {
  const isNothingKnown = outcomes.unmapped > 0 && outcomes.mapped + outcomes.unmatched + outcomes.dropped === 0
  const isNamed = [...events.keys()].some((name) => name !== undefined)
  if (!isNothingKnown || !isNamed || namesOfUnmapped.best() !== undefined) return []
  const message = `this mapping knows none of the events of this log; its rules wait for ${listed(namesOfRules(mappings))}`
  return [{ kind: 'known_events', message }]
}

function countText({ path, count, knownCount, examples }: PathCount, logText: LogText): string {
  const shown = [...examples]
    .slice(0, MAX_SHOWN_EXAMPLES)
    .map((text) => JSON.stringify(logText.text(text, path)))
    .join(', ')
  const known = knownCount === 0 ? '' : `, ${knownCount} of them a name that rules wait for`
  return `${logText.text(path)} is there in ${count}${known}, such as ${shown}`
}
