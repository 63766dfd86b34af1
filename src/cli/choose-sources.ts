/**
 * Arguments or the mapping's sources → sources to run. Arguments replace the sources, but the mapping of an only source (its files, labels,
 * metrics and input) stays, and one of their kind keeps all that it says besides.
 */
import type { Config, DockerSourceSpec, FileSourceSpec, SourceSpec } from '../config/config.ts'
import { DOCKER_DEFAULTS } from '../config/merge-sources.ts'

/** What was named instead of the mapping's sources. */
export interface Named {
  readonly logs?: readonly string[]
  readonly docker?: readonly string[]
}

export function chooseSources({ logs = [], docker = [] }: Named, config: Config): readonly SourceSpec[] {
  if (logs.length + docker.length === 0) return config.sources
  const paths = logs.filter((log) => log !== '-')
  const [only] = config.sources.length === 1 ? config.sources : []
  return [
    ...(paths.length > 0 ? [filesOf(paths, only)] : []),
    ...(logs.includes('-') ? [{ kind: 'stdin', name: 'stdin', ...inputOf(only) } as const] : []),
    ...(docker.length > 0 ? [containersOf(docker, only)] : []),
  ]
}

function filesOf(paths: readonly string[], only: SourceSpec | undefined): FileSourceSpec {
  const kept = only?.kind === 'file' ? only : undefined
  return { kind: 'file', name: 'files', exclude: [], history: 'count', fields: undefined, ...inputOf(only), ...kept, paths }
}

function containersOf(names: readonly string[], only: SourceSpec | undefined): DockerSourceSpec {
  const kept = only?.kind === 'docker' ? only : undefined
  return { kind: 'docker', name: 'docker', ...DOCKER_DEFAULTS, ...inputOf(only), ...kept, names }
}

/** What every source may say of how its lines are read, and what they go through. */
function inputOf({ envelope, format, profile }: Partial<SourceSpec> = {}) {
  return {
    ...(envelope === undefined ? {} : { envelope }),
    ...(format === undefined ? {} : { format }),
    ...(profile === undefined ? {} : { profile }),
  }
}
