/** What the kubelet's names of folders, logs and links say: pods, containers, generations. Nothing is opened. */
import { basename, dirname } from 'node:path'
import type { Pod } from '../source.ts'

/** `0.log`, `0.log.20261121-101112` and its `.gz`. */
const LOG = /^\d+\.log(?:\.2\d{3}[\d-]*)?(?:\.gz)?$/
const POD_ROTATION = /\.log(?:\.2\d{3}[\d-]*)?(?:\.gz)?$/
const DOCKER_LOG = /^([0-9a-f]{64})-json\.log(?:\.\d+)?(?:\.gz)?$/
const DOCKER_ROTATION = /\.log(?:\.\d+)?(?:\.gz)?$/
const ID_AT_END = /^(.*)-([0-9a-f]{64})\.log$/

export function isPodLog(path: string): boolean {
  return LOG.test(basename(path))
}

/** The pod's container whose folder this is: `<namespace>_<pod>_<uid>/<container>`. No name of Kubernetes has an underscore. */
export function podOfFolder(folder: string): Pod | undefined {
  const container = basename(folder)
  const [namespace, name, uid, ...more] = basename(dirname(folder)).split('_')
  if (!namespace || !name || !uid || more.length > 0 || container === '') return undefined
  return { namespace, name, container, uid }
}

export interface LinkName {
  readonly pod: Pod
  readonly id: string
}

/** `<pod>_<namespace>_<container>-<id>.log`, which says no uid. */
export function readLinkName(path: string): LinkName | undefined {
  const [name, namespace, rest, ...more] = basename(path).split('_')
  const [, container, id] = ID_AT_END.exec(rest ?? '') ?? []
  if (!name || !namespace || !container || id === undefined || more.length > 0) return undefined
  return { pod: { namespace, name, container, uid: '' }, id }
}

/** The id of a log that Docker writes, `<id>/<id>-json.log`, or of its rotation. */
export function dockerIdOf(path: string): string | undefined {
  const id = DOCKER_LOG.exec(basename(path))?.[1]
  return id !== undefined && id === basename(dirname(path)) ? id : undefined
}

/** The log of which this is a rotation, or the log itself. */
export function withoutRotation(path: string): string {
  const rotation = dockerIdOf(path) === undefined ? POD_ROTATION : DOCKER_ROTATION
  return path.replace(rotation, '.log')
}
