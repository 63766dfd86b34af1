/** Arguments or the mapping's sources → sources to run. Arguments replace the sources, but keep what an only file source says of files. */
import type { Config, FileSourceSpec, SourceSpec } from '../config/config.ts'
import { LineFramer } from '../frame/line-framer.ts'
import { StreamLines } from '../frame/stream-lines.ts'
import type { Intake } from '../pipeline/pipeline.ts'
import { compileRegex } from '../select/regex.ts'
import { Descriptors } from '../source/file/descriptors.ts'
import { FileSource } from '../source/file/file-source.ts'
import { StdinSource } from '../source/stdin.ts'
import { monotonicClock, TimedWaker } from '../source/wake.ts'
import type { Log } from '../telemetry/log.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import { descriptorShares } from './descriptor-shares.ts'
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

/** The limit is the process's: all sources share it, also those that come later. */
const shared: { descriptors?: Descriptors } = {}

/** `files` are the sources whose problems `--once` asks for afterwards. */
export function createIntakes(
  specs: readonly SourceSpec[],
  settings: ReadSettings,
  config: Config,
  own: OwnMetrics,
  log: Log,
): { intakes: Intake[]; files: FileSource[] } {
  const files: FileSource[] = []
  shared.descriptors ??= new Descriptors(descriptorShares().logs)
  const { descriptors } = shared
  const intakes = specs.map((spec): Intake => {
    if (spec.kind === 'stdin') {
      const source = new StdinSource({ name: spec.name, input: process.stdin, telemetry: own, log })
      return { source, createFramer: (options) => new StreamLines(options) }
    }
    const source = new FileSource({ ...fileOptions(spec, settings, config), descriptors, telemetry: own, log })
    files.push(source)
    return { source, createFramer: (options) => new LineFramer(options) }
  })
  return { intakes, files }
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
    maxLineBytes: config.limits.lineBytes,
    clock: monotonicClock,
    waker: new TimedWaker(),
  }
}

/** Config has checked that the pattern compiles. */
function fieldReader(pattern: string): (path: string) => Readonly<Record<string, string>> {
  const compiled = compileRegex(pattern)
  return (path) => (compiled.ok ? (compiled.regex.groups(path) ?? {}) : {})
}
