/** How each source stands: state, files, what is left to read, how fast it comes. */
import { shownText } from './examples.ts'
import type { PageFacts, SourceFact } from './facts.ts'
import type { SourceView } from './model.ts'
import type { RateSampler } from './rate-sampler.ts'

const MAX_STREAMS = 20
const MAX_PROBLEMS = 10
const MAX_PATH_LENGTH = 500
/** A source without a new line for so long is quiet. */
const QUIET_SAMPLES = 60

export function gatherSources(facts: PageFacts, sampler: RateSampler): SourceView[] {
  const positions = facts.pipeline.positions()
  const shown = (text: string): string => shownText(text, facts.masks, MAX_PATH_LENGTH)
  return facts.sources.map((source) => {
    const streams = positions.flatMap(({ origin, checkpoint, envelope, format }) =>
      origin?.source === source.name ? [{ origin, checkpoint, envelope, format: format?.() }] : [],
    )
    return {
      ...numbersOf(facts, source),
      ...paceOf(facts, source, sampler),
      name: source.name,
      kind: source.kind,
      patterns: source.patterns.map(shown),
      mapping: (source.mapping ?? []).map(shown),
      problems: source.problems().slice(0, MAX_PROBLEMS).map(shown),
      streams: streams.slice(0, MAX_STREAMS).map(({ origin, checkpoint, envelope, format }) => ({
        name: shown(origin.file || 'standard input'),
        readBytes: checkpoint,
        ...(envelope === undefined || envelope === 'none' ? {} : { envelope }),
        ...(format === undefined || format.name === 'json' ? {} : { format }),
      })),
      hiddenStreams: Math.max(0, streams.length - MAX_STREAMS),
    }
  })
}

function numbersOf({ own }: PageFacts, { name, kind }: SourceFact) {
  const lines = own.lines.at(name, 'event').value + own.lines.at(name, 'blank').value + own.lines.at(name, 'rejected').value
  const lastEventSeconds = own.lastEvent.at(name).value
  return {
    openFiles: own.sourceFiles.at(name, 'open').value,
    rotatedFiles: own.sourceFiles.at(name, 'rotated').value,
    unreadableFiles: own.sourceFiles.at(name, 'unreadable').value,
    waitingFiles: own.sourceFiles.at(name, 'waiting').value,
    lagBytes: own.lagBytes.at(name).value,
    lagSeconds: own.lagSeconds.at(name).value,
    ...(kind === 'docker' ? { containers: own.dockerContainers.at(name, 'reading').value } : {}),
    lines,
    lastEventMs: lastEventSeconds === 0 ? undefined : lastEventSeconds * 1000,
  }
}

function paceOf({ own }: PageFacts, { name }: SourceFact, sampler: RateSampler) {
  const { rate10, rate60, history } = sampler.paceOf(name)
  const isQuiet = history.slice(-QUIET_SAMPLES).every((lines) => lines === 0)
  const isUp = own.sourceUp.at(name).value > 0
  const state = !isUp ? 'down' : own.lagBytes.at(name).value > 0 ? 'behind' : isQuiet ? 'idle' : 'reading'
  return { rate10, rate60, history, state: state as SourceView['state'] }
}
