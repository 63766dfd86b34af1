/** Arguments or the mapping's sources → sources to run. Arguments replace the sources, but keep what an only file source says of files. */
import type { Config, FileSourceSpec, SourceSpec } from '../config/config.ts'
import { wrappedLineBytes } from '../decode/message-stream.ts'
import { LineFramer } from '../frame/line-framer.ts'
import { StreamLines } from '../frame/stream-lines.ts'
import type { CreateFramer } from '../pipeline/event-stream.ts'
import type { Intake } from '../pipeline/intake.ts'
import { compileRegex } from '../select/regex.ts'
import type { Descriptors } from '../source/file/descriptors.ts'
import { FileSource } from '../source/file/file-source.ts'
import { StdinSource } from '../source/stdin.ts'
import { monotonicClock, TimedWaker } from '../source/wake.ts'
import type { Log } from '../telemetry/log.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import type { Settings } from './settings.ts'

/** How sources are read. */
type ReadSettings = Pick<Settings, 'isOnce' | 'history'>

export function chooseSources(settings: Pick<Settings, 'logs'>, config: Config): readonly SourceSpec[] {
  if (settings.logs.length === 0) return config.sources
  const paths = settings.logs.filter((log) => log !== '-')
  const [only] = config.sources
  const kept: FileSourceSpec | undefined = config.sources.length === 1 && only?.kind === 'file' ? only : undefined
  const files: FileSourceSpec = { kind: 'file', name: 'files', exclude: [], history: 'count', fields: undefined, ...kept, paths }
  return [
    ...(paths.length > 0 ? [files] : []),
    ...(settings.logs.includes('-') ? [{ kind: 'stdin', name: 'stdin' } as const] : []),
  ]
}

/** An intake, and what it was made of. */
export interface MadeIntake extends Intake {
  /** Equal for sources that read the same in the same way. */
  readonly key: string
  /** For what it could not read; undefined: no files. */
  readonly files: FileSource | undefined
}

/** What all sources of a process share. */
export interface Surroundings {
  readonly own: OwnMetrics
  readonly log: Log
  readonly descriptors: Descriptors
}

// Not beside the intakes: functions that are made there would hold all that is in sight, the intakes of every mapping before.
const cutInput: CreateFramer = (options) => new StreamLines(options)
const cutFile: CreateFramer = (options) => new LineFramer(options)

/** `kept`: intakes that run already; those that a spec stands for are taken as they are. */
export function createIntakes(
  specs: readonly SourceSpec[],
  settings: ReadSettings,
  config: Config,
  { own, log, descriptors }: Surroundings,
  kept: readonly MadeIntake[] = [],
): MadeIntake[] {
  return specs.map((spec): MadeIntake => {
    const key = keyOf(spec, config)
    const known = kept.find((intake) => intake.key === key)
    const envelope = spec.envelope ?? config.envelope
    if (known !== undefined) return known
    if (spec.kind === 'stdin') {
      const source = new StdinSource({ name: spec.name, input: process.stdin, telemetry: own, log })
      return { key, source, files: undefined, createFramer: cutInput, envelope }
    }
    // The mapping is refused before (config/later.ts).
    if (spec.kind !== 'file') throw new Error(`a source of kind ${spec.kind}`)
    const source = new FileSource({ ...fileOptions(spec, settings, config), descriptors, telemetry: own, log })
    return { key, source, files: source, createFramer: cutFile, envelope }
  })
}

/** The limit of a line and its envelope belong to how a file is read. Standard input cannot be read anew: it keeps those it began with. */
export function keyOf(spec: SourceSpec, { limits, envelope }: Config): string {
  if (spec.kind === 'stdin') return JSON.stringify({ ...spec, envelope: undefined })
  return JSON.stringify([{ ...spec, envelope: spec.envelope ?? envelope }, limits.lineBytes])
}

function fileOptions(spec: FileSourceSpec, settings: ReadSettings, config: Config) {
  const fields = spec.fields === undefined ? undefined : fieldReader(spec.fields)
  return {
    name: spec.name,
    patterns: spec.paths,
    exclude: spec.exclude,
    ...(fields ? { fields } : {}),
    history: settings.history ?? spec.history,
    once: settings.isOnce,
    maxLineBytes: wrappedLineBytes(config.limits.lineBytes),
    clock: monotonicClock,
    waker: new TimedWaker(),
  }
}

/** Config has checked that the pattern compiles. */
function fieldReader(pattern: string): (path: string) => Readonly<Record<string, string>> {
  const compiled = compileRegex(pattern)
  return (path) => (compiled.ok ? (compiled.regex.groups(path) ?? {}) : {})
}
