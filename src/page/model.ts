/** What the page shows, as plain data: all texts of a log in it are masked and cut already, none is escaped yet. */

import type { Mending } from '../explain/mending.ts'

/** `note`: good to know; `warning`: look at it; `bad`: numbers are missing now. */
export type Level = 'ok' | 'note' | 'warning' | 'bad'

export interface PageModel {
  readonly version: string
  readonly atMs: number
  readonly uptimeSeconds: number
  /** Path of the metrics, from the root. */
  readonly telemetryPath: string | undefined
  readonly status: Status
  readonly flow: Flow
  readonly warnings: readonly Warning[]
  readonly sources: readonly SourceView[]
  readonly events: readonly EventView[]
  readonly hiddenEvents: number
  readonly mending: Mending | undefined
  /** Fields of nameless events that may be their name. */
  readonly nameFields: readonly NameField[]
  /** How the mapping reads an event's name, as the user wrote it. */
  readonly eventNameSpec: string
  readonly rules: readonly RuleView[]
  readonly rejects: readonly LossView[]
  readonly skips: readonly LossView[]
  readonly metrics: readonly MetricView[]
  readonly kept: KeptView
  /** Empty where the mapping remembers none. */
  readonly keys: readonly KeyTableView[]
}

export interface Status {
  readonly level: Level
  /** One sentence, without numbers that change: it is read aloud when it changes. */
  readonly sentence: string
  /** Where to look, as an anchor of the page. */
  readonly anchor?: string
}

/** What became of all that came, from lines to series. */
export interface Flow {
  readonly lines: number
  readonly blank: number
  readonly rejected: number
  readonly events: number
  readonly unmapped: number
  readonly unmatched: number
  readonly dropped: number
  /** History that was read and counts nothing: not among the events. */
  readonly primed: number
  readonly mapped: number
  readonly skipped: number
  readonly series: number
  readonly maxSeries: number
  readonly overflow: number
  readonly lineRate: number
}

export interface Warning {
  readonly level: Level
  readonly text: string
  /** How to go on. */
  readonly cure?: string
  readonly anchor?: string
  readonly place?: PlaceView
}

/** Where something stands in the mapping that is shown below. */
export interface PlaceView {
  /** `agent.yaml:36`. */
  readonly text: string
  /** The id of its line on the page; missing if that line is not shown. */
  readonly anchor?: string
}

export interface SourceView {
  readonly name: string
  readonly kind: string
  readonly patterns: readonly string[]
  readonly state: 'reading' | 'behind' | 'idle' | 'down'
  readonly openFiles: number
  readonly rotatedFiles: number
  readonly unreadableFiles: number
  /** That are read; of Docker alone. */
  readonly containers?: number
  /** There, and not read yet: all file descriptors are held by others. */
  readonly waitingFiles: number
  readonly lagBytes: number
  readonly lagSeconds: number
  readonly lines: number
  /** Lines per second, over the last 10 and 60 seconds. */
  readonly rate10: number
  readonly rate60: number
  /** Lines in each of the last seconds, oldest first. */
  readonly history: readonly number[]
  /** By the log's own clock; undefined: no event yet. */
  readonly lastEventMs: number | undefined
  /** What is special about the mapping that its lines go through. */
  readonly mapping: readonly string[]
  readonly problems: readonly string[]
  readonly streams: readonly StreamView[]
  readonly hiddenStreams: number
}

export interface StreamView {
  readonly name: string
  readonly readBytes: number
  /** What its lines are wrapped in; missing: nothing, as far as they have told. */
  readonly envelope?: string
  /** What its lines are written in, if not all JSON, and why it is taken to be so; without: the mapping says it. */
  readonly format?: { readonly name: string; readonly why?: string }
}

export interface ExampleView {
  /** Masked and cut. */
  readonly text: string
  readonly from: string
  readonly ageSeconds: number
}

export interface EventView {
  /** Stays with the name over refreshes; no text of the log. */
  readonly key: string
  readonly name: string
  /** `unseen`: rules wait for it and it has not come. */
  readonly state: 'mapped' | 'unmatched' | 'unmapped' | 'dropped' | 'unseen'
  readonly isNameless: boolean
  /** All names together that are not told apart. */
  readonly isOthers: boolean
  readonly counts: { readonly mapped: number; readonly unmatched: number; readonly unmapped: number; readonly dropped: number }
  /** Seconds since the newest example was kept. */
  readonly ageSeconds: number | undefined
  /** Of an unmapped event: a name that rules wait for and that looks like it, and where. */
  readonly near: { readonly name: string; readonly place: PlaceView | undefined } | undefined
  /** Of an unmatched event: per rule what did not hold for the example. */
  readonly reasons: readonly { readonly metric: string; readonly why: string; readonly place: PlaceView }[]
  readonly examples: readonly { readonly outcome: string; readonly example: ExampleView }[]
}

export interface NameField {
  readonly path: string
  /** The name that rules wait for and that stands there; undefined if what stands there is unknown to them. */
  readonly knownName: string | undefined
}

export interface RuleView {
  readonly metric: string
  readonly type: string
  readonly place: PlaceView
  /** Names of events; none: every event. */
  readonly events: readonly string[]
  readonly hiddenEvents: number
  readonly where: string | undefined
  readonly each: string | undefined
  readonly hits: number
  /** For a rule that was never hit: why, as far as counts tell. */
  readonly why: string | undefined
}

export interface LossView {
  /** The metric, for a skipped update. */
  readonly metric: string | undefined
  readonly reason: string
  readonly meaning: string
  readonly count: number
  /** What is wrong with the example of a rejected line. */
  readonly why: string | undefined
  readonly example: ExampleView | undefined
}

export interface MetricView {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly series: number
  /** Of them, not shown as they are silent. */
  readonly hidden: number
  readonly maxSeries: number
  readonly overflow: number
  readonly skipped: number
  readonly labels: readonly LabelView[]
}

export interface LabelView {
  readonly name: string
  readonly valueCount: number
  readonly top: readonly { readonly text: string; readonly series: number }[]
  /** Only so many values were looked at. */
  readonly isPartial: boolean
}

/** Keys that are remembered between events. */
export interface KeyTableView {
  /** As in `agentlog_keys`. */
  readonly table: string
  readonly keys: number
  readonly limit: number
  readonly evictions: number
}

/** A text of the mapping, as its writer wrote it but masked. Its lines have ids `m<index>-<line>`. */
export interface MappingFileView {
  readonly name: string
  readonly index: number
  readonly lines: readonly string[]
  readonly hiddenLines: number
}

/** What is remembered and derived. */
export interface KeptView {
  /** `unit`: of sources that use mappings of their own; else empty. */
  readonly items: readonly { readonly name: string; readonly unit: string; readonly kind: string; readonly keys: number }[]
  readonly keys: number
  readonly limit: number
  readonly evicted: number
}
