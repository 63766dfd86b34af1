/** Sources as the mapping writes them → what each is, with the defaults of its kind and a name that no other has. */
import type { Report } from '../diag/diagnostic.ts'
import type { DockerSourceSpec, KubernetesSourceSpec, SourceSpec } from './config.ts'
import { fromHome } from './home.ts'
import { placeIn, type RawSource } from './raw.ts'
import type { PlacedSource } from './units.ts'

/** Every container, wherever Docker puts its data unless told. */
export const DOCKER_DEFAULTS: Omit<DockerSourceSpec, 'kind' | 'name'> = {
  names: [],
  withLabels: {},
  streams: ['stdout', 'stderr'],
  read: 'auto',
  root: '/var/lib/docker/containers',
  history: 'count',
}

/** Of several included files; within one, it is told by the checks of the file. */
export function checkSourceNames(sources: readonly PlacedSource[], report: Report): void {
  for (const [i, { raw, file, index }] of sources.entries()) {
    const first = sources.slice(0, i).find((other) => raw.name !== undefined && other.raw.name === raw.name)
    if (first === undefined || first.file === file) continue
    report({
      severity: 'error',
      code: 'conflict',
      message: `two sources are called "${raw.name}"`,
      place: placeIn(file, ['sources', index, 'name']),
      notes: [{ message: 'the first', place: placeIn(first.file, ['sources', first.index, 'name']) }],
    })
  }
}

/** Sources without a name are called files, files-2 and so on. */
export function sourceSpecs(raws: readonly RawSource[]): SourceSpec[] {
  const taken = new Set(raws.flatMap((raw) => raw.name ?? []))
  return raws.map((raw) => {
    const kind = kindOf(raw)
    let name = raw.name ?? kind
    for (let i = 2; raw.name === undefined && taken.has(name); i++) name = `${kind}-${i}`
    taken.add(name)
    const { envelope, format } = raw.input ?? {}
    const input = { ...(envelope === undefined ? {} : { envelope }), ...(format === undefined ? {} : { format }) }
    return { ...sourceSpec(raw, name), ...input }
  })
}

function kindOf(raw: RawSource): string {
  if (raw.file !== undefined) return 'files'
  if (raw.docker !== undefined) return 'docker'
  return raw.kubernetes !== undefined ? 'kubernetes' : 'stdin'
}

function sourceSpec(raw: RawSource, name: string): SourceSpec {
  if (raw.file !== undefined) {
    const { paths = [], exclude = [], history = 'count', fields } = raw.file
    return { kind: 'file', name, paths: paths.map(fromHome), exclude: exclude.map(fromHome), history, fields }
  }
  if (raw.docker !== undefined) return dockerSpec(raw.docker, name)
  if (raw.kubernetes !== undefined) return kubernetesSpec(raw.kubernetes, name)
  return { kind: 'stdin', name }
}

function dockerSpec({ with_labels: withLabels, ...raw }: NonNullable<RawSource['docker']>, name: string): DockerSourceSpec {
  return { kind: 'docker', name, ...DOCKER_DEFAULTS, ...raw, ...(withLabels === undefined ? {} : { withLabels }) }
}

function kubernetesSpec(raw: NonNullable<RawSource['kubernetes']>, name: string): KubernetesSourceSpec {
  return { kind: 'kubernetes', name, root: '/var/log/pods', namespaces: [], pods: [], containers: [], history: 'count', ...raw }
}
