/** Sources of containers: Docker's, by its files or its interface, and those of a Kubernetes node. */
import type { Config, DockerSourceSpec, KubernetesSourceSpec } from '../config/config.ts'
import { wrappedLineBytes } from '../decode/envelope/wrapped-line-bytes.ts'
import { selector } from '../source/containers.ts'
import { DockerApiSource } from '../source/docker/api-source.ts'
import { DockerSource } from '../source/docker/docker-source.ts'
import { endpointOf } from '../source/docker/endpoint.ts'
import { JsonFiles, type JsonFilesOptions } from '../source/docker/json-files.ts'
import { DockerLister } from '../source/docker/lister.ts'
import { FileSource } from '../source/file/file-source.ts'
import type { Guide } from '../source/file/guide.ts'
import { PodLogs } from '../source/kubernetes/pod-logs.ts'
import { monotonicClock, TimedWaker } from '../source/wake.ts'
import type { ReadSettings, Surroundings } from './intake-options.ts'

export function openDocker(spec: DockerSourceSpec, settings: ReadSettings, config: Config, around: Surroundings): DockerSource {
  const { name, read, root, names, withLabels, streams } = spec
  const select = selector(spec)
  const takesUnknown = names.length + Object.keys(withLabels).length === 0
  const { own: telemetry, log } = around
  const guide = new JsonFiles({ source: name, root, select, streams, takesUnknown, telemetry, ...listerOf(spec, settings) })
  const history = (takesNoHistory: boolean) => (takesNoHistory ? 'skip' : (settings.history ?? spec.history))
  return new DockerSource({
    name,
    read,
    whyNoFiles: () => guide.whyNot(),
    log,
    open: {
      files: (takesNoHistory) => guidedFiles({ name, history: history(takesNoHistory) }, guide, settings, config, around),
      api: (takesNoHistory) =>
        new DockerApiSource({
          name,
          host: settings.dockerHost,
          select,
          streams,
          history: history(takesNoHistory),
          once: settings.isOnce,
          maxLineBytes: config.limits.lineBytes,
          telemetry,
          log,
          clock: monotonicClock,
          waker: new TimedWaker(),
        }),
    },
  })
}

/** Who is told to read files asks nobody. Who reads once does not wait for an answer. */
function listerOf({ read }: DockerSourceSpec, { dockerHost, isOnce }: ReadSettings): Pick<JsonFilesOptions, 'lister'> {
  const isAsked = read === 'auto' && !isOnce && !('problem' in endpointOf(dockerHost))
  return isAsked ? { lister: new DockerLister(dockerHost) } : {}
}

export function openKubernetes(
  spec: KubernetesSourceSpec,
  settings: ReadSettings,
  config: Config,
  around: Surroundings,
): FileSource {
  const { name, history } = spec
  return guidedFiles({ name, history: settings.history ?? history }, new PodLogs(spec), settings, config, around)
}

function guidedFiles(
  { name, history }: Pick<KubernetesSourceSpec, 'name' | 'history'>,
  guide: Guide,
  settings: ReadSettings,
  config: Config,
  { own: telemetry, log, descriptors }: Surroundings,
): FileSource {
  return new FileSource({
    name,
    patterns: [],
    exclude: [],
    guide,
    history,
    once: settings.isOnce,
    maxLineBytes: wrappedLineBytes(config.limits.lineBytes),
    descriptors,
    telemetry,
    log,
    clock: monotonicClock,
    waker: new TimedWaker(),
  })
}
