/** A service of a compose file, or a container of a pod, as arguments of `docker run`: what config/deploy says, done by a real engine. */
import { join } from 'node:path'
import type { Service } from '../deploy/compose.ts'
import { mountsOf } from '../deploy/compose.ts'
import type { Container } from '../deploy/kustomize.ts'
import { DEPLOY } from '../deploy/shipped.ts'

/** Where a named volume, or a path of the machine, is in this test. */
export type Places = Readonly<Record<string, string>>

/** `image`: the one that stands for the file's. Ports and Prometheus are left to the test; all containers share the daemon's network, which has no bridge. */
export function runOfService(service: Service, image: string, places: Places): string[] {
  const { command, environment, labels, logging } = service
  return [
    ...(service.network_mode === 'none' ? ['--network=none'] : ['--network=host']),
    ...(service.user === undefined ? [] : ['--user', service.user]),
    ...(service.read_only ? ['--read-only'] : []),
    ...(service.cap_drop ?? []).flatMap((name) => ['--cap-drop', name]),
    ...(service.security_opt ?? []).flatMap((option) => ['--security-opt', option.replace(':true', '')]),
    ...Object.entries(environment ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.entries(labels ?? {}).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...(logging === undefined ? [] : ['--log-driver', logging.driver]),
    ...Object.entries(logging?.options ?? {}).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`]),
    ...mountsOf(service).flatMap(({ source, target, isReadOnly }) => {
      const from = source.startsWith('./') ? join(DEPLOY, 'compose', source) : places[source]
      if (from === undefined) throw new Error(`no place for ${source}`)
      return ['--volume', `${from}:${target}${isReadOnly ? ':ro' : ''}`]
    }),
    image,
    ...(command ?? []),
  ]
}

/** `places`: of the pod's volumes, by name. */
export function runOfContainer(container: Container, image: string, places: Places): string[] {
  const security = container.securityContext as {
    runAsUser: number
    runAsGroup?: number
    readOnlyRootFilesystem: boolean
    capabilities: { drop: string[]; add?: string[] }
  }
  const [entrypoint, ...first] = (container.command as readonly string[] | undefined) ?? []
  return [
    '--network=host',
    '--user',
    `${security.runAsUser}:${security.runAsGroup ?? 0}`,
    ...(security.readOnlyRootFilesystem ? ['--read-only'] : []),
    '--security-opt',
    'no-new-privileges',
    ...security.capabilities.drop.flatMap((name) => ['--cap-drop', name]),
    ...(security.capabilities.add ?? []).flatMap((name) => ['--cap-add', name]),
    ...(container.env ?? []).flatMap(({ name, value }) => ['--env', `${name}=${value}`]),
    ...container.volumeMounts.flatMap(({ name, mountPath, readOnly }) => {
      if (places[name] === undefined) throw new Error(`no place for ${name}`)
      return ['--volume', `${places[name]}:${mountPath}${readOnly ? ':ro' : ''}`]
    }),
    ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
    image,
    ...first,
    ...(container.args ?? []),
  ]
}
