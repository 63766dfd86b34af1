/** Containers by the daemon's list, for who reads their files itself. */
import type { ContainerInfo, ContainerLister } from '../containers.ts'
import { DockerClient } from './client.ts'
import { endpointOf } from './endpoint.ts'
import { Engine } from './engine.ts'
import type { DockerHost } from './source-options.ts'

export class DockerLister implements ContainerLister {
  readonly #engine: Engine

  constructor(host: DockerHost) {
    this.#engine = engineAt(host)
  }

  containers(signal: AbortSignal = new AbortController().signal): Promise<readonly ContainerInfo[]> {
    return this.#engine.containers(signal)
  }
}

/** Throws if no daemon can be at this address; `endpointOf` says so before. */
export function engineAt(host: DockerHost): Engine {
  const found = endpointOf(host)
  if ('problem' in found) throw new Error(`${host.address}: ${found.problem}`)
  return new Engine(new DockerClient(found.endpoint))
}
