/** What needs a look, most urgent first, each with how to go on. */

import { shownText } from './examples.ts'
import type { PageFacts } from './facts.ts'
import { bytes, counted } from './figures.ts'
import type { KeyTableView, Level, MetricView, SourceView, Warning } from './model.ts'
import type { Places } from './places.ts'
import type { RateSampler } from './rate-sampler.ts'

const MAX_OF_A_KIND = 20
const MAX_MESSAGE_LENGTH = 500
/** Share of its limit at which a metric is said to be nearly full. */
const NEARLY_FULL = 0.8
/** What a container's log needs is said with what was found. */
const CURES: Readonly<Record<string, string>> = {
  docker: 'Containers are looked for again every second.',
  kubernetes: 'Logs of pods are looked for again every second.',
}
const URGENCY: readonly Level[] = ['bad', 'warning', 'note', 'ok']

export interface WarningFacts {
  readonly facts: PageFacts
  readonly places: Places
  readonly sampler: RateSampler
  readonly sources: readonly SourceView[]
  readonly metrics: readonly MetricView[]
  readonly keys: readonly KeyTableView[]
}

export function warningsOf(given: WarningFacts): Warning[] {
  const { facts, sources, metrics, keys, sampler } = given
  const all = [
    ...sources.flatMap((source) => sourceWarnings(source, sampler.paceOf(source.name).isFallingBehind)).slice(0, MAX_OF_A_KIND),
    ...metrics.flatMap(metricWarnings).slice(0, MAX_OF_A_KIND),
    ...keys.flatMap(keyWarnings),
    ...mappingWarnings(given).slice(0, MAX_OF_A_KIND),
    ...standingWarnings(facts),
  ]
  return all.sort((a, b) => URGENCY.indexOf(a.level) - URGENCY.indexOf(b.level))
}

function sourceWarnings(source: SourceView, isFallingBehind: boolean): Warning[] {
  const found: Warning[] = source.problems.map((problem) => ({
    level: source.state === 'down' ? 'bad' : 'warning',
    text: `Source ${source.name}: ${problem}.`,
    cure: CURES[source.kind] ?? 'Paths are looked for again every second: correct the path, or start what writes the log.',
    anchor: 'sources',
  }))
  if (source.unreadableFiles > 0)
    found.push({
      level: 'warning',
      text: `Source ${source.name}: ${counted(source.unreadableFiles, 'file')} cannot be opened.`,
      cure: 'The exporter needs the right to read them; it tries again every ten seconds. Its own log names them.',
      anchor: 'sources',
    })
  if (source.waitingFiles > 0)
    found.push({
      level: 'warning',
      text: `Source ${source.name}: ${counted(source.waitingFiles, 'file')} not read yet, for want of file descriptors.`,
      cure: 'Deleted logs that are not read to their end hold them all. Allow the process more (`ulimit -n`, or LimitNOFILE= in its unit).',
      anchor: 'sources',
    })
  if (isFallingBehind)
    found.push({
      level: 'warning',
      text: `Source ${source.name} falls behind: ${bytes(source.lagBytes)} are not read, and it grows.`,
      cure: 'More is written than one core can count: split the logs over several exporters.',
      anchor: 'sources',
    })
  return found
}

function metricWarnings({ name, series, maxSeries, overflow, type }: MetricView): Warning[] {
  if (overflow > 0)
    return [
      {
        level: 'warning',
        text: `${name}: ${counted(overflow, 'update')} went to series with _other labels, since a limit is reached.`,
        cure: 'See which label has many values; bound it with one_of, map or max_values, or raise max_series.',
        anchor: 'metrics',
      },
    ]
  if (series < maxSeries * NEARLY_FULL) return []
  const then = type === 'gauge' || type === 'info' ? 'new series are refused' : 'new label values become _other'
  return [
    {
      level: 'warning',
      text: `${name} has ${series} of ${maxSeries} series; past it ${then}.`,
      cure: 'See which label has many values.',
      anchor: 'metrics',
    },
  ]
}

function keyWarnings({ table, limit, evictions }: KeyTableView): Warning[] {
  if (evictions === 0) return []
  return [
    {
      level: 'warning',
      text: `${table}: ${counted(evictions, 'key')} went, since ${limit} are there (limits.keys).`,
      cure: 'A key that comes back counts nothing at first, under reason forgotten. Raise limits.keys: a key takes about 100 bytes.',
      anchor: 'metrics',
    },
  ]
}

function mappingWarnings({ facts, places }: WarningFacts): Warning[] {
  return facts.diagnostics.map(({ message, hint, place }) => ({
    level: 'warning',
    text: `The mapping: ${shownText(message, facts.masks, MAX_MESSAGE_LENGTH)}.`,
    ...(hint === undefined ? {} : { cure: shownText(hint, facts.masks, MAX_MESSAGE_LENGTH) }),
    place: places.view(place),
  }))
}

/** What holds as long as the exporter runs like this. */
function standingWarnings(facts: PageFacts): Warning[] {
  const missing = facts.missingProtection()
  const open: Warning = {
    level: 'warning',
    text: `Other machines can reach this address, without ${missing}.`,
    cure: 'Whoever reaches it, or listens in, reads the metrics and this page. --web.config.file has both, 127.0.0.1 needs neither.',
  }
  return [
    ...(missing === undefined ? [] : [open]),
    ...reloadWarnings(facts),
    ...webConfigWarnings(facts),
    ...durabilityWarnings(facts),
  ]
}

/** Of a mapping that was loaded once. */
function reloadWarnings({ own }: PageFacts): Warning[] {
  if (own.reloadSuccessful.at().value > 0 || own.reloadSuccess.at().value === 0) return []
  return [
    {
      level: 'warning',
      text: 'The mapping was not taken when it was last read, as it has errors; the one before is in force.',
      cure: 'Its own log names them; agentlog-exporter check FILE shows all of them.',
      anchor: 'mapping',
    },
  ]
}

function webConfigWarnings({ own, masks }: PageFacts): Warning[] {
  const broken = [...own.webConfigSuccessful.cells()].filter(([, isTaken]) => isTaken === 0)
  return broken.map(([[file]]) => ({
    level: 'warning',
    text: `The web configuration ${shownText(file!, masks, MAX_MESSAGE_LENGTH)} was not taken when it was last read; the one before is in force.`,
    cure: 'Its own log says why; agentlog-exporter check --web.config.file FILE shows all its mistakes.',
  }))
}

function durabilityWarnings({ own, keepsState }: PageFacts): Warning[] {
  if (!keepsState)
    return [
      {
        level: 'note',
        text: 'Numbers live in memory only.',
        cure: 'After a restart the files are read again from their start and counters begin anew. --state.dir DIR keeps both.',
      },
    ]
  if (own.stateDurable.at().value > 0) return []
  return [
    {
      level: 'bad',
      text: 'The durable record cannot be written, so numbers live in memory.',
      cure: 'The own log says why: a full or read-only disk, or rights. Once it works again, everything since then is kept.',
    },
  ]
}
