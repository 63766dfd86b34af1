/** Sources to run → intakes of the pipeline, by kind: each kind has one opener here. */
import type {
  Config,
  DockerSourceSpec,
  FileSourceSpec,
  KubernetesSourceSpec,
  SourceSpec,
  StdinSourceSpec,
} from '../config/config.ts'
import { wrappedLineBytes } from '../decode/envelope/wrapped-line-bytes.ts'
import { LineFramer } from '../frame/line-framer.ts'
import { StreamLines } from '../frame/stream-lines.ts'
import type { CreateFramer } from '../pipeline/event-stream.ts'
import type { Intake } from '../pipeline/intake.ts'
import { lineFormatOf } from '../select/line-format.ts'
import { compileRegex } from '../select/regex.ts'
import type { DockerSource } from '../source/docker/docker-source.ts'
import type { Fault } from '../source/fault.ts'
import { FileSource } from '../source/file/file-source.ts'
import { StdinSource } from '../source/stdin.ts'
import { monotonicClock, TimedWaker } from '../source/wake.ts'
import type { ReadSettings, Surroundings } from './intake-options.ts'
import { openDocker, openKubernetes } from './open-containers.ts'

/** An intake, and what it was made of. */
export interface MadeIntake extends Intake {
  /** Equal for sources that read the same in the same way. */
  readonly key: string
  /** What it could not read, each as `what: why`. */
  readonly problems: () => readonly string[]
  /** What keeps it from being read as it should be, now. */
  readonly faults: () => readonly Fault[]
  /** What it looks for, in words. */
  readonly places: () => readonly string[]
}

type Made = Omit<MadeIntake, 'key' | 'envelope' | 'format'>

/** One for each kind. */
type Openers = {
  readonly [Kind in SourceSpec['kind']]: (
    spec: Extract<SourceSpec, { readonly kind: Kind }>,
    settings: ReadSettings,
    config: Config,
    around: Surroundings,
  ) => Made
}

// Functions that are made in `createIntakes` would hold all that is in sight there: the intakes of every mapping before.
const OPENERS: Openers = { file: fileIntake, stdin: stdinIntake, docker: dockerIntake, kubernetes: kubernetesIntake }

/** `kept`: intakes that run already; those that a spec stands for are taken as they are. */
export function createIntakes(
  specs: readonly SourceSpec[],
  settings: ReadSettings,
  config: Config,
  around: Surroundings,
  kept: readonly MadeIntake[] = [],
): MadeIntake[] {
  return specs.map((spec): MadeIntake => {
    const key = keyOf(spec, config)
    const known = kept.find((intake) => intake.key === key)
    if (known !== undefined) return known
    const format = lineFormatOf(spec.format ?? config.format)
    return { key, envelope: spec.envelope ?? config.envelope, format, ...open(spec, settings, config, around) }
  })
}

/**
 * The limit of a line, its envelope and format belong to how a file is read; what becomes of its lines does not. Standard input cannot be read
 * anew: it keeps those it began with.
 */
export function keyOf({ profile, ...spec }: SourceSpec, { limits, envelope, format }: Config): string {
  if (spec.kind === 'stdin') return JSON.stringify({ ...spec, envelope: undefined, format: undefined })
  return JSON.stringify([{ ...spec, envelope: spec.envelope ?? envelope, format: spec.format ?? format }, limits.lineBytes])
}

function open<Kind extends SourceSpec['kind']>(
  spec: Extract<SourceSpec, { readonly kind: Kind }>,
  ...rest: [ReadSettings, Config, Surroundings]
): Made {
  return OPENERS[spec.kind as Kind](spec, ...rest)
}

const cutInput: CreateFramer = (options) => new StreamLines(options)
const cutFile: CreateFramer = (options) => new LineFramer(options)

function stdinIntake({ name }: StdinSourceSpec, _: ReadSettings, __: Config, { own, log, openInput }: Surroundings): Made {
  const source = new StdinSource({ name, input: openInput(), telemetry: own, log })
  return { source, problems: () => [], faults: () => source.faults, places: () => [], createFramer: cutInput }
}

function fileIntake(spec: FileSourceSpec, settings: ReadSettings, config: Config, around: Surroundings): Made {
  const { own, log, descriptors } = around
  const source = new FileSource({ ...fileOptions(spec, settings, config), descriptors, telemetry: own, log })
  return { source, problems: () => source.problems, faults: () => source.faults, places: () => spec.paths, createFramer: cutFile }
}

function dockerIntake(spec: DockerSourceSpec, settings: ReadSettings, config: Config, around: Surroundings): Made {
  const source = openDocker(spec, settings, config, around)
  const labels = Object.entries(spec.withLabels).map(([name, text]) => `label ${name}=${text}`)
  const wanted = [...spec.names, ...labels]
  const places = () => [...(wanted.length > 0 ? wanted : ['every container']), ...(source.words === '' ? [] : [source.words])]
  return { source, problems: () => source.problems, faults: () => source.faults, places, createFramer: cutBy(source) }
}

function kubernetesIntake(spec: KubernetesSourceSpec, settings: ReadSettings, config: Config, around: Surroundings): Made {
  const source = openKubernetes(spec, settings, config, around)
  const wanted = (['namespaces', 'pods', 'containers'] as const).filter((what) => spec[what].length > 0)
  const places = () => [spec.root, ...wanted.map((what) => `${what} ${spec[what].join(', ')}`)]
  return { source, problems: () => source.problems, faults: () => source.faults, places, createFramer: cutFile }
}

/** The interface of Docker is a stream that cannot be read again. */
function cutBy(source: DockerSource): CreateFramer {
  return (options) => (source.reading === 'files' ? cutFile : cutInput)(options)
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
