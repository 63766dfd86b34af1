/** Why a Docker daemon cannot be asked: what was found, and how to go on. */
import { RefusedError } from './client.ts'

export function daemonProblem(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  if (error instanceof RefusedError && error.status === 403) return `${message} (a proxy must allow GET /containers/json)`
  const cure = CURES[code ?? '']
  return cure === undefined ? message : `${message}: ${cure}`
}

const CURES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket; start the daemon, or say where it is with --docker.host or DOCKER_HOST',
  ECONNREFUSED: 'nobody listens there; start the daemon, or say where it is with --docker.host or DOCKER_HOST',
  EACCES: 'the socket is not for this user; run as a member of its group, or ask through a proxy that lets GET alone through',
  ENOTFOUND: 'no machine has that name; see --docker.host and DOCKER_HOST',
}
